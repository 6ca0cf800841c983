// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Network links through rtnetlink: whether they are up, their permanent address, and what a PF
// keeps for its VFs.

#include "host/net.hpp"

#include <map>

struct nlattr;
struct nlmsghdr;

namespace vfirst::rtnetlink {

// ENODATA where it has none, as a port whose address was made up at random.
Result<MacAddress> permanent_mac(unsigned ifindex);
// Of every interface that has one, by the interface's name.
Result<std::map<std::string, MacAddress>> permanent_macs();
Status set_up(unsigned ifindex);
Result<std::vector<VfConfig>> vfs(unsigned ifindex);
Status set_vfs(unsigned ifindex, const std::vector<VfConfig>& vfs);

// One VF in a message: added to a request as one IFLA_VF_INFO, and one more for each GUID; read
// from an answer's IFLA_VF_INFO. `message` has room for it.
void put_vf(nlmsghdr* message, const VfConfig& vf);
VfConfig read_vf(const nlattr* info);

}  // namespace vfirst::rtnetlink
