// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a step asks of one VF.

#include "base/vf_attributes.hpp"

namespace vfirst {

struct WantedVf : VfConfig {
  // vf-mac = stable: the address is MacAddress::stable_vf(index) of the PF's permanent address.
  // That is known only once the PF has its driver, so the step asks for it and `mac` stays empty.
  // So the step is the same wherever the plan is made.
  bool stable_mac = false;
  // vf-guid = stable: Guid::stable_vf(index) of the PF's node GUID, likewise.
  bool stable_guid = false;
  // Nothing is asked of this VF.
  bool empty() const { return VfConfig::empty() && !stable_mac && !stable_guid; }
  bool operator==(const WantedVf&) const = default;
};

}  // namespace vfirst
