// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A machine's sysfs, procfs and /boot from a description of a few lines:
// tests/machines/SHAPE/machine.
//
//   cpu GenuineIntel flags=lm,pdpe1gb  vendor_id of /proc/cpuinfo and its flags; '_' is a blank
//   layout nodes=2 cores=32 threads=2  cores of each node; CPUs are numbered as Linux does,
//                                      first threads first
//   smt off                            second threads are present, not online
//   efficiency 12-19                   CPUs of a hybrid part's small cores, one thread each
//   memory 262144 262144               MiB of each node; 0: a node without memory
//   node 2 memory=65536                a further node without CPUs
//   tables DMAR                        firmware tables
//   kernel 6.12.95+deb13-amd64         installed; the first is the running one
//   cmdline root=UUID=1 ro quiet
//   pf 0000:3b:00.0 node=0 class=020000 ids=8086:1592 driver=ice vfs=128 offset=8 stride=1
//      port=ens1f0 mac=... link=16.0/16 best=16.0/16            (on one line)
//   file sys/kernel/kexec_crash_size 536870912

#include "base/cpu_set.hpp"
#include "base/text.hpp"
#include "unit/tree.hpp"

#include <map>

namespace vfirst::test {

class MachineTree : public TempTree {
 public:
  explicit MachineTree(const std::filesystem::path& description) {
    std::ifstream file(description);
    if (!file) throw std::runtime_error("no " + description.string());
    for (std::string line; std::getline(file, line);) {
      if (trimmed(line).empty() || line.starts_with('#')) continue;
      const auto fields = words(line);
      const auto word = std::string(fields[0]);
      read(
          word, {fields.begin() + 1, fields.end()},
          std::string(trimmed(std::string_view(line).substr(word.size()))));
    }
    write_cpus();
    write_nodes();
  }

 private:
  using Words = std::vector<std::string_view>;

  void read(const std::string& word, const Words& rest, const std::string& text) {
    const auto keys = keyed(rest);
    if (word == "cpu")
      cpuinfo(std::string(rest.at(0)), keys);
    else if (word == "layout")
      nodes_ = number(keys, "nodes"), cores_ = number(keys, "cores"),
      threads_ = number(keys, "threads");
    else if (word == "smt")
      smt_off_ = text == "off";
    else if (word == "efficiency")
      efficiency_ = *CpuSet::parse_list(text);
    else if (word == "memory")
      for (auto mib : rest)
        memory_.push_back(*parse_number(mib));
    else if (word == "node")
      further_[static_cast<unsigned>(*parse_number(rest.at(0)))] = number(keys, "memory");
    else if (word == "tables")
      for (auto name : rest)
        add("sys/firmware/acpi/tables/" + std::string(name), "");
    else if (word == "kernel")
      kernel(text);
    else if (word == "cmdline")
      add("proc/cmdline", text + "\n");
    else if (word == "pf")
      function(std::string(rest.at(0)), keys);
    else if (word == "file")
      add(rest.at(0), text.substr(rest[0].size() + 1) + "\n");
    else
      throw std::runtime_error("machine: unknown word " + word);
  }

  static std::map<std::string, std::string> keyed(const Words& rest) {
    std::map<std::string, std::string> out;
    for (auto word : rest)
      if (const auto equals = word.find('='); equals != std::string_view::npos)
        out[std::string(word.substr(0, equals))] = word.substr(equals + 1);
    return out;
  }
  static unsigned number(const std::map<std::string, std::string>& keys, const char* key) {
    return static_cast<unsigned>(*parse_number(keys.at(key)));
  }
  static std::string blanks(std::string text) {
    for (auto& c : text)
      if (c == '_' || c == ',') c = ' ';
    return text;
  }

  void cpuinfo(const std::string& vendor, const std::map<std::string, std::string>& keys) {
    add("proc/cpuinfo", fmt::format(
                            "processor\t: 0\nvendor_id\t: {}\nmodel name\t: {}\nflags\t\t: {}\n",
                            vendor, vendor, blanks(keys.at("flags"))));
    add("sys/firmware/acpi/tables/FACP", "");
  }

  void kernel(const std::string& release) {
    add("boot/vmlinuz-" + release, "");
    add("lib/modules/" + release + "/", "");
    if (kernels_++ == 0) add("proc/sys/kernel/osrelease", release + "\n");
  }

