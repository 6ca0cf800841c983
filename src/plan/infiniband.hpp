// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What an InfiniBand port keeps for its VFs: two GUIDs and the link state. An Ethernet port keeps
// everything else, and no GUIDs.

#include "plan/draft.hpp"

namespace vfirst {

// Is one of these settings carried out through the port's IPoIB interface, for which modules must
// be loaded (infiniband_modules())?
bool set_through_ipoib(const PciFunction& pf, const VfSettings& wish);

// Sorts out what a PF's port does not have, over all of its VFs, and reports it once.
class InfinibandCheck {
 public:
  // Both must outlive it.
  InfinibandCheck(Draft& draft, const ChosenPf& pf) : draft_(draft), pf_(pf) {}

  // Takes out of `vf`, which `wish` became, what the port does not have.
  void keep_what_it_has(const VfSettings& wish, SetVfAttributes::Vf& vf);
  // After the last VF: says which VFs of an InfiniBand port have no GUID.
  void report_missing();

 private:
  const PciFunction& pf() const { return *pf_.function; }
  Severity badness() const;
  void report(bool& reported, std::string code, std::string message, const Origin& from);
  void keep_infiniband(const VfSettings& wish, SetVfAttributes::Vf& vf);

  Draft& draft_;
  const ChosenPf& pf_;
  CpuSet without_guid_;
  bool ethernet_keys_reported_ = false, guid_reported_ = false;
};

}  // namespace vfirst
