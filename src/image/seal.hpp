// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A golden image belongs to no machine: what in a tree says otherwise, and the mending of what is
// safe to mend. Needs no hardware: works in a chroot, and from outside of one.

#include "host/files.hpp"
#include "host/own_paths.hpp"
#include "host/process.hpp"
#include "image/difference.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct ImageKernel {
  // Path; "" : it has none.
  std::string release, initramfs;
};

struct ImageReport {
  std::vector<Difference> differences, warnings;
  std::vector<ImageKernel> kernels;
};

// The tree is the root of a system that runs, not of an image: PID 1 has the same one; where no
// /proc tells, systemd was booted there. A container that builds an image counts as running, too.
bool is_running_system(const Root& root);

// Reads everything, changes nothing. `run` looks into initramfs images.
ImageReport inspect_image(const Root& root, const Files& files, const RunProcess& run);

// Identity, our arguments in the boot loader, state and history: gone, in an order in which a cut
// leaves nothing that is half ours. What could not be taken out is a line in `notes`.
Status mend_image(const Root& root, Files& files, std::vector<std::string>& notes);

}  // namespace vfirst
