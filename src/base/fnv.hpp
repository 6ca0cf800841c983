// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A short hash of a text, the same on every machine. It tells texts apart that differ by accident.
// It is no protection against somebody who wants two texts to have the same hash.

#include <fmt/format.h>
#include <cstdint>
#include <string>
#include <string_view>

namespace vfirst {

// FNV-1a, 64 bits, with the constants of its authors.
inline constexpr std::uint64_t kFnvStart = 0xcbf29ce484222325u;
constexpr std::uint64_t fnv_mix(std::uint64_t hash, std::uint8_t byte) {
  return (hash ^ byte) * 0x100000001b3u;
}

class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text)
      state_ = fnv_mix(state_, static_cast<std::uint8_t>(c));
    // "ab","c" differs from "a","bc"
    state_ = fnv_mix(state_, 0xff);
  }
  std::string str() const { return fmt::format("{:016x}", state_).substr(0, 12); }

 private:
  std::uint64_t state_ = kFnvStart;
};

inline std::string fnv(std::string_view text) {
  Fnv fnv;
  fnv.add(text);
  return fnv.str();
}

}  // namespace vfirst
