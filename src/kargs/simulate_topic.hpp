// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The parts of a simulated boot (simulate.cpp). Each reads arguments in the order of the line and
// keeps the same state as the kernel.

#include "base/byte_size.hpp"
#include "kargs/simulate.hpp"

namespace vfirst::simulated {

// The result for one argument. taken is false where the kernel's __setup function returns 0; the
// kernel then passes the word to init.
struct Answer {
  bool taken = true;
  Effect effect = Effect::effective;
  std::string does, rule, message;
  Reader reader = Reader::kernel;
};

// A size as memparse of the kernel reads it: prefixes 0x and 0, one suffix letter; the rest of the
// text is not read.
std::uint64_t memparse(std::string_view text);
// A list as this kernel reads it: old ones do not know `N` and `all`.
Result<CpuSet> kernel_list(std::string_view text, unsigned nr_cpu_ids, KernelVersion kernel);

// Follows kernel/sched/isolation.c, kernel/rcu/tree_nocb.h and kernel/irq/irqdesc.c.
class Isolation {
 public:
  Isolation(const SimulatedMachine& machine, unsigned max_cpus);
  // Nothing where the argument is not for this part.
  std::optional<Answer> read(const KernelArg& arg);
  void finish(std::vector<ArgumentVerdict>& verdicts, Simulation& out) const;

 private:
  enum Kind : unsigned { tick = 1, domain = 2, managed_irq = 4, rest = 8 };
  Answer isolcpus(std::string_view value);
  Answer nohz_full(std::string_view value);
  Answer setup(std::string_view list, unsigned kinds, Answer answer);
  Answer set_up_one_mask(const CpuSet& list, unsigned kinds, Answer answer);
  Answer set_up_masks(const CpuSet& list, unsigned kinds, Answer answer);
  Answer irqaffinity(std::string_view value);
  Answer rcu_nocbs(const KernelArg& arg);
  bool keeps_none(const CpuSet& housekeeping) const;
  Answer accept(const CpuSet& list, const CpuSet& guests, unsigned kinds, Answer answer);
  const SimulatedMachine& machine_;
  unsigned nr_cpu_ids_, max_cpus_;
  unsigned kinds_ = 0;
  // By kind of work, the CPUs that do it.
  std::map<unsigned, CpuSet> housekeeping_;
  CpuSet tickless_;
  std::optional<CpuSet> rcu_, irq_;
  bool rcu_asked_ = false;
};

// Follows mm/hugetlb.c.
class Hugepages {
 public:
  // `line`: for hugetlb_cma=, which the kernel reads before every count.
  Hugepages(const SimulatedMachine& machine, const CommandLine& line);
  // `position`: index of the argument in the line. finish() needs it to find the verdict again.
  std::optional<Answer> read(const KernelArg& arg, std::size_t position);
  void finish(std::vector<ArgumentVerdict>& verdicts, Simulation& out);

 private:
  struct Pool {
    std::uint64_t size_kb = 0, wanted = 0;
    // By node.
    std::map<unsigned, std::uint64_t> wanted_at, got;
    std::optional<std::size_t> size_arg, count_arg;
    std::string log;
    bool sure = true;
    // The index of the next node to take a page from.
    unsigned next = 0;
    std::uint64_t pages() const;
  };
  // Values of `parsed_` and `last_` beside the index of a pool: none, and a count before any size.
  static constexpr int kNone = -1, kImplicit = -2;

  bool valid(std::uint64_t size_kb) const;
  bool gigantic(std::uint64_t size_kb) const;
  // Gigantic pages that hugetlb_cma= keeps for run time instead.
  bool left_to_cma(std::uint64_t size_kb) const { return cma_ && gigantic(size_kb); }
  std::size_t add(std::uint64_t size_kb);
  int index_of(std::uint64_t size_kb) const;
  Answer size(std::string_view value, std::size_t position);
  Answer default_size(std::string_view value, std::size_t position);
  Answer count(std::string_view value, std::size_t position);
  Answer count_before_nodes(std::string_view value, Pool& into);
  Answer invalid(std::string_view rest, Pool& into);
  void allocate(Pool& pool);
  void allocate_on(Pool& pool, unsigned node, std::uint64_t wanted);
  void deal_out(Pool& pool);
  void starve(Simulation& out) const;
  std::uint64_t room(const Pool& pool, std::size_t node) const;
  void give(Pool& pool, std::size_t node, std::uint64_t pages);
  bool take(Pool& pool, std::size_t node, bool fall_back);
  void default_without_word(std::vector<ArgumentVerdict>& verdicts, Simulation& out);

  const SimulatedMachine& machine_;
  // What the nodes with memory can still give.
  std::vector<SimulatedNode> left_;
  std::vector<Pool> pools_;
  // A count before any size.
  Pool implicit_;
  int parsed_ = kNone, last_ = kNone, default_ = 0;
  bool valid_ = true, default_named_ = false;
  bool cma_ = false;
};

// The line has a hugetlb_cma= with which the kernel takes no gigantic page at boot
// (hugetlb_hstate_alloc_pages): nullptr where it has none.
const KernelArg* hugetlb_cma(const CommandLine& line, const SimulatedMachine& machine);

// Follows drivers/iommu/iommu.c, arch/x86/kernel/pci-dma.c and the drivers of Intel and AMD.
class Iommu {
 public:
  explicit Iommu(const SimulatedMachine& machine) : machine_(machine) {}
  std::optional<Answer> read(const KernelArg& arg);
  void finish(Simulation& out) const;

 private:
  Answer x86_words(const KernelArg& arg);
  Answer vendor_words(std::string_view value, bool intel);
  Answer passthrough(const KernelArg& arg);
  const SimulatedMachine& machine_;
  std::optional<bool> passthrough_, off_;
};

}  // namespace vfirst::simulated
