// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A tree with PCI functions, laid out as sysfs does: directories under sys/devices, links to them
// under sys/bus/pci.

#include "facts/read.hpp"
#include "unit/tree.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <map>

namespace vfirst::test {

class PciTree : public TempTree {
 public:
  PciTree()
      : TempTree{
            {"sys/devices/system/cpu/online", "0-3\n"},
            {"proc/meminfo", "MemTotal: 8388608 kB\n"}} {}

  // `above`: the device path to it ("pci0000:17/0000:17:02.0"); ids "vvvv:dddd".
  void function(
      const std::string& address, const std::string& above, std::string_view class_code,
      std::string_view ids, std::string_view subsystem = "") {
    where_[address] = fmt::format("sys/devices/{}/{}/", above, address);
    add("sys/bus/pci/devices/" + address, fmt::format("-> ../../../devices/{}/{}", above, address));
    at(address, {{"class", fmt::format("0x{}\n", class_code)},
                 {"vendor", fmt::format("0x{}\n", ids.substr(0, 4))},
                 {"device", fmt::format("0x{}\n", ids.substr(5))}});
    if (!subsystem.empty())
      at(address, {{"subsystem_vendor", fmt::format("0x{}\n", subsystem.substr(0, 4))},
                   {"subsystem_device", fmt::format("0x{}\n", subsystem.substr(5))}});
  }
  void pf(const std::string& address, unsigned total_vfs) {
    at(address, {{"sriov_totalvfs", fmt::format("{}\n", total_vfs)},
                 {"sriov_numvfs", "0\n"},
                 {"sriov_offset", "8\n"},
                 {"sriov_stride", "1\n"},
                 {"sriov_vf_device", "1889\n"},
                 {"sriov_drivers_autoprobe", "1\n"}});
  }
  // Files of the function's own directory. std::string: a configuration space has NUL bytes.
  void at(
      const std::string& address,
      std::initializer_list<std::pair<std::string_view, std::string>> files) {
    for (const auto& [name, content] : files)
      add(where_.at(address) + std::string(name), content);
  }

 private:
  std::map<std::string, std::string> where_;
};

inline std::vector<CriticalDevice> critical_of(const PciTree& tree) {
  const auto facts = read_facts(tree.root());
  REQUIRE(facts);
  return facts->critical;
}

}  // namespace vfirst::test
