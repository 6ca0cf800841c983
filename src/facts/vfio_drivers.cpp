// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/vfio_drivers.hpp"

#include "base/driver_name.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace vfirst::facts {

namespace {

// scripts/mod/file2alias.c, do_pci_entry(), writes this prefix for a table entry that matches by
// driver_override alone (PCI_ID_F_VFIO_DRIVER_OVERRIDE).
constexpr std::string_view kVfioAlias = "vfio_";
constexpr std::string_view kForEveryDevice = "vfio_pci";

// The wildcards of each module's closest pattern: lines "alias vfio_pci:v000015B3d*sv*... NAME".
std::map<std::string, std::size_t> wildcards(
    const Root& root, const std::string& directory, std::string_view alias) {
  std::map<std::string, std::size_t> out;
  const auto text = root.read(directory + "/modules.alias").value_or("");
  const auto begin = fmt::format("alias {}pci:", kVfioAlias);
  for (const auto line : split(text, '\n')) {
    if (!line.starts_with(begin)) continue;
    const auto parts = words(line);
    if (parts.size() != 3 || !glob_match(parts[1], alias)) continue;
    const auto count = static_cast<std::size_t>(std::ranges::count(parts[1], '*'));
    const auto [known, fresh] = out.try_emplace(module_name(parts[2]), count);
    if (!fresh) known->second = std::min(known->second, count);
  }
  return out;
}

}  // namespace

std::string vf_modalias(const PciFunction& pf) {
  return fmt::format(
      "pci:v{:08X}d{:08X}sv{:08X}sd{:08X}bc{:02X}sc{:02X}i{:02X}", pf.vendor, pf.sriov->vf_device,
      pf.subsystem_vendor, pf.subsystem_device, pf.class_code >> 16, pf.class_code >> 8 & 0xff,
      pf.class_code & 0xff);
}

std::vector<std::string> vfio_modules(
    const Root& root, const std::string& directory, const ModuleIndex& index,
    const PciFunction& pf) {
  const auto alias = std::string(kVfioAlias) + vf_modalias(pf);
  std::vector<std::string> out;
  for (const auto& name : index.for_modalias(alias))
    if (auto module = module_name(name); std::ranges::find(out, module) == out.end())
      out.push_back(std::move(module));
  const auto generic = std::ranges::find(out, kForEveryDevice);
  // vfio_pci itself matches everything.
  if (generic != out.end()) std::rotate(generic, generic + 1, out.end());
  if (out.size() > 2 || (out.size() == 2 && generic == out.end())) {
    const auto patterns = wildcards(root, directory, alias);
    std::ranges::stable_sort(out, {}, [&](const std::string& module) {
      const auto known = patterns.find(module);
      // Without the text, the order that the index has.
      return known == patterns.end() ? patterns.size() ? SIZE_MAX : 0 : known->second;
    });
  }
  return out;
}

}  // namespace vfirst::facts
