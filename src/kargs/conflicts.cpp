// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/conflicts.hpp"

#include "base/byte_size.hpp"
#include "kargs/cpulist.hpp"
#include "kargs/isolcpus.hpp"
#include "kargs/kernel_features.hpp"

#include <algorithm>
#include <optional>

namespace vfirst {

namespace {

// kernel/sched/isolation.c, housekeeping_setup: when an earlier argument has set the CPUs for a
// kind of work, a second one must name the same CPUs, or it is dropped. Up to 5.17 there was one
// kind.
struct Isolation {
  const KernelArg* arg;
  bool tick = false, domain = false, managed_irq = false;
  CpuSet cpus;
  bool meets(const Isolation& other) const {
    return (tick && other.tick) || (domain && other.domain) || (managed_irq && other.managed_irq);
  }
};

// Nothing where the kernel drops the whole argument.
std::optional<Isolation> isolation(const KernelArg& arg, unsigned nr_cpu_ids) {
  Isolation out{&arg, true, false, false, {}};
  auto list = arg.value.value_or("");
  if (arg.is("isolcpus")) {
    const auto split = split_isolcpus(list);
    if (!split.invalid.empty()) return std::nullopt;
    out.tick = split.nohz, out.domain = split.domain, out.managed_irq = split.managed_irq;
    list = split.list;
  } else if (!arg.is("nohz_full")) {
    return std::nullopt;
  }
  auto cpus = parse_kernel_list(list, nr_cpu_ids);
  if (!cpus || cpus->empty()) return std::nullopt;
  out.cpus = std::move(*cpus);
  return out;
}

// mm/hugetlb.c: the size and count that a hugepagesz= or hugepages= stands for. Size 0: the default
// size, which is not known yet.
struct Pages {
  // The hugepages=, or a hugepagesz= without one.
  const KernelArg* arg;
  std::uint64_t size = 0;
  std::string count;
};

std::vector<Pages> pages_of(const std::vector<KernelArg>& args) {
  std::vector<Pages> out;
  std::uint64_t size = 0;
  // A size was named, and its count is still to come.
  bool pending = false;
  for (const auto& arg : args) {
    const auto value = arg.value.value_or("");
    if (arg.is("hugepagesz") || arg.is("default_hugepagesz")) {
      const auto parsed = ByteSize::parse(value);
      size = parsed ? parsed->bytes : 0;
      pending = true;
      if (arg.is("hugepagesz")) out.push_back({&arg, size, ""});
    } else if (arg.is("hugepages")) {
      if (pending && !out.empty() && out.back().size == size && out.back().count.empty())
        out.back() = {&arg, size, value};
      else if (pending || out.empty())
        out.push_back({&arg, size, value});
      pending = false;
    }
  }
  return out;
}

class Search {
 public:
  Search(
      const CommandLine& existing, const std::vector<KernelArg>& ours, KernelVersion kernel,
      unsigned nr_cpu_ids)
      : foreign_(existing.args()), ours_(ours), kernel_(kernel), nr_cpu_ids_(nr_cpu_ids) {}

  std::vector<ForeignConflict> run() {
    isolated();
    default_size();
    pages();
    switched_off();
    return std::move(found_);
  }

 private:
  void isolated() {
    for (const auto& own : ours_) {
      const auto mine = isolation(own, nr_cpu_ids_);
      if (!mine) continue;
      for (const auto& other : foreign_) {
        const auto theirs = isolation(other, nr_cpu_ids_);
        if (!theirs || theirs->cpus == mine->cpus) continue;
        if (same_key(other.key, own.key) && theirs->meets(*mine))
          add(other, own, fmt::format("the first {}= wins", own.key));
        else if (housekeeping_lists_must_match(kernel_) != Support::no)
          add(other, own,
              "up to Linux 5.17 isolcpus= and nohz_full= must name the same CPUs, and the first "
              "wins");
        else if (theirs->meets(*mine))
          add(other, own, "both set the CPUs for the same kind of work, and the first wins");
        else
          continue;
        break;
      }
    }
  }

  void default_size() {
    const auto* mine = own("default_hugepagesz");
    const auto theirs = std::find_if(foreign_.begin(), foreign_.end(), [](const KernelArg& arg) {
      return arg.is("default_hugepagesz");
    });
    if (mine && theirs != foreign_.end() && bytes(*mine) != bytes(*theirs))
      add(*theirs, *mine, "the first default_hugepagesz= wins");
  }

  void pages() {
    const auto theirs = pages_of(foreign_), mine = pages_of(ours_);
    const auto* own_default = own("default_hugepagesz");
    for (const auto& other : theirs) {
      // A bare hugepages= counts pages of the default size.
      if (other.size == 0) {
        const auto size = own_default ? bytes(*own_default) : ByteSize::mib(2).bytes;
        const auto same =
            std::find_if(mine.begin(), mine.end(), [&](const Pages& p) { return p.size == size; });
        if (same != mine.end() && same->count != other.count)
          add(*other.arg, *same->arg,
              "a bare hugepages= counts in the default size, and the first count wins");
        else if (same == mine.end() && own_default)
          add(*other.arg, *own_default, "a bare hugepages= would count in the new default size");
        continue;
      }
      for (const auto& own : mine)
        if (own.size == other.size && own.count != other.count)
          add(*other.arg, *own.arg,
              fmt::format("the first hugepages= of {} wins", ByteSize{own.size}.str()));
    }
  }

  void switched_off() {
    for (const auto& other : foreign_) {
      if (!((other.is("iommu") || other.is("amd_iommu")) && other.value == "off")) continue;
      for (const auto& own : ours_)
        if ((own.is("iommu") && own.value == "pt") ||
            (own.is("intel_iommu") && own.value == "on" && other.is("iommu")))
          add(other, own, "it turns the IOMMU off, and no later argument turns it on again");
    }
  }

  const KernelArg* own(std::string_view key) const {
    const auto at =
        std::find_if(ours_.begin(), ours_.end(), [&](const KernelArg& arg) { return arg.is(key); });
    return at == ours_.end() ? nullptr : &*at;
  }
  static std::uint64_t bytes(const KernelArg& arg) {
    const auto size = ByteSize::parse(arg.value.value_or(""));
    return size ? size->bytes : 0;
  }
  void add(const KernelArg& foreign, const KernelArg& ours, std::string rule) {
    found_.push_back({foreign, ours, std::move(rule)});
  }

  const std::vector<KernelArg>& foreign_;
  const std::vector<KernelArg>& ours_;
  KernelVersion kernel_;
  unsigned nr_cpu_ids_;
  std::vector<ForeignConflict> found_;
};

}  // namespace

std::vector<ForeignConflict> foreign_conflicts(
    const CommandLine& existing, const std::vector<KernelArg>& ours, KernelVersion kernel,
    unsigned nr_cpu_ids) {
  return Search(existing, ours, kernel, nr_cpu_ids).run();
}

}  // namespace vfirst
