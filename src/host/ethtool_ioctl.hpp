// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The SIOCETHTOOL form of coalescing, channels and the permanent address, for kernels without the
// netlink form.

#include "host/net.hpp"

namespace vfirst::ethtool_ioctl {

// The ioctl cannot say which settings a driver lacks: the answer has all four.
Result<Coalescing> coalescing(unsigned ifindex);
Status set_coalescing(unsigned ifindex, const Coalescing& wanted);
Result<Channels> channels(unsigned ifindex);
// ENODATA where the device has none.
Result<MacAddress> permanent_mac(unsigned ifindex);
Status set_channels(unsigned ifindex, const Channels& wanted);

}  // namespace vfirst::ethtool_ioctl
