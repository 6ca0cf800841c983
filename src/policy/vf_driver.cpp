// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/vf_driver.hpp"

#include "base/driver_name.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {

// The kernel compares driver_override byte by byte (drivers/pci/pci-driver.c, pci_match_device), so
// each name is spelled as in pci_driver.name under drivers/vfio/pci: vfio_pci.c, mlx5/main.c,
// pds/pci_drv.c, hisilicon/hisi_acc_vfio_pci.c, nvgrace-gpu/main.c, qat/main.c, virtio/main.c,
// ism/main.c, xe/main.c.
constexpr auto kVfioDrivers = std::to_array<VfioDriver>({
    {.name = kVfioPci},
    {.name = "mlx5_vfio_pci"},
    {.name = "pds_vfio_pci"},
    {.name = "hisi_acc_vfio_pci"},
    {.name = "nvgrace_gpu_vfio_pci"},
    {.name = "qat_vfio_pci"},
    {.name = "virtio_vfio_pci"},
    {.name = "ism_vfio_pci"},
    {.name = "xe-vfio-pci", .pf_driver = "xe"},
});

}  // namespace

std::span<const VfioDriver> vfio_drivers() {
  return kVfioDrivers;
}

std::string vfio_driver_of(std::string_view module) {
  const auto known = std::ranges::find_if(
      kVfioDrivers, [&](const VfioDriver& one) { return same_driver_name(one.name, module); });
  return std::string(known == kVfioDrivers.end() ? module : known->name);
}

Result<VfDriver> VfDriver::parse(std::string_view word) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  VfDriver out;
  if (word == "keep") return out;
  if (word == "none") return none();
  if (word.empty() || word.size() > 63 ||
      lowered(word).find_first_not_of(kLetters) != std::string::npos)
    return refuse("'{}' is not vfio, vfio-pci, keep, none or a driver's name", word);
  if (word == "vfio") return best();
  out.kind_ = is_vfio_driver(word) ? Kind::vfio : Kind::other;
  out.name_ = vfio_driver_of(word);
  return out;
}

VfDriver VfDriver::best() {
  VfDriver out;
  out.kind_ = Kind::vfio;
  out.choice_ = Choice::open;
  out.name_ = kVfioPci;
  return out;
}

VfDriver VfDriver::best_is(std::string_view module) {
  auto out = best();
  out.choice_ = Choice::found;
  out.name_ = vfio_driver_of(module);
  return out;
}

VfDriver VfDriver::none() {
  VfDriver out;
  out.kind_ = Kind::none;
  return out;
}

bool VfDriver::satisfied_by(const std::optional<std::string>& driver) const {
  switch (kind_) {
    case Kind::keep: return driver && !is_vfio_driver(*driver);
    case Kind::none: return !driver;
    case Kind::vfio:
      if (!is_known()) return driver && is_vfio_driver(*driver);
      [[fallthrough]];
    case Kind::other: return driver && same_driver_name(*driver, name_);
  }
  return false;
}

std::string VfDriver::str() const {
  return is_keep() ? "keep" : is_none() ? "none" : is_best() ? "vfio" : name_;
}

std::string VfDriver::shown() const {
  return is_named() && is_known() ? name_ : str();
}

std::string VfDriver::phrase() const {
  return is_keep()     ? "the kernel's driver"
         : is_none()   ? "no driver"
         : !is_known() ? "the best vfio driver"
                       : name_;
}

std::string VfDriver::with_phrase() const {
  return (is_named() ? "on " : "with ") + phrase();
}

std::string VfDriver::assignment(std::string_view vf) const {
  return is_keep()   ? fmt::format("let the kernel choose the driver of {}", vf)
         : is_none() ? fmt::format("leave {} without a driver", vf)
                     : fmt::format("bind {} to {}", vf, phrase());
}

}  // namespace vfirst
