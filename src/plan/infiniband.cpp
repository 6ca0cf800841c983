// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/infiniband.hpp"

#include "base/words.hpp"
#include "plan/pf_port.hpp"
#include "plan/quirks.hpp"
#include "policy/vf_keys.hpp"

#include <utility>

namespace vfirst {

bool set_through_ipoib(const PciFunction& pf, const VfSettings& wish) {
  return is_infiniband(pf) && has_port(pf) && (wish.guid || wish.link_state);
}

Severity InfinibandCheck::badness() const {
  return value_or(pf_.section->required, true) ? Severity::error : Severity::warning;
}

void InfinibandCheck::report(
    bool& reported, std::string code, std::string message, const Origin& from) {
  if (!std::exchange(reported, true))
    draft_.add_finding(
        badness(), std::move(code), Subject::device(pf().address), std::move(message), {from});
}

void InfinibandCheck::keep_what_it_has(const VfSettings& wish, SetVfAttributes::Vf& vf) {
  if (is_infiniband(pf())) return keep_infiniband(wish, vf);
  if (!wish.guid) return;
  report(
      guid_reported_, "guid-not-infiniband",
      fmt::format(
          "{} is not an InfiniBand port, so its VFs have no GUIDs: leave vf-guid out",
          pf().address.str()),
      wish.guid->from);
  vf.guid.reset();
  vf.stable_guid = false;
}

// Of what an Ethernet port keeps for its VFs, an InfiniBand port has the link state alone
// (drivers/infiniband/ulp/ipoib/ipoib_main.c, ipoib_netdev_ops_pf).
void InfinibandCheck::keep_infiniband(const VfSettings& wish, SetVfAttributes::Vf& vf) {
  std::string names;
  if (vf.mac || vf.stable_mac) append_to_list(names, "mac");
  for_each_attribute([&](const auto& row) {
    if (vf.*row.payload && row.key != "link-state") append_to_list(names, row.key);
  });
  if (!names.empty())
    report(
        ethernet_keys_reported_, "infiniband-attributes",
        fmt::format(
            "{} is an InfiniBand port, whose VFs have no MAC address, VLAN, trust, spoof check "
            "or rate: leave {} out",
            pf().address.str(), names),
        origin_of_attributes(wish));
  SetVfAttributes::Vf out;
  out.index = vf.index;
  out.link_state = vf.link_state;
  const bool takes_guids = !infiniband_modules(pf().driver, pf().vendor).empty();
  if (takes_guids) {
    out.guid = vf.guid;
    out.stable_guid = vf.stable_guid;
    if (!wish.guid) without_guid_.insert(vf.index);
  } else if (wish.guid) {
    report(
        guid_reported_, "guid-unsupported",
        fmt::format(
            "{}: driver {} takes no GUIDs for its VFs through ip link, and vfirst sets them in no "
            "other way: leave vf-guid out",
            pf().address.str(), pf().driver),
        wish.guid->from);
  }
  vf = out;
}

void InfinibandCheck::report_missing() {
  if (without_guid_.empty()) return;
  const bool one = without_guid_.size() == 1;
  draft_.add_finding(
      Severity::warning, "infiniband-guids", Subject::device(pf().address),
      fmt::format(
          "{} is an InfiniBand port: {} {} no GUIDs, and so no link: write vf-guid = stable",
          pf().address.str(),
          one ? fmt::format("VF {}", without_guid_.list())
              : fmt::format("VFs {}", without_guid_.list()),
          one ? "has" : "have"),
      {pf_.section->vfs->from});
}

}  // namespace vfirst
