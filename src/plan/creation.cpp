// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/creation.hpp"

#include "base/driver_name.hpp"
#include "kargs/command_line.hpp"
#include "plan/quirks.hpp"

namespace vfirst {

namespace {

using Creation = DriverQuirk::Creation;

class CreationCheck {
 public:
  CreationCheck(Draft& draft, const PfPolicy& section, const PciFunction& pf, unsigned count)
      : draft_(draft),
        section_(section),
        pf_(pf),
        count_(count),
        quirk_(quirk_of_device(pf.driver, pf.vendor, pf.class_code)) {}

  bool run() {
    if (!quirk_) return no_variant_driver();
    if (quirk_->needs_iommu && !draft_.iommu_possible()) report_iommu();
    if (quirk_->vfio_denied && vfio() && !argument("vfio_pci.disable_denylist")) report_denied();
    switch (quirk_->creation) {
      case Creation::by_number: return true;
      case Creation::all_or_none: return all_or_none();
      case Creation::by_parameter: return by_parameter();
    }
    return true;
  }

 private:
  void report(Severity severity, std::string code, std::string message, const Origin& from) {
    draft_.add_finding(
        severity, std::move(code), Subject::device(pf_.address),
        fmt::format("{}: {}", pf_.address.str(), message), {from});
  }
  Severity badness() const {
    return value_or(section_.required, true) ? Severity::error : Severity::warning;
  }

  // Does the policy's [kernel] extra or the running kernel's command line have this argument?
  bool argument(std::string_view key) const {
    return CommandLine::parse(value_or(draft_.policy.kernel.extra, std::string())).has(key) ||
           draft_.foreign_arguments().has(key);
  }

  const Origin* vfio() const {
    const auto of = [](const VfSettings& vf) -> const Origin* {
      return vf.driver && vf.driver->value.is_vfio() ? &vf.driver->from : nullptr;
    };
    if (const auto* from = of(section_.vf)) return from;
    for (const auto& range : draft_.policy.vf_ranges)
      if (range.pf == section_.name)
        if (const auto* from = of(range.vf)) return from;
    return nullptr;
  }

  void report_iommu() {
    report(
        Severity::warning, "vfs-need-iommu",
        "the firmware shows no IOMMU: some kernels refuse VFs of this device then, and no guest "
        "can "
        "have one; turn VT-d on in the BIOS setup",
        section_.vfs->from);
  }

  void report_denied() {
    report(
        badness(), "vfio-denied",
        fmt::format(
            "vfio-pci refuses the VFs of driver {}, which are on its denylist: keep them for the "
            "host (vf-driver = keep), or add vfio_pci.disable_denylist=1 to [kernel] extra if you "
            "trust the guests",
            pf_.driver),
        *vfio());
  }

  bool all_or_none() {
    const auto total = pf_.sriov->total_vfs;
    if (count_ == total || count_ == 0) return true;
    report(
        badness(), "vfs-all-or-none",
        fmt::format(
            "{} VFs asked, but its driver makes all {} or none: write vfs = max", count_, total),
        section_.vfs->from);
    return false;
  }

  bool by_parameter() {
    const auto now = pf_.sriov->num_vfs;
    if (now == count_ || count_ == 0) return true;
    if (quirk_->parameter.empty()) {
      report(
          badness(), "vfs-by-profile",
          fmt::format(
              "{} VFs asked, {} exist: driver {} makes them when it is loaded, as many as {} says",
              count_, now, pf_.driver, quirk_->total_vfs),
          section_.vfs->from);
      return false;
    }
    if (argument(quirk_->parameter)) return true;
    const auto value = quirk_->parameter_value.empty() ? std::to_string(count_)
                                                       : std::string(quirk_->parameter_value);
    report(
        badness(), "vfs-by-parameter",
        is_vfio_driver(pf_.driver)
            ? fmt::format(
                  "the PF is on {}, which makes no VFs: leave the PF to its own driver, or add "
                  "{}={} to [kernel] extra",
                  pf_.driver, quirk_->parameter, value)
            : fmt::format(
                  "driver {} makes its VFs when it is loaded and not through sysfs: add {}={} to "
                  "[kernel] extra",
                  pf_.driver, quirk_->parameter, value),
        section_.vfs->from);
    return false;
  }

  // The variant drivers have no sriov_configure (drivers/vfio/pci/*/).
  bool no_variant_driver() {
    if (pf_.driver.empty() || !is_vfio_driver(pf_.driver) || pf_.sriov->num_vfs == count_ ||
        count_ == 0)
      return true;
    report(
        badness(), "vfs-by-parameter",
        fmt::format(
            "the PF is on {}, which makes no VFs: leave the PF to its own driver", pf_.driver),
        section_.vfs->from);
    return false;
  }

  Draft& draft_;
  const PfPolicy& section_;
  const PciFunction& pf_;
  const unsigned count_;
  const DriverQuirk* quirk_;
};

}  // namespace

bool can_create(Draft& draft, const PfPolicy& section, const PciFunction& pf, unsigned count) {
  return CreationCheck(draft, section, pf, count).run();
}

}  // namespace vfirst
