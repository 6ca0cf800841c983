// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where the kernel answers with an errno, and what can be done about an answer: the words of the
// two tables of such answers, steps/errno_table.hpp for all drivers and plan/driver_errnos.hpp for
// one driver each.

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

// Answers without an errno of their own.
//
// The call succeeded and had no effect: 0 VFs, no driver.
inline constexpr int kNothingHappened = -1;
// Fewer VFs than asked.
inline constexpr int kPartly = -2;
// More VFs than asked.
inline constexpr int kTooMany = -3;
// EBUSY although no VF exists: the driver itself is busy.
inline constexpr int kNotReady = -4;
// ENOENT although a driver is bound: it makes no VFs when sriov_numvfs is written.
inline constexpr int kMakesNone = -5;
// ENOTSUPP of include/linux/errno.h, which was never meant to reach a program. No C header has it.
inline constexpr int kNotSupported = 524;

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

}  // namespace vfirst
