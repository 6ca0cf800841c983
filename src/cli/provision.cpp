// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/provision.hpp"

namespace vfirst {

Result<Provisioning> next_provisioning(Files& files, bool reboot_needed, bool policy_reboots, const std::string& plan_hash) {
  if (!reboot_needed) {
    if (!files.exists(kProvisionedStamp)) {
      VFIRST_CHECK(files.create(kProvisionedStamp, "plan " + plan_hash + "\n"));
      VFIRST_CHECK(files.settle("var/lib/vfirst"));
    }
    return Provisioning::done;
  }
  if (files.exists(kProvisionReboots)) return Provisioning::spent;
  if (!policy_reboots) return Provisioning::waiting;
  VFIRST_CHECK(files.create(kProvisionReboots, "plan " + plan_hash + "\n"));
  VFIRST_CHECK(files.settle("var/lib/vfirst"));
  return Provisioning::reboot_now;
}

}  // namespace vfirst
