// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/late_irqs.hpp"

#include "base/text.hpp"
#include "steps/device.hpp"

#include <algorithm>
#include <set>

namespace vfirst {

std::string irq_owners(const Plan& plan) {
  std::set<std::string> lines;
  for (const auto& step : plan.steps)
    if (const auto* pin = std::get_if<PinIrqs>(&step.action)) lines.insert(pin->pf.str());
  for (const auto& vf : plan.vfs)
    if (vf.driver.is_vfio()) lines.insert(vf.pf.str() + "/vfs");
  std::string out;
  for (const auto& line : lines)
    out += line + "\n";
  return out;
}

Status record_irqs(const Plan& plan, Files& files) {
  const auto text = irq_owners(plan);
  const auto before = files.read(kIrqsFile);
  if (before ? *before == text : text.empty()) return {};
  return replace(files, kIrqsFile, text);
}

std::vector<PciAddress> irq_pfs_of(
    const Root& root, const std::vector<unsigned>& ifindexes, bool all) {
  std::vector<PciAddress> out;
  const auto text = root.read(kIrqsFile).value_or("");
  for (const auto line : split(text, '\n')) {
    const auto pf = PciAddress::parse(line);
    // A line about VFs.
    if (!pf) continue;
    const auto ports = steps::netdevs(root, *pf);
    const auto named = [&](const steps::Netdev& port) {
      return std::ranges::find(ifindexes, port.ifindex) != ifindexes.end();
    };
    if (all || std::ranges::any_of(ports, named)) out.push_back(*pf);
  }
  return out;
}

}  // namespace vfirst
