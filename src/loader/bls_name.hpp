// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The file name of a Boot Loader Specification entry: its id and its boot counter,
// "fedora-6.12+2-1.conf", or that of a unified kernel image, "fedora-6.12+2-1.efi".

#include <optional>
#include <string>
#include <string_view>

namespace vfirst {

// The loader that counts and systemd-bless-boot rename the file; the id stays (UAPI.1, "Boot
// counting").
struct BlsName {
  // Without counter and end.
  std::string id;
  // Absent: not counted, or no boot was taken yet.
  std::optional<unsigned> left, done;
  // ".conf", as the file has it: ".CONF".
  std::string end = ".conf";

  // Nothing: no entry's name. `end` is in small letters; those of the file may be capitals, as its
  // filesystem does not tell them apart.
  static std::optional<BlsName> parse(std::string_view file, std::string_view end = ".conf");
  std::string file() const;
  // Without the counter.
  std::string file_without_counter() const { return id + end; }
  // Every try is used up: sorted behind the others.
  bool spent() const { return left && *left == 0; }
  bool operator==(const BlsName&) const = default;
};

}  // namespace vfirst
