// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Whether what is written to a path is still there after a reboot. It is not on a root in memory: a
// live image, a netbooted root with an overlay, overlayroot=tmpfs, systemd.volatile=.

#include "host/root.hpp"

#include <span>
#include <string>
#include <string_view>

namespace vfirst::facts {

struct Survival {
  // unknown: nothing shows where the bytes go
  enum class Kept { yes, no, unknown } kept = Kept::yes;
  // Why it is not known to be kept, as a clause: "/ is an overlay, and its upper directory
  // /run/upper is in memory (tmpfs on /run)"; "" for yes.
  std::string why;
};

// `path` is relative to the root and need not be there. Judged by proc/self/mountinfo and sysfs.
Survival survives_reboot(const Root& root, std::string_view path);

// Of several paths the one that is kept least; `path` is "" where all are kept.
struct LeastKept {
  std::string path;
  Survival is;
};
LeastKept least_kept(const Root& root, std::span<const std::string> paths);

}  // namespace vfirst::facts
