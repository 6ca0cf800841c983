// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The block of variables that GRUB and Linux share: 1024 bytes that begin with a signature line,
// then NAME=VALUE lines and comment lines, then '#' to the end.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vfirst {

// Every variable lies in the first 512 bytes. So an update in place changes one sector, and the
// disk has the old block or the new one. GRUB's save_env rewrites the sectors that it found and
// allocates none, so the file never moves.
class EnvironmentBlock {
 public:
  static constexpr std::size_t kSize = 1024, kSector = 512;

  // Refused: any other size than kSize, no signature, a line that is neither a variable nor a
  // comment, and lines that go past the first sector.
  static Result<EnvironmentBlock> parse(std::string_view bytes);

  // "" where the variable is not set.
  std::string_view value(std::string_view name) const;
  // Refused where the first sector is full, or where the text could not be read back (a newline or
  // a backslash, '=' in a name). Then nothing changes.
  Status set(std::string_view name, std::string_view value);

  // kSize of them.
  std::string bytes() const;
  bool operator==(const EnvironmentBlock&) const = default;

 private:
  struct Line {
    // "" for a comment.
    std::string name;
    // Of a comment the whole line.
    std::string value;
    std::string text() const { return name.empty() ? value : name + '=' + value; }
    bool operator==(const Line&) const = default;
  };
  // In the order of the file; those of others are kept.
  std::vector<Line> lines_;
};

// The names and values of a block that others may have filled past its first sector, as GRUB reads
// them (grub_envblk_iterate in lib/envblk.c). Of a name that stands twice the last counts.
std::vector<std::pair<std::string, std::string>> environment_variables(std::string_view bytes);

// One of them; "" where the variable is not set.
std::string environment_value(std::string_view bytes, std::string_view name);

}  // namespace vfirst
