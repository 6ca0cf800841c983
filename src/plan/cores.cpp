// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/cores.hpp"

#include <algorithm>

namespace vfirst {

std::vector<Core> cores_of(const CpuFacts& cpu) {
  std::vector<Core> cores;
  const auto join = [&](CpuSet cpus) {
    std::erase_if(cores, [&](const Core& core) {
      if (!core.cpus.intersects(cpus)) return false;
      cpus |= core.cpus;
      return true;
    });
    cores.push_back({std::move(cpus), false});
  };
  CpuSet seen;
  for (const auto& one : cpu.cpus) {
    if (!cpu.online.contains(one.id)) continue;
    auto cpus = one.siblings & cpu.online;
    cpus.insert(one.id);
    if (seen.contains(cpus) &&
        std::ranges::any_of(cores, [&](const Core& core) { return core.cpus.contains(cpus); }))
      continue;
    // Nearly always; the search is for siblings that disagree.
    const bool fresh = !seen.intersects(cpus);
    seen |= cpus;
    if (fresh)
      cores.push_back({std::move(cpus), false});
    else
      join(std::move(cpus));
  }
  for (auto id : (cpu.online - seen).members())
    cores.push_back({CpuSet{id}, false});

  CpuSet efficient;
  for (const auto& one : cpu.cpus)
    if (one.kind == Cpu::Kind::efficiency) efficient.insert(one.id);
  for (auto& core : cores)
    core.efficiency = efficient.contains(core.cpus);
  std::ranges::sort(cores, {}, &Core::first);
  return cores;
}

const Core* boot_core(const std::vector<Core>& cores) {
  return cores.empty() ? nullptr : &cores.front();
}

}  // namespace vfirst
