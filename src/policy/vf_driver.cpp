// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/vf_driver.hpp"

#include "base/driver_name.hpp"
#include "base/text.hpp"

#include <array>

namespace vfirst {

namespace {

// The kernel compares driver_override byte by byte (drivers/pci/pci-driver.c, pci_match_device), so
// each name here is spelled as the driver registers it: pci_driver.name under drivers/vfio/pci.
constexpr std::array<std::string_view, 9> kVfioDrivers = {
    "vfio-pci",              // vfio_pci.c
    "mlx5_vfio_pci",         // mlx5/main.c
    "pds_vfio_pci",          // pds/pci_drv.c
    "hisi_acc_vfio_pci",     // hisilicon/hisi_acc_vfio_pci.c
    "nvgrace_gpu_vfio_pci",  // nvgrace-gpu/main.c
    "qat_vfio_pci",          // qat/main.c
    "virtio_vfio_pci",       // virtio/main.c
    "xe-vfio-pci",           // xe/main.c
    "ism_vfio_pci",          // ism/main.c
};

}  // namespace

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
  for (const auto known : kVfioDrivers)
    if (same_driver_name(known, word)) out.name_ = known;
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
  return is_keep()   ? fmt::format("leave {} to the kernel's driver", vf)
         : is_none() ? fmt::format("leave {} without a driver", vf)
                     : fmt::format("bind {} to {}", vf, name_);
}

}  // namespace vfirst
