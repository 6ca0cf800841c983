// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The first two numbers of a kernel release, and Red Hat's own where it is Red Hat's kernel. They
// decide which rules a kernel follows.

#include <compare>
#include <string_view>

namespace vfirst {

// 6.12 of "6.12.95+deb13-amd64"; 5.14, el 9 and build 503 of "5.14.0-503.11.1.el9_5.x86_64".
struct KernelVersion {
  unsigned major = 0, minor = 0;
  // Red Hat keeps one upstream version for a whole release of RHEL and carries features back to it,
  // so that the build decides, not the version. CentOS Stream and the rebuilds (Alma, Rocky,
  // Oracle's RHCK) have the same kernel with the same numbers, and kernel-rt is made from the same
  // source (release notes of RHEL 7.6, "Real-Time Kernel"). 0 for all others: Oracle's UEK
  // (".el8uek") and ELRepo's kernels (".el8.elrepo") are upstream's.
  unsigned el = 0, build = 0;
  // By the upstream version first.
  auto operator<=>(const KernelVersion&) const = default;
  // 0.0 where the text has no number.
  static KernelVersion of(std::string_view release);
  bool known() const { return major != 0; }
};

}  // namespace vfirst
