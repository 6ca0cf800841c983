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
  // The PF driver that it needs where that is a large one; its module goes into the initramfs only
  // where that driver's does.
  std::string_view pf_driver{};
};
// vfio-pci and the variant drivers of mainline.
std::span<const VfioDriver> vfio_drivers();
// The name under which the driver of a module is registered: "xe-vfio-pci" for xe_vfio_pci. The
// module's own name where the table has no such driver.
std::string vfio_driver_of(std::string_view module);
inline constexpr std::string_view kVfioPci = "vfio-pci";

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
  // The value of the policy's key: keep, none, vfio, or the name of a driver in either spelling.
  static Result<VfDriver> parse(std::string_view word);
  static VfDriver none();
  // `vfio` in a policy: the best vfio driver that the kernel has for the device. Before it is known
  // which one that is, name() is that of the driver for every device, vfio-pci.
  static VfDriver best();
  // best(), and the kernel has chosen the driver of this module.
  static VfDriver best_is(std::string_view module);

  Kind kind() const { return kind_; }
  // As the driver is registered, for driver_override; "" for keep and none.
  const std::string& name() const { return name_; }
  bool is_keep() const { return kind_ == Kind::keep; }
  bool is_none() const { return kind_ == Kind::none; }
  bool is_vfio() const { return kind_ == Kind::vfio; }
  bool is_named() const { return !name_.empty(); }
  // It came from the word `vfio`.
  bool is_best() const { return choice_ != Choice::named; }
  // False only for best() while it is not known which driver that is.
  bool is_known() const { return choice_ != Choice::open; }

  // Has a VF that is bound to `driver` (nothing: to none) what is wanted? The kernel never chooses
  // a vfio driver by itself. While the best one is not known, each of them will do.
  bool satisfied_by(const std::optional<std::string>& driver) const;

  // The policy's word, which parse() reads: "keep", "none", "vfio", "vfio-pci". It does not tell
  // which driver is the best one, and so it is part of a plan's hash.
  std::string str() const;
  // The driver where it is known, else the policy's word.
  std::string shown() const;
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
  // What the policy names, or what `vfio` came to: still open, or found.
  enum class Choice { named, open, found };

  Kind kind_ = Kind::keep;
  Choice choice_ = Choice::named;
  std::string name_;
};

}  // namespace vfirst
