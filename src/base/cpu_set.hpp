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
  // both inclusive
  static CpuSet range(unsigned first, unsigned last);

  // "0-3,8,10-11"; blank is the empty set. Sysfs lists only: strides, `N` and `all` are in
  // kargs/cpulist.hpp.
  static Result<CpuSet> parse_list(std::string_view);
  // "ff,00000000": hexadecimal words of 32 bits, highest first, as `cpumap` and smp_affinity print
  // them.
  static Result<CpuSet> parse_mask(std::string_view);

  // sorted, range-compressed, "" when empty
  std::string list() const;
  // 32-bit comma groups, "0" when empty
  std::string mask() const;

  void insert(unsigned cpu);
  void erase(unsigned cpu);
  bool contains(unsigned cpu) const;
  bool empty() const;
  std::size_t size() const;
  std::optional<unsigned> first() const;
  std::optional<unsigned> last() const;
  std::vector<unsigned> members() const;

  // other is a subset of this
  bool contains(const CpuSet& other) const;
  bool intersects(const CpuSet& other) const;

  CpuSet& operator|=(const CpuSet&);
  CpuSet& operator&=(const CpuSet&);
  CpuSet& operator-=(const CpuSet&);
  friend CpuSet operator|(CpuSet a, const CpuSet& b) { return a |= b; }
  friend CpuSet operator&(CpuSet a, const CpuSet& b) { return a &= b; }
  friend CpuSet operator-(CpuSet a, const CpuSet& b) { return a -= b; }
  // words_ carries no trailing zero word
  bool operator==(const CpuSet&) const = default;

 private:
  // both inclusive and below kLimit
  void insert_all(unsigned first, unsigned last);
  void trim();
  std::vector<std::uint64_t> words_;
};

}  // namespace vfirst
