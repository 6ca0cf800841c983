// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/match_words.hpp"

#include "facts/boot_nic.hpp"

namespace vfirst {

MatchFacts match_words(const Facts& facts) {
  MatchFacts words{facts.dmi.product, facts.dmi.vendor, facts.dmi.serial,
                   facts.hostname,    facts.cpu.vendor, {}};
  words.cpu_model = facts.is_grace() ? "NVIDIA Grace" : facts.cpu.model;
  for (const auto& function : facts.pci)
    for (const auto* port : function.own_ports())
      if (const auto mac = port->identity()) words.macs.push_back(mac->str());
  // It is known before the driver is bound.
  if (const auto mac = boot_mac(facts.boot.cmdline)) words.macs.push_back(mac->str());
  return words;
}

}  // namespace vfirst
