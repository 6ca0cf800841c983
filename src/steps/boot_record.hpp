// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// result.json and initrd.json, read back: what came of each step of early boot.

#include "host/root.hpp"
#include "plan/action.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

struct BootRecord {
  struct Step {
    // Which action it is; nothing in a record of 0.1.0, which has only a sentence.
    std::optional<ActionId> id;
    // The sentence.
    std::string text;
    // It failed or was skipped, and this is why; "" where it was done.
    std::string cause;
    // What it said, in whatever state.
    std::string said;
    // What was there after it, as verify words it.
    std::string got;
    // The errno that decided it, "ENOSPC"; "" for none.
    std::string error;
    // Skipped because a step that it needs failed.
    bool blocked = false;
  };
  bool exists = false, complete = false;
  // The closed gate's reason; "" where the steps were run.
  std::string skipped;
  // "initrd" or "root".
  std::string phase;
  std::vector<Step> steps;

  // By the action's kind, subject and index, or by the sentence that 0.1.0 wrote for it; nullptr
  // where the record has no such step.
  const Step* find(const Action& action) const;
};

// An empty record where the file is not there or is not one.
BootRecord read_boot_record(const Root& root, const char* file);

}  // namespace vfirst
