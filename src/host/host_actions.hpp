// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The right to act on the running system: to reboot it, start another kernel, load modules, mount,
// open its sockets, ask systemd for something. A root that is not the running system (an image, a
// captured tree, a chroot) gets files and never actions, whatever command was called with it: the
// functions that act take a HostActions, and there is no other way to one than of().

#include "base/result.hpp"

#include <optional>
#include <string_view>

namespace vfirst {

class Root;

class HostActions {
 public:
  // Refused where this root is not the root of PID 1. `what` wants to act ("--reboot=kexec"); the
  // error's line begins with it.
  static Result<HostActions> of(const Root& root, std::string_view what);

 private:
  HostActions() = default;
};

// Whether the root is that of PID 1; nothing where this root's proc does not show PID 1.
std::optional<bool> is_root_of_pid1(const Root& root);

}  // namespace vfirst
