// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/vf_driver.hpp"

#include "base/driver_name.hpp"
#include "base/text.hpp"

#include <array>

namespace vfirst {

namespace {

// The kernel compares driver_override byte by byte (drivers/pci/pci-driver.c, pci_match_device), so
// each name is spelled as in pci_driver.name under drivers/vfio/pci: vfio_pci.c, mlx5/main.c,
// pds/pci_drv.c, hisilicon/hisi_acc_vfio_pci.c, nvgrace-gpu/main.c, qat/main.c, virtio/main.c,
// ism/main.c, xe/main.c.
constexpr auto kVfioDrivers = std::to_array<VfioDriver>({
    {.name = "vfio-pci"},
    {.name = "mlx5_vfio_pci"},
    {.name = "pds_vfio_pci"},
    {.name = "hisi_acc_vfio_pci"},
    {.name = "nvgrace_gpu_vfio_pci"},
    {.name = "qat_vfio_pci"},
    {.name = "virtio_vfio_pci"},
    {.name = "ism_vfio_pci"},
    // Would bring the whole graphics driver along.
    {.name = "xe-vfio-pci", .in_initramfs = false},
});

}  // namespace

std::span<const VfioDriver> vfio_drivers() {
  return kVfioDrivers;
}

Result<VfDriver> VfDriver::parse(std::string_view word) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  VfDriver out;
  if (word == "keep") return out;
  if (word == "none") return none();
  if (word.empty() || word.size() > 63 ||
      lowered(word).find_first_not_of(kLetters) != std::string::npos)
    return refuse("'{}' is not vfio-pci, keep, none or a driver's name", word);
  if (word == "vfio")
    return refuse("'vfio' is not a driver's name; write vfio-pci or the device's variant driver");
  out.kind_ = is_vfio_driver(word) ? Kind::vfio : Kind::other;
  out.name_ = word;
  for (const auto& known : kVfioDrivers)
    if (same_driver_name(known.name, word)) out.name_ = known.name;
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
    case Kind::other: return driver && same_driver_name(*driver, name_);
  }
  return false;
}

std::string VfDriver::str() const {
  return is_keep() ? "keep" : is_none() ? "none" : name_;
}

std::string VfDriver::phrase() const {
  return is_keep() ? "the kernel's driver" : is_none() ? "no driver" : name_;
}

std::string VfDriver::with_phrase() const {
  return (is_named() ? "on " : "with ") + phrase();
}

std::string VfDriver::assignment(std::string_view vf) const {
  return is_keep()   ? fmt::format("let the kernel choose the driver of {}", vf)
         : is_none() ? fmt::format("leave {} without a driver", vf)
                     : fmt::format("bind {} to {}", vf, name_);
}

}  // namespace vfirst
