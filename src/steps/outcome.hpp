// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What came of an action (apply) and what is there now (verify).

#include "plan/verdict.hpp"

#include <string>

namespace vfirst {

enum class StepState {
  done,                                                          // written, read back, as wanted
  unchanged,                                                     // was already as wanted: nothing written
  deferred,                                                      // cannot be yet (no such IRQ before the port is up): not an error
  failed,
  skipped,                                                       // not tried: something that it needs failed, or time ran out
};
std::string state_name(StepState);

struct Outcome {
  StepState state = StepState::unchanged;
  std::string wanted{}, got{};                                   // short: "7", "vfio-pci"
  int error = 0;                                                 // errno of the call that decided it
  std::string cause{};                                           // one line for the user: what is wrong, what to do
  unsigned writes = 0;                                           // to the kernel, tried ones included
  bool waiting = false;                                          // deferred until a device event, within the budget
  bool partial = false;                                          // failed, but what needs it can go on with what there is
};

struct Observation {
  std::string wanted{}, got{};
  Verdict verdict = Verdict::unknown;
  std::string evidence{};                                        // the file read
  std::string cause{};
};

std::string errno_name(int error);                               // "EBUSY"; "" for 0

}  // namespace vfirst
