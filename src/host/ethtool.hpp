// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Coalescing and channels through the ethtool netlink family, or the old ioctl where the kernel
// (before 5.8) lacks it.

#include "host/net.hpp"

namespace vfirst::ethtool {

Result<Coalescing> coalescing(unsigned ifindex);
// Sends only the attributes that are given, so that nothing is undone that somebody else changed
// meanwhile.
Status set_coalescing(unsigned ifindex, const Coalescing& wanted);
Result<Channels> channels(unsigned ifindex);
Status set_channels(unsigned ifindex, const Channels& wanted);

}  // namespace vfirst::ethtool
