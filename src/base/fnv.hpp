// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A short hash of a text, the same on every machine. It tells texts apart that differ by accident.
// It is no protection against somebody who wants two texts to have the same hash.

#include <fmt/format.h>
#include <cstdint>
#include <string>
#include <string_view>

namespace vfirst {

// FNV-1a, 64 bits
class Fnv {
 public:
  void add(std::string_view text) {
    for (unsigned char c : text)
      state_ = (state_ ^ c) * 0x100000001b3u;
    // So that "ab","c" differs from "a","bc".
    state_ = (state_ ^ 0xffu) * 0x100000001b3u;
  }
  std::string str() const { return fmt::format("{:016x}", state_).substr(0, 12); }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

inline std::string fnv(std::string_view text) {
  Fnv fnv;
  fnv.add(text);
  return fnv.str();
}

}  // namespace vfirst
