// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Network links through rtnetlink: whether they are up, their permanent address, and what a PF
// keeps for its VFs.

#include "host/net.hpp"

struct nlattr;
struct nlmsghdr;

namespace vfirst::rtnetlink {

Result<MacAddress> permanent_mac(unsigned ifindex);
Status set_up(unsigned ifindex);
Result<std::vector<VfConfig>> vfs(unsigned ifindex);
Status set_vfs(unsigned ifindex, const std::vector<VfConfig>& vfs);

// One VF in a message, IFLA_VF_INFO: added to a request, and read from an answer. `message` has
// room for it.
void put_vf(nlmsghdr* message, const VfConfig& vf);
VfConfig read_vf(const nlattr* info);

}  // namespace vfirst::rtnetlink
