// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// From the running kernel into the one that the boot loader would start next, without the
// firmware's minutes in between.

#include "host/kexec.hpp"
#include "host/own_paths.hpp"
#include "host/process.hpp"
#include "loader/next_boot.hpp"
#include "plan/plan.hpp"
#include "steps/machine.hpp"

#include <string>

namespace vfirst {

// Was a kexec begun for this plan, and is it not known that its boot came up? Then a full reboot is
// made instead of a second kexec.
[[gnu::cold]] bool kexec_begun(const Files& files, const Plan& plan);
// On disk, settled, when it returns.
[[gnu::cold]] Status stamp_kexec(Files& files, const std::string& plan_hash);
// Removes the stamp, because this boot came up. Writes nothing where there is none.
[[gnu::cold]] Status clear_kexec(Files& files);

// What a kexec needs of the host; each a seam for a test. The machine's root is the one that boots.
struct KexecParts {
  Files& files;
  Kexec& kexec;
  const Machine& machine;
  // systemctl
  RunProcess run;
};

// Loads the kernel, removes the plan's VFs, counts an armed trial as taken and asks systemd for
// kexec.target: on success the host is on its way down. On an error nothing is loaded and an armed
// trial is armed still; busy: somebody uses a VF, and none was touched. Every other error says why
// only a full reboot will do.
[[gnu::cold]] Status kexec_host(const KexecParts& parts, const Facts& facts, const Plan& plan);
// With the running host's own parts.
[[gnu::cold]] Status kexec_host(
    const HostActions& actions, Files& files, const Root& root, const Facts& facts,
    const Plan& plan);

// Is a VF of the plan in use on the running host? Then this is busy.
[[gnu::cold]] Status host_vfs_unused(
    const HostActions& actions, const Root& root, const Plan& plan);

}  // namespace vfirst
