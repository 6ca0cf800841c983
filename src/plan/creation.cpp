// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/creation.hpp"

#include "base/driver_name.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
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
        quirk_(quirk_of_device(pf.driver, pf.vendor, pf.device, pf.class_code)) {}

  bool run() {
    if (!buses_suffice()) return false;
    if (!quirk_) return no_variant_driver();
    if (quirk_->needs_iommu && !draft_.iommu_possible()) report_iommu();
    if (quirk_->needs_package && count_ != 0) report_package();
    if (quirk_->keeps_vfs && vfio()) return vfs_are_kept();
    if (quirk_->vfio_denied && vfio() && !argument("vfio_pci.disable_denylist")) report_denied();
    switch (quirk_->creation) {
      case Creation::by_number: return true;
      case Creation::all_or_none: return all_or_none();
      case Creation::by_parameter: return by_parameter();
      case Creation::by_other_means: return by_other_means();
    }
    return true;
  }

 private:
  // drivers/pci/iov.c, sriov_enable(): where the last VF's bus is beyond those behind the bridge,
  // the kernel makes no VF at all and answers ENOMEM ("can't enable 4 VFs (bus 04 out of range of
  // [bus 03])"). Behind bus ff there is none.
  bool buses_suffice() {
    const auto& sriov = *pf_.sriov;
    if (count_ == 0 || count_ == sriov.num_vfs || sriov.offset == 0) return true;
    const auto last = sriov.last_bus.value_or(0xff);
    const auto bus_of = [&](unsigned index) {
      return (pf_.address.routing_id() + std::uint64_t{sriov.offset} +
              std::uint64_t{sriov.stride} * index) >>
             8;
    };
    unsigned fit = 0;
    while (fit < count_ && bus_of(fit) <= last)
      ++fit;
    if (fit == count_) return true;
    const auto which = fit + 1 == count_ ? fmt::format("VF {}", fit)
                       : fit == 0        ? fmt::format("all {} VFs", count_)
                                         : fmt::format("VFs {}-{}", fit, count_ - 1);
    auto advice = fit == 0 ? std::string() : fmt::format("write vfs = {}", fit);
    if (last < 0xff)
      append_to_list(
          advice, "let the kernel number the buses: add pci=assign-busses to [kernel] extra",
          ", or ");
    report(
        badness(), "vf-address",
        fmt::format(
            "{} would lie beyond bus {:02x}, the last one {}, and then the kernel makes none{}{}",
            which, last, sriov.last_bus ? "behind its bridge" : "of a PCI domain",
            advice.empty() ? "" : ": ", advice),
        section_.vfs->from);
    return false;
  }

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

  // Where VFs exist, the package may be in the initramfs alone.
  void report_package() {
    const auto& packages = draft_.facts.ice_packages;
    if (!packages || !packages->empty() || pf_.sriov->num_vfs != 0) return;
    report(
        Severity::warning, "firmware-package",
        fmt::format(
            "driver {} finds no DDP package in /lib/firmware/intel/ice/ddp: it starts in Safe "
            "Mode, without VFs; install your distribution's firmware for Intel E800 cards",
            pf_.driver),
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

  // A VF of an NVIDIA GPU works once nvidia has set it up as a vGPU.
  bool vfs_are_kept() {
    report(
        badness(), "vfs-stay-with-driver",
        fmt::format(
            "its VFs stay with driver {}, which gives them to guests itself: write vf-driver = "
            "keep",
            quirk_->vf_driver.empty() ? quirk_->driver : quirk_->vf_driver),
        *vfio());
    return by_other_means() && false;
  }

  bool by_other_means() {
    if (pf_.sriov->num_vfs == count_ || count_ == 0) return true;
    report(
        badness(), "vfs-by-other-means", advice_for(quirk_->way_out, pf_, count_),
        section_.vfs->from);
    return false;
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
    for (const auto parameter : words(quirk_->parameter))
      if (argument(parameter)) return true;
    if (!quirk_->way_out.empty()) {
      report(
          badness(), "vfs-by-parameter", advice_for(quirk_->way_out, pf_, count_),
          section_.vfs->from);
      return false;
    }
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

std::string advice_for(
    std::string_view text, const PciFunction& pf, std::optional<unsigned> count) {
  std::string out(text);
  const auto fill = [&](std::string_view name, const std::string& value) {
    for (auto at = out.find(name); at != out.npos; at = out.find(name, at + value.size()))
      out.replace(at, name.size(), value);
  };
  fill("{vfs}", count ? std::to_string(*count) : "N");
  fill("{total}", std::to_string(pf.sriov ? pf.sriov->total_vfs : 0));
  fill("{pf}", pf.address.str());
  fill("{device}", fmt::format("{:04x}", pf.device));
  return out;
}

bool can_create(Draft& draft, const PfPolicy& section, const PciFunction& pf, unsigned count) {
  return CreationCheck(draft, section, pf, count).run();
}

}  // namespace vfirst
