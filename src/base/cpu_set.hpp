// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A set of CPU numbers, read and written the way sysfs does.

#include "base/result.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

class CpuSet {
 public:
  // The kernel's own upper bound (NR_CPUS of Debian's kernel is 8192); anything larger is a typing
  // error.
  static constexpr unsigned kLimit = 16384;

  CpuSet() = default;
  CpuSet(std::initializer_list<unsigned> cpus);
  // Both ends belong to it.
  static CpuSet range(unsigned first, unsigned last);

  // "0-3,8,10-11", as sysfs prints it; a blank text is the empty set. For strides, `N` and `all`
  // see kargs/cpulist.hpp.
  static Result<CpuSet> parse_list(std::string_view);
  // "ff,00000000": hexadecimal words of 32 bits, highest first, as `cpumap` and smp_affinity print
  // them.
  static Result<CpuSet> parse_mask(std::string_view);

  // A list, sorted, neighbours joined to ranges; "" where it is empty.
  std::string list() const;
  // A mask: 32-bit words with commas between; "0" where it is empty.
  std::string mask() const;

  void insert(unsigned cpu);
  void erase(unsigned cpu);
  bool contains(unsigned cpu) const;
  bool empty() const;
  std::size_t size() const;
  std::optional<unsigned> first() const;
  std::optional<unsigned> last() const;
  std::vector<unsigned> members() const;

  // Whether `other` is a subset of this.
  bool contains(const CpuSet& other) const;
  bool intersects(const CpuSet& other) const;

  CpuSet& operator|=(const CpuSet&);
  CpuSet& operator&=(const CpuSet&);
  CpuSet& operator-=(const CpuSet&);
  friend CpuSet operator|(CpuSet a, const CpuSet& b) { return a |= b; }
  friend CpuSet operator&(CpuSet a, const CpuSet& b) { return a &= b; }
  friend CpuSet operator-(CpuSet a, const CpuSet& b) { return a -= b; }
  // Takes zero words off the end of words_, so that equal sets have equal words.
  bool operator==(const CpuSet&) const = default;

 private:
  // Both ends belong to it and are below kLimit.
  void insert_all(unsigned first, unsigned last);
  void trim();
  std::vector<std::uint64_t> words_;
};

}  // namespace vfirst
