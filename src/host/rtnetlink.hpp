// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Network links through rtnetlink: whether they are up, their permanent address, and what a PF
// keeps for its VFs.

#include "host/net.hpp"

namespace vfirst::rtnetlink {

Result<MacAddress> permanent_mac(unsigned ifindex);
Status set_up(unsigned ifindex);
Result<std::vector<VfConfig>> vfs(unsigned ifindex);
Status set_vfs(unsigned ifindex, const std::vector<VfConfig>& vfs);

}  // namespace vfirst::rtnetlink