  // The small cores are numbered behind the others' threads and count among `cores`.
  void write_cpus() {
    const auto big = cores_ * nodes_ - static_cast<unsigned>(efficiency_.size());
    CpuSet all = CpuSet::range(0, big * threads_ - 1) | efficiency_, online = all;
    for (auto id : all.members()) {
      const bool small = efficiency_.contains(id);
      const auto core = small ? id : id % big;
      CpuSet siblings;
      for (unsigned t = 0; t < (small ? 1 : threads_); ++t) {
        const auto cpu = small ? id : t * big + core;
        if (smt_off_ && t > 0)
          online.erase(cpu);
        else
          siblings.insert(cpu);
      }
      const auto node = small ? 0 : core / (big / nodes_);
      cpus_of_[node].insert(id);
      if (!online.contains(id)) continue;
      const auto at = fmt::format("sys/devices/system/cpu/cpu{}/topology/", id);
      add(at + "thread_siblings_list", siblings.list() + "\n");
      add(at + "core_id", fmt::format("{}\n", core % (big / nodes_)));
      add(at + "physical_package_id", fmt::format("{}\n", node));
    }
    for (auto& [node, cpus] : cpus_of_)
      cpus &= online;
    for (const auto* name : {"possible", "present"})
      add(fmt::format("sys/devices/system/cpu/{}", name), all.list() + "\n");
    add("sys/devices/system/cpu/online", online.list() + "\n");
    if (efficiency_.empty()) return;
    add("sys/devices/cpu_core/cpus", (online - efficiency_).list() + "\n");
    add("sys/devices/cpu_atom/cpus", efficiency_.list() + "\n");
  }

  void write_nodes() {
    std::uint64_t total = 0;
    std::map<unsigned, std::uint64_t> nodes(further_.begin(), further_.end());
    for (unsigned n = 0; n < nodes_; ++n)
      nodes[n] = memory_.at(n);
    std::string distance;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      distance += "10 ";
    for (const auto& [id, mib] : nodes) {
      const auto at = fmt::format("sys/devices/system/node/node{}/", id);
      add(at + "cpulist", cpus_of_[id].list() + "\n");
      add(at + "distance", distance + "\n");
      add(at + "meminfo",
          fmt::format(
              "Node {} MemTotal: {} kB\nNode {} MemFree: {} kB\n", id, mib << 10, id, mib << 9));
      total += mib << 10;
    }
    add("proc/meminfo", fmt::format("MemTotal: {} kB\n", total));
  }

  void function(const std::string& address, const std::map<std::string, std::string>& keys) {
    const auto at = fmt::format("sys/devices/pci0000:00/{}/", address);
    add("sys/bus/pci/devices/" + address,
        fmt::format("-> ../../../devices/pci0000:00/{}", address));
    const auto put = [&](const std::string& name, const std::string& value) {
      add(at + name, value + "\n");
    };
    const auto ids = keys.at("ids");
    put("vendor", "0x" + ids.substr(0, 4));
    put("device", "0x" + ids.substr(5));
    put("subsystem_vendor", "0x" + ids.substr(0, 4));
    put("subsystem_device", "0x0001");
    put("class", "0x" + (keys.contains("class") ? keys.at("class") : "020000"));
    put("numa_node", keys.at("node"));
    if (keys.contains("driver"))
      add(at + "driver", "-> ../../../bus/pci/drivers/" + keys.at("driver"));
    for (const auto& [key, prefix] : {std::pair{"link", "current"}, {"best", "max"}}) {
      if (!keys.contains(key)) continue;
      const auto slash = keys.at(key).find('/');
      put(std::string(prefix) + "_link_speed", keys.at(key).substr(0, slash) + " GT/s PCIe");
      put(std::string(prefix) + "_link_width", keys.at(key).substr(slash + 1));
    }
    if (keys.contains("port")) {
      const auto port = "net/" + keys.at("port") + "/";
      put(port + "address", keys.at("mac"));
      put(port + "addr_assign_type", "0");
      if (keys.contains("speed")) put(port + "speed", keys.at("speed"));
    }
    if (!keys.contains("vfs")) return;
    put("sriov_totalvfs", keys.at("vfs"));
    put("sriov_numvfs", "0");
    put("sriov_offset", keys.at("offset"));
    put("sriov_stride", keys.at("stride"));
    put("sriov_vf_device", "1889");
    put("sriov_drivers_autoprobe", "1");
  }

  unsigned nodes_ = 1, cores_ = 1, threads_ = 1, kernels_ = 0;
  bool smt_off_ = false;
  CpuSet efficiency_;
  std::vector<std::uint64_t> memory_;
  std::map<unsigned, std::uint64_t> further_;
  std::map<unsigned, CpuSet> cpus_of_;
};

}  // namespace vfirst::test
