// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// First provisioning: the one reboot that makes the arguments count, taken once in the life of an
// installation.

#include "host/files.hpp"
#include "host/own_paths.hpp"
#include "policy/policy.hpp"

#include <string>

namespace vfirst {

// Whether the owner wants first provisioning here: a policy file alone says nothing of that, it may
// have been copied to be edited. The image was sealed, the policy says [boot] provision = yes, or
// provisioning was begun before there was such a question.
bool may_provision(const Files& files, const BootPolicy& policy);

enum class Provisioning {
  // The running kernel has the planned arguments; stamped, never looked at again.
  done,
  // A reboot is needed, and the policy leaves it to the owner.
  waiting,
  // Counted on disk before this is returned; where it cannot be, ask again: the answer is then
  // reboot_now.
  kexec_now,
  // Counted on disk before this is returned.
  reboot_now,
  // A reboot is still needed, but it was made already: a second one would begin a loop.
  spent,
};

// `reboot_needed`: this boot was made without the planned arguments. `reboot`: what [boot] reboot
// says. The count is on disk, settled, before a reboot is the answer: a machine that loses power in
// between has one reboot fewer, never one more. A kexec is begun at most once; one that did not
// bring the arguments up is followed by the full reboot.
Result<Provisioning> next_provisioning(
    Files&, bool reboot_needed, Reboot reboot, const std::string& plan_hash);

}  // namespace vfirst
