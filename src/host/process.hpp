// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Another program, run to its end: what it said and how it ended.

#include "base/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct Ended {
  // exit status; 128 + signal as a shell has it
  int code = 0;
  std::string out, err;
};

// argv[0] is looked up in PATH; no shell. `input` is its stdin. Past the limit it is killed and the
// answer is ETIMEDOUT. A program that is not there is ENOENT; one that runs and fails is an Ended
// with its code.
Result<Ended> run_process(
    const std::vector<std::string>& argv, std::string_view input = {}, int limit_s = 120);

// The seam for tests.
using RunProcess =
    std::function<Result<Ended>(const std::vector<std::string>& argv, std::string_view input)>;

}  // namespace vfirst
