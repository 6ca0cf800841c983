// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Hosts made up from a number: cards, drives and disks, what is stacked on them, and what root and
// the network of the host stand on. A host knows by construction which functions it needs. The
// kernel beneath is the fake one, so that a plan can be carried out.

#include "fakesys/machine.hpp"
#include "unit/dice.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst::test {

struct RandomFunction {
  PciAddress address;
  // The device path to it, "pci0000:17/0000:17:02.0".
  std::string above;
  // Of a PF; "" for a controller that makes no VFs.
  std::string driver;
  // Its netdev; "" for what is no NIC.
  std::string port;
  MacAddress mac;
  unsigned ifindex = 0, total = 0, existing = 0, group = 0;
  std::vector<unsigned> irqs;
  bool is_nic() const { return !port.empty(); }
};

class RandomHost {
 public:
  // What a smaller host of the same seed may do without, so that a failure can be told in few
  // words. Each of them has dice of its own: without one, the others stay as they are.
  enum Part : unsigned {
    kGroups = 1,
    kVfs = 2,
    kFloors = 4,
    kMoreRoles = 8,
    kDefaultRoute = 16,
    kBootPort = 32,
    kOtherTraffic = 64
  };
  static constexpr Part kParts[] = {kGroups,       kVfs,      kFloors,      kMoreRoles,
                                    kDefaultRoute, kBootPort, kOtherTraffic};

  explicit RandomHost(unsigned seed, unsigned without = 0);

  fake::FakeMachine fake;
  std::vector<RandomFunction> functions;
  // The functions below root and the other filesystems, and those of which each may be one.
  std::set<PciAddress> filesystem, maybe_filesystem;
  // Those that the host's own network stands on.
  std::set<PciAddress> network;
  // What carries root is not to be seen at all; it is a device of this kind.
  enum class Hidden { nothing, storage, network, any } hidden = Hidden::nothing;
  // PFs of which a VF is in use: its netdev is up.
  std::set<PciAddress> busy;
  // By group: PFs, controllers and VFs. Empty where this boot has no IOMMU.
  std::map<unsigned, std::set<PciAddress>> groups;
  // What it is, for the reader of a failure.
  std::string story;

  // Of a PF, or of any VF that it has or may have: the PF. nullptr for any other function.
  const RandomFunction* owner(const PciAddress& address) const;
  PciAddress vf(const RandomFunction& pf, unsigned index) const;
  bool may_be_hidden_carrier(const RandomFunction& function) const;
  // Its mounts, routes and kernel command line.
  std::string shown() const { return mounts_ + routes_ + words_; }

 private:
  struct Port {
    std::string name;
    std::size_t function;
    // A VF's netdev: both that VF and its PF carry.
    std::optional<PciAddress> vf;
    std::string bond_mac;
  };
  // A server, this host's address toward it, and the network of both.
  struct Net {
    std::string server, own, prefix;
  };
  Dice dice(Part part) const;
  bool has(Part part) const { return !(without_ & part); }

  void cards();
  void drives();
  void add(RandomFunction function, std::string_view ids, std::string_view vf_device);
  std::string folder(const RandomFunction& function) const;
  std::string device_link(const RandomFunction& function, const std::string& below) const;
  void existing_vfs();
  void iommu_groups();
  // random_network.cpp
  std::string stack(Dice& dice, std::set<PciAddress>& on);
  std::string floor(Dice& dice, const std::string& kind, const std::vector<std::string>& lower);
  void bond(const std::vector<std::string>& ports, const std::string& name);
  Net way(Dice& dice, std::set<PciAddress>& on);
  void route(unsigned table, const std::string& prefix, const std::string& interface_name);
  void network_of_the_host();

  // random_carriers.cpp
  void root();
  void more_roles();
  std::string disk(Dice& dice, std::set<PciAddress>& on);
  std::string drive(std::size_t which, std::set<PciAddress>& on, std::string_view part = "");
  std::string virtual_disk(const std::string& name, const std::vector<std::string>& slaves);
  std::string iscsi_disk(Dice& dice, std::set<PciAddress>& on);
  std::string fabric_disk(Dice& dice, std::set<PciAddress>& on);
  std::string block_device(Dice& dice, std::set<PciAddress>& on);
  void mount(const std::string& point, const std::string& rest);
  void carrier(Dice& dice, const std::string& point, std::set<PciAddress>& on);
  void pool(Dice& dice, const std::string& point, std::set<PciAddress>& on);
  void network_filesystem(Dice& dice, const std::string& point, std::set<PciAddress>& on);
  void stacked_root(Dice& dice);
  void root_by_words(Dice& dice);
  void hidden_root(Dice& dice);

  unsigned seed_, without_;
  std::vector<Port> ports_;
  std::vector<std::size_t> nics_, drives_, controllers_;
  // The ports of Open vSwitch, of which a host has one.
  std::string switch_port_;
  std::string mounts_, routes_ = "rule 254\n", words_ = "root=/dev/x";
  unsigned count_ = 0;
  bool default_route_ = true, zfs_ = false;
};

}  // namespace vfirst::test
