// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A simulated command line for people and for programs.

#include "kargs/simulate.hpp"

#include <string>

namespace vfirst {

struct SimulatedLine {
  // of the kernel; "" where none is known
  std::string release;
  std::string architecture;
  CommandLine line;
  Simulation seen;
};

std::string simulate_text(const SimulatedLine& simulated);
// schema vfirst.simulate/1
std::string simulate_json(const SimulatedLine& simulated);

}  // namespace vfirst
