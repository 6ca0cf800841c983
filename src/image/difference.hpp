// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One thing in an image that belongs to one machine, or that a machine it boots on will lack.

#include "base/result.hpp"

#include <string>

namespace vfirst {

struct Difference {
  std::string path;                                               // relative to the root
  unsigned line = 0;                                              // 0: the file as a whole
  std::string what;
  std::string command = {};                                       // what a person runs, or does; "": seal mends it
  bool warning = false;                                           // may be meant so

  std::string str() const { return line ? fmt::format("{}:{}: {}", path, line, what) : fmt::format("{}: {}", path, what); }
  bool operator==(const Difference&) const = default;
};

}  // namespace vfirst
