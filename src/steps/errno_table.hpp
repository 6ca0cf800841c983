// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What an errno means at one place of the SR-IOV interface, and what to do about it: data, one row
// a case.

#include "plan/place.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace vfirst {

// How often `retry` tries, and its pause: a busy device sends no event when it is ready.
inline constexpr int kTries = 10;
inline constexpr auto kPause = std::chrono::milliseconds(100);

struct ErrnoRow {
  Place place;
  int error;
  Reaction reaction;
  // A sentence's end: "..: the PF has no driver yet".
  std::string_view meaning;
  // "" where there is nothing to say.
  std::string_view advice;
};

std::span<const ErrnoRow> errno_table();
// nullptr where the table has no row: the kernel's own text then has to do.
const ErrnoRow* errno_row(Place place, int error);
// "EBUSY: <meaning>; <advice>", or the C library's text. What `driver` means by it comes first
// (plan/driver_errnos.hpp); "" where the driver is not known or does not matter.
std::string explain_errno(Place place, int error, std::string_view driver = {});
// Fail where there is no row.
Reaction reaction_to(Place place, int error, std::string_view driver = {});

}  // namespace vfirst
