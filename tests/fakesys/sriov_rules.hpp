// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What PF drivers answer to a number of VFs: their sriov_configure functions, translated from the
// drivers' sources (Linux 7.3.4), for a device in a certain state.

#include "fakesys/pf.hpp"

#include <string>
#include <vector>

namespace vfirst::fake {

struct Configured {
  // An errno; 0: the write succeeds, whatever was made.
  int error = 0;
  unsigned made = 0;
};

Configured sriov_configure(const Pf& pf, unsigned count);

// A driver and a state in which it does not simply make as many VFs as asked.
struct Trouble {
  std::string driver;
  Pf::Ails ails = Pf::Ails::nothing;
};
std::vector<Trouble> all_troubles();

}  // namespace vfirst::fake
