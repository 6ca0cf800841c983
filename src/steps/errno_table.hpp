// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What an errno means at one place of the SR-IOV interface, and what to do about it: data, one row
// a case.

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace vfirst {

enum class Place {
  open_numvfs,
  write_numvfs,
  drivers_probe,
  bind,
  set_vf,
  smp_affinity,
  coalesce,
  channels,
  vf_msix,
  load_module,
  eswitch,
};

// Failures without an errno: the call succeeded but had no effect (0 VFs, no driver).
inline constexpr int kNothingHappened = -1;
// Fewer VFs.
inline constexpr int kPartly = -2;

// How often `retry` tries, and its pause: a busy device sends no event when it is ready.
inline constexpr int kTries = 10;
inline constexpr auto kPause = std::chrono::milliseconds(100);

enum class Reaction {
  // Report it; nothing else helps.
  fail,
  // Not an error after all, if a second look agrees.
  accept,
  // Wait for a device event.
  wait,
  // Try again soon; the device is busy.
  retry,
  // Bring the port up, then once more.
  raise_port,
  // Use a larger CPU set.
  widen,
  // It is not possible, and that is no error.
  note,
  // Later, when the port is up.
  defer,
  // Leave this attribute out, go on with the others.
  drop,
};

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
// "EBUSY: <meaning>; <advice>", or the C library's text.
std::string explain_errno(Place place, int error);
// Fail where there is no row.
Reaction reaction_to(Place place, int error);

}  // namespace vfirst
