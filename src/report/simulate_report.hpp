// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The result of simulating a command line, as text for people and as JSON for programs.

#include "kargs/simulate.hpp"

#include <string>

namespace vfirst {

struct SimulatedLine {
  // The kernel's release; empty where none is known.
  std::string release;
  std::string architecture;
  CommandLine line;
  Simulation seen;
};

std::string simulate_text(const SimulatedLine& simulated);
// Schema vfirst.simulate/1.
std::string simulate_json(const SimulatedLine& simulated);

}  // namespace vfirst
