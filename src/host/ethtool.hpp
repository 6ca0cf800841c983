// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Coalescing and channels through the ethtool netlink family, or the old ioctl where the kernel
// (before 5.8) lacks it.

#include "host/net.hpp"

namespace vfirst::ethtool {

Result<Coalescing> coalescing(unsigned ifindex);
// Only the attributes that are given are sent, so nothing else is written back that somebody
// changed in between.
Status set_coalescing(unsigned ifindex, const Coalescing& wanted);
Result<Channels> channels(unsigned ifindex);
Status set_channels(unsigned ifindex, const Channels& wanted);

}  // namespace vfirst::ethtool
