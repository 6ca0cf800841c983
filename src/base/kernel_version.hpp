// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The first two numbers of a kernel release. They decide which rules a kernel follows.

#include <compare>
#include <string_view>

namespace vfirst {

// 6.12 of "6.12.95+deb13-amd64"
struct KernelVersion {
  unsigned major = 0, minor = 0;
  auto operator<=>(const KernelVersion&) const = default;
  // 0.0 where the text has no number.
  static KernelVersion of(std::string_view release);
  bool known() const { return major != 0; }
};

}  // namespace vfirst
