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
// No device event says that an interface has an address now, that a route came or that root was
// mounted over it.
constexpr Events::Time kBetweenNetworkLooks = std::chrono::seconds(1);

bool network_unknown(const Facts& facts) {
  return std::ranges::any_of(facts.unknown_carriers, [](const UnknownCarrier& carrier) {
    return carrier.reach == UnknownCarrier::Reach::network;
  });
}
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
  const auto begin = events.now();
  while (input && plan && waits_for_carrier(input->facts, *plan)) {
    const bool network = network_unknown(input->facts);
    const auto end = begin + (network ? kNetworkCarrierWait : kCarrierWait);
    if (events.now() >= end) return;
    const auto next = events.now() + kBetweenLooks;
    events.wait(network ? std::min(end, events.now() + kBetweenNetworkLooks) : end, true);
    while (events.now() < std::min(next, end))
      events.wait(std::min(next, end), false);
    input = load_tree(options, read_machine);
    if (input) plan = load_plan(*input, options, StepsAt::now);
  }
}

}  // namespace vfirst
