// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What came of an action (apply) and what is there now (verify).

#include "plan/verdict.hpp"

#include <string>

namespace vfirst {

enum class StepState {
  // It was written and reads back as wanted.
  done,
  // It was already as wanted: nothing was written.
  unchanged,
  // It is not possible yet (an IRQ does not exist before its port is up). This is not an error.
  deferred,
  failed,
  // It was not tried: a step that it needs failed, or the time was used up.
  skipped,
};
std::string state_name(StepState);

struct Outcome {
  StepState state = StepState::unchanged;
  // Short: "7", "vfio-pci".
  std::string wanted{}, got{};
  // The errno of the call that decided it.
  int error = 0;
  // One line for the user: what is wrong, and what to do.
  std::string cause{};
  // The cause without the VF's name, where several VFs of a PF may fail for the same reason; else
  // "".
  std::string reason{};
  // To the kernel, with those that it refused.
  unsigned writes = 0;
  // Deferred until a device event, within the budget.
  bool waiting = false;
  // Beside `waiting`: the device is busy and sends no event when it is ready, so the step is tried
  // again after a pause.
  bool busy = false;
  // It failed, but the steps that need it can go on with what it achieved.
  bool partial = false;
};

struct Observation {
  std::string wanted{}, got{};
  Verdict verdict = Verdict::unknown;
  // The file that was read.
  std::string evidence{};
  std::string cause{};
};

// "EBUSY"; "" for 0.
std::string errno_name(int error);

}  // namespace vfirst
