// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The block of variables that GRUB and Linux share: 1024 bytes, a signature line, NAME=VALUE lines,
// '#' to the end.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vfirst {

// Every variable lies in the first 512 bytes, so an update in place changes one sector: the disk
// has the old block or the new one. GRUB's save_env rewrites the sectors that it found, without
// allocating, so the file never moves.
class EnvironmentBlock {
 public:
  static constexpr std::size_t kSize = 1024, kSector = 512;

  // Exactly kSize bytes, as GRUB takes it; another size, a lost signature or text behind the first
  // sector is refused.
  static Result<EnvironmentBlock> parse(std::string_view bytes);

  // "" where it is not set
  std::string_view value(std::string_view name) const;
  // Refused where the first sector is full, or where the text could not be read back (newline, '='
  // in a name).
  Status set(std::string_view name, std::string_view value);

  // kSize of them
  std::string bytes() const;
  bool operator==(const EnvironmentBlock&) const = default;

 private:
  // in the order of the file; foreign ones are kept
  std::vector<std::pair<std::string, std::string>> lines_;
};

// A lenient look at a block that others may have filled past its first sector; "" where the
// variable is not set.
std::string environment_value(std::string_view bytes, std::string_view name);

}  // namespace vfirst
