// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What one driver means by an errno, where that is more than, or other than, what the errno means
// for all drivers (steps/errno_table.hpp). A part of the driver quirk table: one row a case.

#include "plan/place.hpp"

#include <span>
#include <string_view>

namespace vfirst {

struct DriverErrno {
  // The drivers that answer so, by the names in sysfs, separated by blanks.
  std::string_view drivers;
  Place place;
  // An errno, or one of the answers without one in plan/place.hpp.
  int error;
  Reaction reaction;
  // A sentence's end, without the driver's name: "..: it resets".
  std::string_view meaning;
  // What to do; "" where there is nothing to say.
  std::string_view advice;
};

std::span<const DriverErrno> driver_errnos();
// nullptr where the driver means what every driver means, or is not known.
const DriverErrno* driver_errno(std::string_view driver, Place place, int error);

}  // namespace vfirst
