// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Machines out of a few numbers, and a plan for them out of a policy's text.

#include "plan/plan.hpp"
#include "policy/parse.hpp"

#include <stdexcept>

namespace vfirst::test {

// CPU numbers as Linux gives them: all first threads, node by node, then all second ones.
struct Machine {
  // cores: of each node
  unsigned nodes = 2, cores = 4, threads = 2;
  std::uint64_t node_gib = 64;
  std::string vendor = "intel";

  Facts facts() const {
    Facts f;
    f.cpu.architecture = "x86_64";
    f.cpu.vendor = vendor;
    f.cpu.gigabyte_pages = true;
    const auto all = nodes * cores;
    for (unsigned n = 0; n < nodes; ++n) {
      NumaNode node;
      node.id = n;
      node.total_kb = node_gib << 20;
      for (unsigned t = 0; t < threads; ++t)
        for (unsigned c = 0; c < cores; ++c)
          node.cpus.insert(t * all + n * cores + c);
      f.numa.push_back(node);
      f.memory.total_kb += node.total_kb;
    }
    for (unsigned id = 0; id < all * threads; ++id) {
      Cpu cpu;
      cpu.id = id;
      cpu.core = static_cast<int>(id % all);
      cpu.node = static_cast<int>(id % all / cores);
      cpu.package = cpu.node;
      for (unsigned t = 0; t < threads; ++t)
        cpu.siblings.insert(t * all + id % all);
      f.cpu.cpus.push_back(cpu);
      f.cpu.online.insert(id);
    }
    f.cpu.possible = f.cpu.present = f.cpu.online;
    f.iommu.tables_known = true;
    f.iommu.dmar = vendor == "intel";
    f.iommu.ivrs = vendor == "amd";
    Kernel kernel;
    kernel.release = "6.12.95+deb13-amd64";
    kernel.version = {6, 12};
    f.kernels.push_back(kernel);
    return f;
  }
};

inline PciAddress bdf(std::string_view text) {
  return *PciAddress::parse(text);
}

// An Intel NIC with 7 VFs at offset 128, stride 2, as igb has them.
inline PciFunction nic(std::string_view address, int node = 0) {
  PciFunction f;
  f.address = bdf(address);
  f.class_code = 0x020000;
  f.vendor = 0x8086;
  f.device = 0x10c9;
  f.driver = "igb";
  f.node = node;
  f.sriov = Sriov{};
  f.sriov->total_vfs = 7;
  f.sriov->offset = 128;
  f.sriov->stride = 2;
  NetPort port;
  port.name = "enp" + std::to_string(f.address.bus) + "s0";
  port.permanent_mac = *MacAddress::parse(fmt::format("52:54:00:00:00:{:02x}", f.address.bus));
  port.mac = port.permanent_mac;
  f.ports.push_back(port);
  return f;
}

inline Policy policy(std::string_view text) {
  auto read = parse_policy({{"p.ini", std::string(text)}}, {});
  if (!read) throw std::runtime_error(read.error().what);
  return *read;
}

inline Plan plan(const Facts& facts, std::string_view text, const std::string& release = {}) {
  auto made = make_plan(facts, policy(text), release);
  if (!made) throw std::runtime_error(made.error().what);
  return *made;
}

// The one line of a refusal; "" where there is a plan.
inline std::string refusal(
    const Facts& facts, std::string_view text, const std::string& release = {}) {
  auto made = make_plan(facts, policy(text), release);
  return made ? std::string() : made.error().what;
}

inline Facts with_nic() {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:01:00.0")};
  return facts;
}

inline const Finding* finding(const Plan& plan, std::string_view code) {
  for (const auto& one : plan.findings)
    if (one.code == code) return &one;
  return nullptr;
}

inline std::string message(const Plan& plan, std::string_view code) {
  const auto* one = finding(plan, code);
  return one ? one->line() : "no finding " + std::string(code);
}

inline std::vector<std::string> described(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& step : plan.steps)
    out.push_back(describe(step.action));
  return out;
}

}  // namespace vfirst::test
