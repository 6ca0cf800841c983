// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst/journal: every file that vfirst made or changed on /boot, and what stood there before. Read by Linux only.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct Journal {
  struct Entry {
    std::string path;
    std::string before;                                           // the file that keeps the old bytes; "" : there was none
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;                                     // in the order of the changes

  // A line an entry and a last line "end", so that a cut journal is known for one.
  static Result<Journal> parse(std::string_view text);
  std::string text() const;
  // Keeps the first entry of a path: what stood there before us does not change by a second write.
  void note(std::string_view path, std::string_view before = {});
  bool operator==(const Journal&) const = default;
};

}  // namespace vfirst
