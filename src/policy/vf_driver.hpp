// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The driver that a VF is to have.

#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vfirst {

struct VfioDriver {
  // As it is registered.
  std::string_view name{};
  // Its module goes into the initramfs. One that belongs to a PF driver that is not there does not.
  bool in_initramfs = true;
};
// vfio-pci and the variant drivers of mainline.
std::span<const VfioDriver> vfio_drivers();

class VfDriver {
 public:
  enum class Kind {
    // The one that the kernel chooses.
    keep,
    none,
    // vfio-pci or a variant driver: the VF is for a guest.
    vfio,
    // One that the policy names and that is no vfio driver.
    other,
  };

  VfDriver() = default;
  // The value of the policy's key: keep, none, or the name of a driver in either spelling. "vfio"
  // is refused: no PCI driver has that name.
  static Result<VfDriver> parse(std::string_view word);
  static VfDriver none();

  Kind kind() const { return kind_; }
  // As the driver is registered, for driver_override; "" for keep and none.
  const std::string& name() const { return name_; }
  bool is_keep() const { return kind_ == Kind::keep; }
  bool is_none() const { return kind_ == Kind::none; }
  bool is_vfio() const { return kind_ == Kind::vfio; }
  bool is_named() const { return !name_.empty(); }

  // Has a VF that is bound to `driver` (nothing: to none) what is wanted? The kernel never chooses
  // a vfio driver by itself.
  bool satisfied_by(const std::optional<std::string>& driver) const;

  // The policy's word, which parse() reads: "keep", "none", "vfio-pci".
  std::string str() const;
  // In a sentence: "the kernel's driver", "no driver", "vfio-pci".
  std::string phrase() const;
  // Of VFs that have it: "with the kernel's driver", "with no driver", "on vfio-pci".
  std::string with_phrase() const;
  // What is done to `vf`: "leave VF 3 without a driver", "bind VF 3 to vfio-pci".
  std::string assignment(std::string_view vf) const;

  // Any order, for use as a key of a map.
  auto operator<=>(const VfDriver&) const = default;
  bool operator==(const VfDriver&) const = default;

 private:
  Kind kind_ = Kind::keep;
  std::string name_;
};

}  // namespace vfirst
