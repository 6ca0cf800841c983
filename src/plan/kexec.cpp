// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/kexec.hpp"

#include "base/driver_name.hpp"
#include "plan/draft.hpp"
#include "plan/quirks.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {

// Drivers that make no VFs and have a shutdown method in mainline that stops the DMA and the
// interrupts of their device before the jump; those of PFs are in the quirk table. Unknown, and so
// not here: tg3, RAID controllers.
constexpr std::array<std::string_view, 1> kSurvive = {"ahci"};

}  // namespace

bool survives_kexec(std::string_view driver) {
  const auto* quirk = quirk_of_driver(driver);
  return (quirk && quirk->survives_kexec) || std::ranges::find(kSurvive, driver) != kSurvive.end();
}

std::vector<KexecObstacle> against_kexec(const Facts& facts, const Plan& plan) {
  std::vector<KexecObstacle> out;
  for (const auto& f : facts.pci) {
    const bool planned =
        std::ranges::any_of(plan.pfs, [&](const PlannedPf& pf) { return pf.address == f.address; });
    // 01 storage, 02 network.
    const auto kind = f.class_code >> 16;
    // Resets the device when its user is gone.
    const bool vfio = is_vfio_driver(f.driver);
    if (!f.is_vf() && !f.driver.empty() && !vfio && (planned || kind == 0x01 || kind == 0x02) &&
        !survives_kexec(f.driver))
      out.push_back({f.address, fmt::format("driver {} is not known to survive kexec", f.driver)});
    const bool removable = std::ranges::any_of(plan.steps, [&](const Step& step) {
      const auto* create = std::get_if<CreateVfs>(&step.action);
      return create && create->pf == f.address;
    });
    if (f.sriov && f.sriov->num_vfs > 0 && !removable)
      out.push_back(
          {f.address, fmt::format(
                          "this plan does not manage its {} VFs, and VFs do not survive kexec",
                          f.sriov->num_vfs)});
  }
  return out;
}

void kexec_findings(Draft& draft) {
  if (value_or(draft.policy.boot.reboot, Reboot::none) != Reboot::kexec) return;
  for (const auto& obstacle : against_kexec(draft.facts, draft.plan))
    draft.add_finding(
        Severity::warning, "no-kexec", Subject::device(obstacle.device),
        fmt::format("{}: first provisioning will make a full reboot", obstacle.str()),
        {draft.policy.boot.reboot->from});
}

}  // namespace vfirst
