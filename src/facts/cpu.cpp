// SPDX-License-Identifier: GPL-2.0-or-later
// CPUs: Documentation/admin-guide/cputopology.rst, ABI/stable/sysfs-devices-system-cpu.
#include "base/kernel_paths.hpp"
#include "facts/readers.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace vfirst::facts {

namespace {

using kernel_paths::kCpus;

std::string cpu_dir(unsigned cpu, std::string_view below = {}) {
  const fmt::format_int number(cpu);
  std::string path;
  path.reserve(kCpus.size() + 4 + number.size() + below.size());
  path.append(kCpus).append("/cpu").append(number.data(), number.size()).append(below);
  return path;
}

int signed_number(const Root& root, const std::string& path) {
  const auto value = root.number(path);
  // "-1" of an ARM without packages: unknown.
  return value && *value <= INT32_MAX ? static_cast<int>(*value) : -1;
}

CpuSet list_or(const Root& root, std::string_view name, const CpuSet& otherwise) {
  const auto text = root.read(fmt::format("{}/{}", kCpus, name));
  if (!text) return otherwise;
  // nohz_full prints "(null)" when off.
  return CpuSet::parse_list(*text).value_or(otherwise);
}

// Kernels before 2.6.26 have no `online` list: a CPU says so itself, where its file is 0.
CpuSet not_switched_off(const Root& root, CpuSet cpus) {
  for (auto cpu : cpus.members()) {
    const auto own = root.number(cpu_dir(cpu, "/online"));
    if (own && *own == 0) cpus.erase(cpu);
    // CPU 0 alone may lack it: no other has it either.
    if (!own && cpu != 0) break;
  }
  return cpus;
}

void read_model(const Root& root, CpuFacts& cpu, Gaps& gaps) {
  // The first CPU's block is enough.
  const auto head = root.read_head("proc/cpuinfo", 4096);
  if (!head) {
    gaps.push_back("proc/cpuinfo: not shown, CPU vendor and features are not known");
    return;
  }
  const std::string_view text = *head;
  if (const auto vendor = field(text, "vendor_id")) {
    cpu.vendor = *vendor == "GenuineIntel"   ? "intel"
                 : *vendor == "AuthenticAMD" ? "amd"
                                             : std::string(*vendor);
    cpu.model = std::string(field(text, "model name").value_or(""));
    if (const auto flags = field(text, "flags")) {
      const auto has = [list = words(*flags)](std::string_view flag) {
        return std::find(list.begin(), list.end(), flag) != list.end();
      };
      cpu.architecture = has("lm") ? "x86_64" : "i686";
      cpu.gigabyte_pages = has("pdpe1gb");
      cpu.sev_snp = has("sev_snp");
    }
  } else if (const auto implementer = field(text, "CPU implementer")) {
    cpu.architecture = "aarch64";
    cpu.vendor = *implementer == "0x41" ? "arm" : std::string(*implementer);
    cpu.model = std::string(field(text, "CPU part").value_or(""));
  }
}

// Packages and cores as /proc/cpuinfo tells them, for trees without topology files.
struct InfoCore {
  int package = -1, core = -1;
};
std::map<unsigned, InfoCore> cores_of_cpuinfo(const Root& root) {
  std::map<unsigned, InfoCore> out;
  const auto text = root.read("proc/cpuinfo");
  if (!text) return out;
  unsigned cpu = 0;
  for (auto line : split(*text, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto key = trimmed(line.substr(0, colon));
    const auto value = parse_number(trimmed(line.substr(colon + 1)));
    if (!value) continue;
    if (key == "processor") cpu = static_cast<unsigned>(*value);
    if (key == "physical id") out[cpu].package = static_cast<int>(*value);
    if (key == "core id") out[cpu].core = static_cast<int>(*value);
  }
  std::erase_if(out, [](const auto& entry) { return entry.second.core < 0; });
  return out;
}

// Of each online CPU in facts.cpus.
std::vector<std::size_t> places(const CpuFacts& facts) {
  std::vector<std::size_t> at(facts.online.last().value_or(0) + 1);
  for (std::size_t i = 0; i < facts.cpus.size(); ++i)
    at[facts.cpus[i].id] = i;
  return at;
}

// One CPU of each core is read; its siblings share package, die and core by definition. Returns the
// CPUs that have no topology files.
CpuSet read_topology(const Root& root, CpuFacts& facts) {
  CpuSetFile siblings{"thread_siblings_list", "core_cpus_list", "thread_siblings", "core_cpus"};
  const auto at = places(facts);
  CpuSet without;
  bool dies = true;
  for (auto& cpu : facts.cpus) {
    if (!cpu.siblings.empty()) continue;
    const auto topology = cpu_dir(cpu.id, "/topology");
    const auto set = siblings.read(root, topology);
    if (!set) without.insert(cpu.id);
    cpu.siblings = set ? *set & facts.online : CpuSet{};
    cpu.siblings.insert(cpu.id);
    cpu.package = signed_number(root, path_in(topology, "physical_package_id"));
    cpu.core = signed_number(root, path_in(topology, "core_id"));
    // Since 5.2; one miss speaks for all.
    if (dies) {
      const auto die = root.number(path_in(topology, "die_id"));
      dies = die.has_value();
      if (dies) cpu.die = static_cast<int>(*die);
    }
    for (auto other : cpu.siblings.members()) {
      if (other == cpu.id) continue;
      auto& sibling = facts.cpus[at[other]];
      // Its own word stands, then.
      if (!sibling.siblings.empty()) continue;
      const auto id = sibling.id;
      sibling = cpu;
      sibling.id = id;
    }
  }
  return without;
}

void read_topology_of_cpuinfo(const Root& root, CpuFacts& facts) {
  const auto cores = cores_of_cpuinfo(root);
  for (auto& cpu : facts.cpus) {
    const auto own = cores.find(cpu.id);
    if (own == cores.end()) continue;
    cpu.package = own->second.package;
    cpu.core = own->second.core;
    for (const auto& [id, other] : cores)
      if (other.package == cpu.package && other.core == cpu.core && facts.online.contains(id))
        cpu.siblings.insert(id);
  }
  facts.topology_source =
      cores.empty()
          ? "no topology files and no core ids in proc/cpuinfo: every CPU counts as a core"
          : "no topology files: packages and cores are those of proc/cpuinfo";
}

// The highest index is the last level. Each set is read once, at the first CPU that is in none yet.
void read_caches(const Root& root, CpuFacts& facts, Gaps& gaps) {
  CpuSetFile shared{"shared_cpu_list", "shared_cpu_map"};
  const auto at = places(facts);
  std::optional<unsigned> last;
  for (auto& cpu : facts.cpus) {
    if (!cpu.l3.empty()) continue;
    const auto cache = cpu_dir(cpu.id, "/cache");
    auto set = last ? shared.read(root, fmt::format("{}/index{}", cache, *last)) : std::nullopt;
    if (!set) {
      const auto levels = numbered(root, cache, "index");
      if (levels.empty()) {
        gaps.push_back(fmt::format("{}: not shown, which CPUs share a cache is not known", cache));
        return;
      }
      last = levels.back();
      set = shared.read(root, fmt::format("{}/index{}", cache, *last));
      if (!set) continue;
    }
    *set &= facts.online;
    set->insert(cpu.id);
    for (auto member : set->members())
      facts.cpus[at[member]].l3 = *set;
  }
}

// Small cores on a cache of their own, outside of that of all large ones, are the low-power ones
// (Meteor Lake has no PMU of their own for them).
void split_off_low_power(CpuFacts& facts) {
  CpuSet large, near;
  for (const auto& cpu : facts.cpus)
    if (cpu.kind == Cpu::Kind::performance) large.insert(cpu.id);
  for (const auto& cpu : facts.cpus)
    if (cpu.kind == Cpu::Kind::efficiency && cpu.l3.intersects(large)) near.insert(cpu.id);
  // Where none is near, they are one kind.
  if (near.empty()) return;
  for (auto& cpu : facts.cpus)
    if (cpu.kind == Cpu::Kind::efficiency && !cpu.l3.empty() && !cpu.l3.intersects(large))
      cpu.kind = Cpu::Kind::low_power;
}

void read_kinds(const Root& root, CpuFacts& facts) {
  const auto big = root.read("sys/devices/cpu_core/cpus"),
             little = root.read("sys/devices/cpu_atom/cpus");
  // x86: the two PMUs name their CPUs.
  if (big && little) {
    const auto performance = CpuSet::parse_list(*big), efficiency = CpuSet::parse_list(*little);
    if (!performance || !efficiency) return;
    // Since 6.13 a third PMU has the slowest cores of Arrow Lake-H
    // (arch/x86/events/intel/core.c, "cpu_lowpower").
    const auto slowest =
        CpuSet::parse_list(root.read("sys/devices/cpu_lowpower/cpus").value_or(""));
    for (auto& cpu : facts.cpus) {
      if (performance->contains(cpu.id)) cpu.kind = Cpu::Kind::performance;
      if (efficiency->contains(cpu.id)) cpu.kind = Cpu::Kind::efficiency;
      if (slowest && slowest->contains(cpu.id)) cpu.kind = Cpu::Kind::low_power;
    }
    split_off_low_power(facts);
    return;
  }
  // arm64: cpu_capacity, 1024 for the largest.
  std::vector<std::uint64_t> capacity;
  for (const auto& cpu : facts.cpus) {
    const auto value = root.number(cpu_dir(cpu.id, "/cpu_capacity"));
    if (!value) return;
    capacity.push_back(*value);
  }
  const auto [low, high] = std::minmax_element(capacity.begin(), capacity.end());
  if (capacity.empty() || *low == *high) return;
  const bool three =
      std::ranges::any_of(capacity, [&](std::uint64_t one) { return one != *low && one != *high; });
  for (std::size_t i = 0; i < facts.cpus.size(); ++i)
    facts.cpus[i].kind = capacity[i] == *high           ? Cpu::Kind::performance
                         : three && capacity[i] == *low ? Cpu::Kind::low_power
                                                        : Cpu::Kind::efficiency;
}

}  // namespace

Result<CpuFacts> read_cpus(const Root& root, Gaps& gaps) {
  CpuFacts facts;
  facts.present = list_or(root, "present", {});
  if (facts.present.empty())
    for (auto cpu : numbered(root, kCpus, "cpu"))
      facts.present.insert(cpu);
  facts.possible = list_or(root, "possible", facts.present);
  facts.online = list_or(root, "online", {});
  const bool told = !facts.online.empty();
  if (!told) facts.online = not_switched_off(root, facts.present);
  if (facts.online.empty()) return refuse("{}: this tree shows no CPU", kCpus);
  facts.present |= facts.online;
  facts.possible |= facts.present;
  facts.isolated = list_or(root, "isolated", {});
  facts.nohz_full = list_or(root, "nohz_full", {});
  for (auto id : facts.online.members())
    facts.cpus.push_back({.id = id, .siblings = {}, .l3 = {}});
  read_model(root, facts, gaps);
  const auto without = read_topology(root, facts);
  if (without == facts.online) {
    read_topology_of_cpuinfo(root, facts);
  } else if (!told) {  // an old kernel removes the files of an offline CPU
    facts.online -= without;
    std::erase_if(facts.cpus, [&](const Cpu& cpu) { return without.contains(cpu.id); });
  }
  if (!facts.topology_source.empty()) gaps.push_back(facts.topology_source);
  read_caches(root, facts, gaps);
  read_kinds(root, facts);
  if (const auto active = root.number(fmt::format("{}/smt/active", kCpus)))
    facts.smt_active = *active != 0;
  facts.idle_driver = text_of(root, fmt::format("{}/cpuidle/current_driver", kCpus));
  read_smt_bugs(root, facts);
  read_idle_states(root, facts);
  read_snp(root, facts);
  facts.frequency_driver =
      text_of(root, cpu_dir(facts.online.first().value_or(0), "/cpufreq/scaling_driver"));
  facts.soc = text_of(root, "sys/devices/soc0/soc_id");
  facts.clocksource =
      text_of(root, "sys/devices/system/clocksource/clocksource0/current_clocksource");
  return facts;
}

}  // namespace vfirst::facts
