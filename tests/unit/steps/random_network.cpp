// SPDX-License-Identifier: GPL-2.0-or-later
// The network of a made-up host: bonds, bridges, VLANs and the like over its ports, and routes.
#include "unit/steps/random_host.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst::test {

std::string RandomHost::floor(
    Dice& dice, const std::string& kind, const std::vector<std::string>& lower) {
  const auto name = fmt::format("{}{}", kind, ++count_);
  const auto at = "sys/devices/virtual/net/" + name;
  fake.sysfs.put(at + "/address", fmt::format("02:00:00:00:01:{:02x}", count_));
  fake.sysfs.put(at + "/addr_assign_type", "3");
  fake.sysfs.symlink("sys/class/net/" + name, "../../devices/virtual/net/" + name);
  for (const auto& port : lower)
    fake.sysfs.symlink(fmt::format("{}/lower_{}", at, port), "../" + port);
  if (kind == "bond" && dice.one_in(2)) bond(lower, name);
  story += " " + name;
  return name;
}

// All of a bond's ports take its address.
void RandomHost::bond(const std::vector<std::string>& ports, const std::string& name) {
  for (auto& port : ports_) {
    const auto& pf = functions[port.function];
    if (std::ranges::find(ports, port.name) == ports.end() || port.vf || !port.bond_mac.empty())
      continue;
    port.bond_mac = fake.sysfs.read(fmt::format("sys/class/net/{}/address", name)).value_or("");
    const auto net = fmt::format("{}/net/{}", folder(pf), port.name);
    fake.sysfs.put(net + "/address", port.bond_mac);
    fake.sysfs.put(net + "/addr_assign_type", "3");
    fake.sysfs.put(net + "/bonding_slave/perm_hwaddr", pf.mac.str());
  }
}

// An interface over one or two ports, through up to three floors; adds what it stands on.
std::string RandomHost::stack(Dice& dice, std::set<PciAddress>& on) {
  std::vector<std::string> lower;
  std::set<PciAddress> mine;
  for (unsigned i = has(kFloors) ? dice.from(1, 2) : 1; i > 0; --i) {
    const auto& port = ports_[dice.from(0, static_cast<unsigned>(ports_.size()) - 1)];
    if (std::ranges::find(lower, port.name) != lower.end()) continue;
    lower.push_back(port.name);
    mine.insert(functions[port.function].address);
    if (port.vf) {
      mine.insert(*port.vf);
      busy.insert(functions[port.function].address);
      fake.sysfs.put(
          fmt::format("sys/bus/pci/devices/{}/net/{}/flags", port.vf->str(), port.name), "0x1003");
    }
    story += " " + port.name;
  }
  auto top = lower.front();
  if (lower.size() > 1 || (has(kFloors) && dice.one_in(2))) {
    const bool fresh = switch_port_.empty();
    if (fresh && dice.one_in(4)) {
      // A port of Open vSwitch shows nothing below itself.
      fake.sysfs.symlink("sys/class/net/ovs-system", "../../devices/virtual/net/ovs-system");
      for (const auto& port : lower)
        fake.sysfs.symlink("sys/devices/virtual/net/ovs-system/lower_" + port, "../" + port);
      top = switch_port_ = floor(dice, "br-ex", {});
    } else {
      top = floor(dice, dice.of({"bond", "team", "br"}), lower);
    }
  }
  for (unsigned i = has(kFloors) ? dice.from(0, 2) : 0; i > 0; --i)
    top = floor(dice, dice.of({"vlan", "macvlan", "ipvlan", "vrf", "br"}), {top});
  on.insert(mine.begin(), mine.end());
  return top;
}

void RandomHost::route(
    unsigned table, const std::string& prefix, const std::string& interface_name) {
  routes_ += fmt::format("route {} {} {}\n", table, prefix, interface_name);
}

// A server behind one stack or several: next hops, tables of rules, a VRF's table.
RandomHost::Net RandomHost::way(Dice& dice, std::set<PciAddress>& on) {
  const auto number = ++count_;
  const bool v6 = dice.one_in(4);
  Net net{
      v6 ? fmt::format("fd00:{:x}::1", number) : fmt::format("10.{}.0.1", number),
      v6 ? fmt::format("fd00:{:x}::5", number) : fmt::format("10.{}.0.5", number),
      v6 ? fmt::format("fd00:{:x}::/64", number) : fmt::format("10.{}.0.0/24", number)};
  if (dice.one_in(6)) {
    // The kernel takes a VRF's table only where no other one has a route.
    default_route_ = false;
    route(1000 + number, net.prefix, stack(dice, on));
    return net;
  }
  route(254, net.prefix, stack(dice, on));
  if (dice.one_in(3)) route(254, net.prefix, stack(dice, on));
  if (dice.one_in(4)) {
    routes_ += fmt::format("rule {}\n", 100 + number);
    route(100 + number, net.prefix, stack(dice, on));
  }
  return net;
}

void RandomHost::network_of_the_host() {
  auto traffic = dice(kOtherTraffic);
  // Routes of guests' networks, which the host can do without.
  if (has(kOtherTraffic) && traffic.one_in(2)) {
    std::set<PciAddress> none;
    story += "; other traffic";
    route(254, "192.168.7.0/24", stack(traffic, none));
  }
  auto roll = dice(kDefaultRoute);
  if (has(kDefaultRoute) && default_route_ && hidden != Hidden::network && !roll.one_in(4)) {
    story += "; default route";
    for (unsigned hops = roll.from(1, 2); hops > 0; --hops)
      route(roll.one_in(3) ? 900 : 254, "0.0.0.0/0", stack(roll, network));
  }
  auto boot = dice(kBootPort);
  if (has(kBootPort) && boot.one_in(5)) {
    const auto& nic = functions[nics_[boot.from(0, static_cast<unsigned>(nics_.size()) - 1)]];
    auto mac = nic.mac.str();
    std::ranges::replace(mac, ':', '-');
    words_ += fmt::format(" BOOTIF=01-{}", mac);
    network.insert(nic.address);
    story += "; booted over " + nic.port;
  }
}

}  // namespace vfirst::test
