// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One reader a tool, or a few that are alike; read_neighbours() calls them.

#include "facts/neighbours.hpp"
#include "host/root.hpp"

#include <string>
#include <vector>

namespace vfirst::facts {

// Where udev and systemd-networkd find .link and .network files (systemd.link(5)).
inline const std::vector<std::string> kNetworkFolders{
    "etc/systemd/network", "run/systemd/network", "usr/local/lib/systemd/network",
    "usr/lib/systemd/network"};

// neighbours_network.cpp
void read_link_files(const Root&, std::vector<Neighbour>&);
void read_network_manager(const Root&, std::vector<Neighbour>&);
// neighbours_netplan.cpp
void read_netplan(const Root&, std::vector<Neighbour>&);
// neighbours_networkd.cpp
void read_network_files(const Root&, std::vector<Neighbour>&);
// neighbours_writers.cpp
void read_units(const Root&, std::vector<Neighbour>&);
void read_interfaces(const Root&, std::vector<Neighbour>&);
void read_sysfs_conf(const Root&, std::vector<Neighbour>&);
void read_os_net_config(const Root&, std::vector<Neighbour>&);
// neighbours_cpus.cpp
void read_cpu_neighbours(const Root&, std::vector<Neighbour>&);
// neighbours_tuned.cpp
void read_tuned(const Root&, std::vector<Neighbour>&);

}  // namespace vfirst::facts
