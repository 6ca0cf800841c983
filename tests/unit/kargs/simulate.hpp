// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The machine that the measured rows were booted on: 4 CPUs, two nodes of 4G, Linux 6.12.

#include "kargs/simulate.hpp"

namespace vfirst {

inline SimulatedMachine measured_machine(KernelVersion kernel = {6, 12}) {
  SimulatedMachine machine;
  machine.kernel = kernel;
  machine.possible = machine.present = CpuSet::range(0, 3);
  machine.nodes = {{0, 4 << 20, true, 1, 3}, {1, 4 << 20, true, 3, 4}};
  return machine;
}

inline Simulation booted(
    std::string_view line, const SimulatedMachine& machine = measured_machine()) {
  return simulate(CommandLine::parse(line), machine);
}

// Pages of a size, and where: "2: 1+1".
inline std::string pages(const Simulation& seen, std::uint64_t size_kb) {
  for (const auto& pool : seen.hugepages)
    if (pool.size_kb == size_kb) {
      auto out = std::to_string(pool.pages) + ":";
      for (const auto& [node, count] : pool.nodes)
        out += (out.back() == ':' ? " " : "+") + std::to_string(count);
      return out;
    }
  return "no pool";
}
// in KiB
inline constexpr std::uint64_t kBig = 1 << 20, kSmall = 2 << 10;

inline bool logs(const Simulation& seen, std::string_view line) {
  for (const auto& one : seen.log)
    if (one == line) return true;
  return false;
}

}  // namespace vfirst
