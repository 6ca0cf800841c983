// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Runs another program to its end: what it printed and how it ended.

#include "base/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct Ended {
  // The exit status; 128 + the signal that ended it, as in a shell.
  int code = 0;
  std::string out, err;
};

// argv[0] is looked up in PATH; there is no shell. `input` is its stdin. Past the limit it is
// killed and the answer is ETIMEDOUT. A program that is not there is ENOENT. One that runs and
// fails is an Ended with its code.
Result<Ended> run_process(
    const std::vector<std::string>& argv, std::string_view input = {}, int limit_s = 120);

// Where a test puts a function in the program's place.
using RunProcess =
    std::function<Result<Ended>(const std::vector<std::string>& argv, std::string_view input)>;

}  // namespace vfirst
