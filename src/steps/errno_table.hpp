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

// Errors that no errno tells: the call succeeded and did not do it.
// 0 VFs, no driver
inline constexpr int kNothingHappened = -1;
// fewer VFs
inline constexpr int kPartly = -2;

// How often `retry` tries, and its pause: a device that is busy with itself sends no event when it
// is through.
inline constexpr int kTries = 10;
inline constexpr auto kPause = std::chrono::milliseconds(100);

enum class Reaction {
  // say so; nothing else helps
  fail,
  // not an error after all, if a second look agrees
  accept,
  // for a device event
  wait,
  // soon; the device is busy with itself
  retry,
  // bring the port up, then once more
  raise_port,
  // a larger CPU set
  widen,
  // cannot be, and that is fine
  note,
  // later: after the port is up
  defer,
  // leave this attribute out, go on with the others
  drop,
};

struct ErrnoRow {
  Place place;
  int error;
  Reaction reaction;
  // a sentence's end: "..: the PF has no driver yet"
  std::string_view meaning;
  // "" where there is nothing to say
  std::string_view advice;
};

std::span<const ErrnoRow> errno_table();
// nullptr where the table has no row: the kernel's own text then has to do.
const ErrnoRow* errno_row(Place place, int error);
// "EBUSY: <meaning>; <advice>", or the C library's text.
std::string explain_errno(Place place, int error);
// fail where there is no row
Reaction reaction_to(Place place, int error);

}  // namespace vfirst
