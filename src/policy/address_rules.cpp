// SPDX-License-Identifier: GPL-2.0-or-later
// The values of the keys that give VFs their MAC addresses and GUIDs.
#include "policy/values.hpp"

namespace vfirst::value {

Result<MacRule> mac_rule(std::string_view text) {
  if (text == "stable") return MacRule{MacRule::Kind::stable, {}};
  if (text == "auto") return MacRule{MacRule::Kind::automatic, {}};
  const auto first = MacAddress::parse(text);
  if (!first) return refuse("'{}' is not stable, auto or a MAC address", text);
  if (first->is_zero() || !first->is_unicast())
    return refuse("{} is not a unicast address; a VF cannot have it", text);
  return MacRule{MacRule::Kind::first, *first};
}

Result<GuidRule> guid_rule(std::string_view text) {
  if (text == "stable") return GuidRule{GuidRule::Kind::stable, {}};
  const auto first = Guid::parse(text);
  if (!first) return refuse("'{}' is not stable or a GUID (eight bytes with colons)", text);
  if (first->is_zero()) return refuse("{} is the GUID of a VF that has none", text);
  return GuidRule{GuidRule::Kind::first, *first};
}

std::string print(const MacRule& rule) {
  if (rule.kind == MacRule::Kind::first) return rule.first.str();
  return rule.kind == MacRule::Kind::stable ? "stable" : "auto";
}
std::string print(const GuidRule& rule) {
  return rule.kind == GuidRule::Kind::first ? rule.first.str() : "stable";
}

}  // namespace vfirst::value
