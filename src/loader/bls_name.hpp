// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The file name of a Boot Loader Specification entry: its id and its boot counter,
// "fedora-6.12+2-1.conf".

#include <optional>
#include <string>
#include <string_view>

namespace vfirst {

// The loader that counts and systemd-bless-boot rename the file; the id stays (UAPI.1, "Boot
// counting").
struct BlsName {
  // Without counter and ".conf".
  std::string id;
  // Absent: not counted, or no boot was taken yet.
  std::optional<unsigned> left, done;

  // Nothing: no entry's name.
  static std::optional<BlsName> parse(std::string_view file);
  std::string file() const;
  // Every try is used up: sorted behind the others.
  bool spent() const { return left && *left == 0; }
  bool operator==(const BlsName&) const = default;
};

}  // namespace vfirst
