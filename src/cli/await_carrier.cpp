// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/await_carrier.hpp"

#include "base/kernel_paths.hpp"
#include "facts/boot_nic.hpp"
#include "facts/port_mac.hpp"

#include <algorithm>

namespace vfirst {

namespace {
// A boot has many events: the machine is not looked at for each.
constexpr Events::Time kBetweenLooks = std::chrono::milliseconds(200);
}  // namespace

void await_boot_nic(
    const Root& root, std::string_view cmdline, Events& events, ModuleLoader& modules) {
  const auto end = events.now() + kCarrierWait;
  const auto coming = [&](const PciAddress& function) {
    const auto dir = kernel_paths::pci_function(function);
    const auto modalias = root.read(dir + "/modalias");
    return root.exists(dir + "/driver") || !modalias || modules.exists_for(*modalias);
  };
  for (;;) {
    const auto nic = read_boot_nic(root, cmdline, facts::PortMacs(root));
    if (!nic || std::ranges::none_of(nic->candidates, coming) || events.now() >= end) return;
    events.wait(end, true);
  }
}

bool waits_for_carrier(const Facts& facts, const Plan& plan) {
  const bool unknown = !facts.unknown_carriers.empty() ||
                       std::ranges::any_of(facts.critical, [](const CriticalDevice& device) {
                         return device.perhaps && !device.role.starts_with(kNetworkBoot);
                       });
  return unknown && std::ranges::any_of(plan.findings, [](const Finding& finding) {
           return finding.code == "pf-critical";
         });
}

void await_carriers(
    const Options& options, Events& events, Result<Input>& input, Result<Plan>& plan) {
  const auto end = events.now() + kCarrierWait;
  while (input && plan && waits_for_carrier(input->facts, *plan) && events.now() < end) {
    const auto next = events.now() + kBetweenLooks;
    events.wait(end, true);
    while (events.now() < std::min(next, end))
      events.wait(std::min(next, end), false);
    input = load_tree(options, read_machine);
    if (input) plan = load_plan(*input, options, StepsAt::now);
  }
}

}  // namespace vfirst
