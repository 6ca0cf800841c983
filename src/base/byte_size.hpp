// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// An amount of memory in bytes, written the way kernel arguments write it: 2M, 1G.

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace vfirst {

struct ByteSize {
  std::uint64_t bytes = 0;

  static constexpr ByteSize kib(std::uint64_t n) { return {n << 10}; }
  static constexpr ByteSize mib(std::uint64_t n) { return {n << 20}; }
  static constexpr ByteSize gib(std::uint64_t n) { return {n << 30}; }
  // A number with K, M, G or T (powers of 1024), or with no letter for bytes.
  static Result<ByteSize> parse(std::string_view);
  // In the largest unit that divides it.
  std::string str() const;
  std::uint64_t kb() const { return bytes >> 10; }
  auto operator<=>(const ByteSize&) const = default;
};

}  // namespace vfirst
