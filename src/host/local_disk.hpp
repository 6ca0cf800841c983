// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where the bytes of a block device lie: on a disk of this machine, or on something that a guest, a
// tenant or another host may write (a volume of LVM or ZFS, a loop device, a network disk).

#include "host/root.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Why the device with this kernel name ("sda1", "dm-0") is no disk of this machine, as a clause
// about it; "" where it is one. Decided by its place in sysfs, so that an unknown kind of device is
// none.
std::string why_not_local(const Root& root, std::string_view block);

// The kernel names of all block devices that have a medium, partitions too, sorted.
std::vector<std::string> block_devices(const Root& root);

// The disk that the device is a partition of; "" where it is none.
std::string disk_of_partition(const Root& root, std::string_view block);

}  // namespace vfirst
