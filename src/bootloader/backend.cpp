// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/backend.hpp"

#include "bootloader/bls_backend.hpp"
#include "bootloader/grub_backend.hpp"
#include "bootloader/ostree_backend.hpp"
#include "bootloader/proxmox_backend.hpp"
#include "bootloader/support.hpp"

namespace vfirst {

std::string plan_name(const Plan& plan, const LoaderState& state) {
  for (const auto& stored : {state.trial_plan, state.failed_plan})
    if (plan.known_as(stored)) return stored;
  return plan.hash();
}

Result<std::unique_ptr<Backend>> backend_for(
    Files& files, const Root& root, const BootFacts& boot) {
  if (boot.loader == Loader::grub) return std::make_unique<GrubBackend>(files, root, boot);
  if (boot.loader == Loader::grub_bls || boot.loader == Loader::systemd_boot)
    return std::make_unique<BlsBackend>(files, root, boot);
  // The copies are made by a program of the host's: on an image there is nothing that it would do.
  if (boot.loader == Loader::proxmox && root.is_host() && !proxmox_source(boot).empty())
    return std::make_unique<ProxmoxBackend>(files, boot);
  if (boot.loader == Loader::ostree)
    return std::make_unique<OstreeBackend>(files, boot, root.is_host());
  VFIRST_CHECK(can_apply(boot, {}));
  return refuse("{}: not one of the boot loaders that vfirst writes", loader_name(boot.loader));
}

}  // namespace vfirst
