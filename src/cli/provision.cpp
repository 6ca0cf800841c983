// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/provision.hpp"

#include "cli/kexec.hpp"
#include "host/own_paths.hpp"

namespace vfirst {

bool may_provision(const Files& files, const BootPolicy& policy) {
  return files.exists(kSealedMark) || value_or(policy.provision, false) ||
         files.exists(kProvisionReboots);
}

Result<Provisioning> next_provisioning(
    Files& files, bool reboot_needed, Reboot reboot, const std::string& plan_hash) {
  if (!reboot_needed) {
    if (!files.exists(kProvisionedStamp)) {
      VFIRST_CHECK(files.create(kProvisionedStamp, "plan " + plan_hash + "\n"));
      VFIRST_CHECK(files.settle(kStateFolder));
    }
    return Provisioning::done;
  }
  if (files.exists(kProvisionReboots)) return Provisioning::spent;
  if (reboot == Reboot::none) return Provisioning::waiting;
  if (reboot == Reboot::kexec && !files.exists(kKexecStamp)) {
    VFIRST_CHECK(stamp_kexec(files, plan_hash));
    return Provisioning::kexec_now;
  }
  VFIRST_CHECK(files.create(kProvisionReboots, "plan " + plan_hash + "\n"));
  VFIRST_CHECK(files.settle(kStateFolder));
  return Provisioning::reboot_now;
}

}  // namespace vfirst
