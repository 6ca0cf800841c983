// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The one boot that tries new kernel arguments: what state it is in, and what its command line has
// behind our arguments that no other boot has.

#include "kargs/arguments.hpp"

#include <string>
#include <string_view>

namespace vfirst {

enum class Trial {
  none,
  // The next boot takes it, once.
  armed,
  // This boot is it.
  running,
  // It had its boot and nobody confirmed it.
  failed,
  // The boot loader took it out for a boot that was another entry's: its kernel never ran.
  not_reached,
};
// "none", "armed", ...
std::string_view trial_name(Trial trial);

// What tells the trial's boot from every other (vfirst.trial=PLAN), and what makes the host come
// back by itself: a panic reboots (kernel/panic.c); so does a host whose systemd crashes or no
// longer answers its hardware watchdog (kernel-command-line(7)); and dracut waits at no shell
// (dracut.cmdline(7)). `extra`: the policy's, behind these.
Arguments trial_arguments(std::string_view plan, const Arguments& extra);

// The plan whose trial this boot is; "" in any other boot.
std::string trial_of(std::string_view cmdline);

}  // namespace vfirst
