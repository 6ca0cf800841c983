// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a trial's one boot has on its command line behind our arguments, and no other boot has.

#include <string>
#include <string_view>

namespace vfirst {

// What tells the boot from every other (vfirst.trial=PLAN) and makes it come back by itself. A
// panic reboots (kernel/panic.c), a host whose systemd no longer answers its hardware watchdog, or
// crashes, does so (kernel-command-line(7)), and dracut waits at no shell (dracut.cmdline(7)).
// `extra`: the policy's, "" for none.
std::string trial_arguments(std::string_view plan, std::string_view extra);

// The plan whose trial this boot is; "" in any other boot.
std::string trial_of(std::string_view cmdline);

}  // namespace vfirst
