// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/kexec.hpp"

#include "base/driver_name.hpp"
#include "plan/draft.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {

// Each has a shutdown method in mainline that stops its device's DMA and interrupts before the
// jump. Seen in QEMU (tests/vm/kexec): virtio-pci, igb, nvme. mlx5_core: in order since its
// shutdown method of 4.4 and the card firmware of that time (op-build#538, op-build#781; NVIDIA
// documents it for "shutdown and kexec flows"). nvme: op-build#537 was another device. Known not
// to: mlx4_core (ipxe#916, talos#10143), i915 (onedr0p/home-ops#8568); unknown and so not here:
// tg3, bnx2x, bnxt_en, RAID controllers.
constexpr std::array<std::string_view, 8> kSurvive = {"ahci",  "i40e",      "ice",  "igb",
                                                      "ixgbe", "mlx5_core", "nvme", "virtio-pci"};

}  // namespace

bool survives_kexec(std::string_view driver) {
  return std::ranges::find(kSurvive, driver) != kSurvive.end();
}

std::vector<std::string> against_kexec(const Facts& facts, const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& f : facts.pci) {
    const bool planned =
        std::ranges::any_of(plan.pfs, [&](const PlannedPf& pf) { return pf.address == f.address; });
    // 01 storage, 02 network
    const auto kind = f.class_code >> 16;
    // resets the device when its user is gone
    const bool vfio = is_vfio_driver(f.driver);
    if (!f.is_vf() && !f.driver.empty() && !vfio && (planned || kind == 0x01 || kind == 0x02) &&
        !survives_kexec(f.driver))
      out.push_back(
          fmt::format("{}: driver {} is not known to survive kexec", f.address.str(), f.driver));
    const bool removable = std::ranges::any_of(plan.steps, [&](const Step& step) {
      const auto* create = std::get_if<CreateVfs>(&step.action);
      return create && create->pf == f.address;
    });
    if (f.sriov && f.sriov->num_vfs > 0 && !removable)
      out.push_back(fmt::format(
          "{}: its {} VFs are not vfirst's to remove, and VFs do not survive kexec",
          f.address.str(), f.sriov->num_vfs));
  }
  return out;
}

void kexec_findings(Draft& draft) {
  if (value_or(draft.policy.boot.reboot, Reboot::none) != Reboot::kexec) return;
  for (const auto& why : against_kexec(draft.facts, draft.plan))
    draft.find(
        Severity::warning, "no-kexec",
        fmt::format("{}: first provisioning takes a full reboot", why));
}

}  // namespace vfirst
