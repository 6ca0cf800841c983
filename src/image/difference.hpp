// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One thing in an image that belongs to one machine, or that a machine it boots on will lack.

#include "base/result.hpp"

#include <string>

namespace vfirst {

struct Difference {
  // Relative to the root.
  std::string path;
  // 0: the file as a whole.
  unsigned line = 0;
  std::string what;
  // What a person runs, or does; "": seal mends it.
  std::string command = {};
  // May be meant so.
  bool warning = false;

  std::string str() const {
    return line ? fmt::format("{}:{}: {}", path, line, what) : fmt::format("{}: {}", path, what);
  }
  bool operator==(const Difference&) const = default;
};

}  // namespace vfirst
