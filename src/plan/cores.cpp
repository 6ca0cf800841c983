// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/cores.hpp"

#include <algorithm>
#include <optional>

namespace vfirst {

namespace {

constexpr std::size_t kNone = SIZE_MAX;

// Joins sets of CPUs that meet. Each CPU knows its set, so the work grows with the number of CPUs
// and not with its square.
class Joiner {
 public:
  explicit Joiner(unsigned cpus) : owner_(cpus, kNone) {}

  bool has(unsigned cpu) const { return owner_[cpu] != kNone; }

  void add(const std::vector<unsigned>& members) {
    auto home = kNone;
    for (const auto cpu : members)
      home = std::min(home, owner_[cpu]);
    if (home == kNone) {
      home = sets_.size();
      sets_.emplace_back();
    }
    for (const auto cpu : members) {
      const auto other = owner_[cpu];
      if (other == home) continue;
      if (other == kNone) {
        sets_[home].insert(cpu);
        owner_[cpu] = home;
        continue;
      }
      for (const auto moved : sets_[other].members())
        owner_[moved] = home;
      sets_[home] |= std::exchange(sets_[other], {});
    }
  }

  std::vector<CpuSet> sets() && { return std::move(sets_); }

 private:
  std::vector<std::size_t> owner_;
  std::vector<CpuSet> sets_;
};

// The partner of a CPU if the second threads are numbered behind all first ones, or beside them.
unsigned partner_behind(unsigned cpu, unsigned half) {
  return cpu < half ? cpu + half : cpu - half;
}
unsigned partner_beside(unsigned cpu, unsigned) {
  return cpu ^ 1;
}

}  // namespace

std::vector<Core> cores_of(const CpuFacts& cpu) {
  const auto last = cpu.online.last();
  if (!last) return {};
  Joiner joiner(*last + 1);
  for (const auto& one : cpu.cpus) {
    if (!cpu.online.contains(one.id)) continue;
    auto cpus = one.siblings.members();
    std::erase_if(cpus, [&](unsigned id) { return !cpu.online.contains(id); });
    cpus.push_back(one.id);
    joiner.add(cpus);
  }
  for (const auto id : cpu.online.members())
    if (!joiner.has(id)) joiner.add({id});

  std::vector<Cpu::Kind> kinds(*last + 1, Cpu::Kind::uniform);
  for (const auto& one : cpu.cpus)
    if (one.id <= *last) kinds[one.id] = one.kind;
  std::vector<Core> cores;
  for (auto& cpus : std::move(joiner).sets()) {
    if (cpus.empty()) continue;
    Core core{std::move(cpus)};
    core.kind = kinds[core.first()];
    for (const auto id : core.cpus.members())
      if (kinds[id] != core.kind) core.kind = Cpu::Kind::uniform;
    cores.push_back(std::move(core));
  }
  std::ranges::sort(cores, {}, &Core::first);
  return cores;
}

OfflineCpus offline_by_number(const CpuFacts& cpu, const std::vector<Core>& cores) {
  const auto offline = cpu.present - cpu.online;
  const auto size = static_cast<unsigned>(cpu.present.size());
  // The numbers have no gap, and there is an even number of them.
  if (offline.empty() || size % 2 || !cpu.present.last() || *cpu.present.last() + 1 != size)
    return {};
  CpuSet alone;
  bool all = true, pairs = false;
  for (const auto& core : cores) {
    all = all && core.cpus.size() <= 2;
    pairs = pairs || core.cpus.size() == 2;
    if (core.cpus.size() == 1 && core.kind != Cpu::Kind::efficiency &&
        core.kind != Cpu::Kind::low_power)
      alone.insert(core.first());
  }
  if (!all) return {};
  for (const auto partner : {partner_behind, partner_beside}) {
    const auto half = size / 2;
    bool fits = true;
    for (const auto& core : cores)
      fits = fits && (core.cpus.size() == 1 || core.cpus.contains(partner(core.first(), half)));
    // Without any whole core the first threads must be online, and nothing else.
    if (!pairs)
      for (const auto id : cpu.present.members())
        fits = fits && cpu.online.contains(id) == (id < partner(id, half));
    if (!fits) continue;
    OfflineCpus out;
    for (const auto id : offline.members())
      if (const auto other = partner(id, half); alone.contains(other))
        out.siblings[id] = other;
      else if (offline.contains(other))
        out.whole_cores.insert(id);
    return out;
  }
  return {};
}

const Core* boot_core(const std::vector<Core>& cores) {
  return cores.empty() ? nullptr : &cores.front();
}

}  // namespace vfirst
