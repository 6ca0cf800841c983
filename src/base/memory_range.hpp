// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A piece of physical memory.

#include <cstdint>

namespace vfirst {

// In KiB. `end_kb` is the first address behind it.
struct MemoryRange {
  std::uint64_t start_kb = 0, end_kb = 0;
  std::uint64_t kb() const { return end_kb > start_kb ? end_kb - start_kb : 0; }
  // The part that both have; empty where there is none.
  MemoryRange common(const MemoryRange& other) const {
    const MemoryRange both{
        start_kb > other.start_kb ? start_kb : other.start_kb,
        end_kb < other.end_kb ? end_kb : other.end_kb};
    return both.kb() ? both : MemoryRange{};
  }
  bool operator==(const MemoryRange&) const = default;
};

}  // namespace vfirst
