// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which values a kernel takes for an argument whose effect is not simulated.

#include "kargs/command_line.hpp"
#include "kargs/simulate.hpp"

#include <string>

namespace vfirst {

struct ValueVerdict {
  enum class Kind {
    // No rule is known for this argument.
    not_known,
    taken,
    // The kernel reads the argument and drops this value.
    refused
  };
  Kind kind = Kind::not_known;
  // The kernel's own message about a value that it refuses; "" for none.
  std::string message;
};

ValueVerdict judge_value(const KernelArg& arg, const SimulatedMachine& machine);

}  // namespace vfirst
