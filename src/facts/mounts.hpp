// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What is mounted where, from proc/self/mountinfo or, in older captures, proc/mounts. And block
// devices by name.

#include "host/root.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst::facts {

struct Mount {
  std::string point, type, source;
  // "254:1"; "" in proc/mounts, "0:n" where no device is behind it.
  std::string number;
  // The file system's own, "rw,data=journal".
  std::string options;
};

// Later ones lie over earlier ones.
std::vector<Mount> read_mounts(const Root& root);
// The one that carries this path.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

// The kernel's name ("vda1", "dm-0") of the device behind a mount or of a node ("/dev/vda1",
// "/dev/mapper/vg-root").
std::optional<std::string> block_name(const Root& root, const Mount& mount);
std::optional<std::string> block_name(const Root& root, std::string_view node);

}  // namespace vfirst::facts
