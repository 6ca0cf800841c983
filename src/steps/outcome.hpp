// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What came of an action (apply) and what is there now (verify).

#include "plan/verdict.hpp"

#include <string>

namespace vfirst {

enum class StepState {
  // written, read back, as wanted
  done,
  // was already as wanted: nothing written
  unchanged,
  // cannot be yet (no such IRQ before the port is up): not an error
  deferred,
  failed,
  // not tried: something that it needs failed, or time ran out
  skipped,
};
std::string state_name(StepState);

struct Outcome {
  StepState state = StepState::unchanged;
  // short: "7", "vfio-pci"
  std::string wanted{}, got{};
  // errno of the call that decided it
  int error = 0;
  // one line for the user: what is wrong, what to do
  std::string cause{};
  // to the kernel, tried ones included
  unsigned writes = 0;
  // deferred until a device event, within the budget
  bool waiting = false;
  // failed, but what needs it can go on with what there is
  bool partial = false;
};

struct Observation {
  std::string wanted{}, got{};
  Verdict verdict = Verdict::unknown;
  // the file read
  std::string evidence{};
  std::string cause{};
};

// "EBUSY"; "" for 0
std::string errno_name(int error);

}  // namespace vfirst
