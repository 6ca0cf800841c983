// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the CPUs that the host keeps have enough interrupt vectors for its devices. x86 alone
// counts them by CPU; arm64 takes its vectors from tables that have many thousands.
#include "base/words.hpp"
#include "plan/draft.hpp"
#include "plan/quirks.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// Of 256 vectors of a CPU those that devices may have: the first 32 are exceptions, and the system
// has about 20 (arch/x86/include/asm/irq_vectors.h; `Total allocated` beside `Can` in
// sys/kernel/debug/irq/domains/VECTOR).
constexpr std::size_t kVectorsPerCpu = 202;
// A NIC driver asks for a vector a queue, and for one or two of its own (mailbox, RDMA).
constexpr unsigned kBesideQueues = 2;
// Without a word of the policy most drivers take a queue a CPU, and no more than this.
constexpr std::size_t kMostQueues = 64;

struct Demand {
  // The CPUs that the interrupts go to.
  CpuSet cpus;
  unsigned vectors = 0;
  // Those of a [pf] section.
  const ChosenPf* pf = nullptr;
  // So many VFs for guests of this PF.
  unsigned vfs = 0;
  const ChosenPf* vfs_of = nullptr;
};

class Vectors {
 public:
  explicit Vectors(Draft& draft) : draft_(draft) {}

  void check() {
    collect();
    std::vector<CpuSet> short_of;
    for (const auto& set : sets())
      if (std::ranges::none_of(short_of, [&](const CpuSet& one) { return set.contains(one); }) &&
          budget(set))
        short_of.push_back(set);
  }

 private:
  // Where the kernel puts the interrupts of a device without a rule: on its node, if that has CPUs
  // for them (assign_irq_vector of arch/x86/kernel/apic/vector.c), else on any.
  CpuSet home_of(const PciFunction& f) const {
    for (const auto& node : draft_.nodes())
      if (f.node >= 0 && node.id == static_cast<unsigned>(f.node))
        if (auto here = node.cpus & draft_.plan.reserved; !here.empty()) return here;
    return draft_.plan.reserved;
  }

  unsigned vectors_of(const PciFunction& f, const ChosenPf* pf) const {
    const bool nic = f.class_code >> 16 == 0x02;
    if (pf && nic && pf->section->queues) return pf->section->queues->value + kBesideQueues;
    if (f.msi_irqs) return *f.msi_irqs;
    if (!pf || !nic) return 0;
    const auto queues =
        static_cast<unsigned>(std::min(draft_.next.online.size(), kMostQueues)) + kBesideQueues;
    return f.msix_vectors ? std::min(queues, f.msix_vectors) : queues;
  }

  // A vfio driver asks for the vectors that the guest's driver asks for, and the host's CPUs take
  // them: as many as the queues that the policy gives it and one, else what this boot shows of the
  // VF, at most. What is not known does not count.
  void collect_vfs(const ChosenPf& pf) {
    unsigned shown = 0;
    for (const auto& f : draft_.facts.pci)
      if (f.physfn == pf.function->address) shown = std::max(shown, f.msix_vectors);
    Demand demand{pf.irq_cpus.empty() ? home_of(*pf.function) : pf.irq_cpus, 0, nullptr, 0, &pf};
    for (unsigned i = 0; i < pf.vfs; ++i) {
      const auto wish = draft_.vf_settings(*pf.section, i);
      if (!wish.driver || !wish.driver->value.is_vfio()) continue;
      const auto vectors = wish.queues ? wish.queues->value + 1 : shown;
      if (!vectors) continue;
      demand.vectors += vectors;
      ++demand.vfs;
    }
    if (demand.vfs) demands_.push_back(std::move(demand));
  }

  // A VF that the plan makes anew counts as the plan has it.
  bool made_by_plan(const PciFunction& f) const {
    return f.physfn && std::ranges::any_of(draft_.pfs, [&](const ChosenPf& pf) {
             return pf.manage_vfs && pf.function->address == *f.physfn;
           });
  }

  void collect() {
    for (const auto& pf : draft_.pfs)
      collect_vfs(pf);
    for (const auto& f : draft_.facts.pci) {
      if (made_by_plan(f)) continue;
      const auto chosen = std::ranges::find(draft_.pfs, &f, &ChosenPf::function);
      const auto* pf = chosen == draft_.pfs.end() ? nullptr : &*chosen;
      auto vectors = vectors_of(f, pf);
      if (vectors && managed_irqs(f.driver, f.class_code)) {
        // One on each CPU, and that of the admin queue, which goes where others go.
        ++managed_;
        vectors = 1;
      }
      if (!vectors) continue;
      demands_.push_back(
          {pf && !pf->irq_cpus.empty() ? pf->irq_cpus : home_of(f), vectors, pf, 0, nullptr});
    }
  }

  // The smaller ones first.
  std::vector<CpuSet> sets() const {
    std::vector<CpuSet> out;
    const auto add = [&](const CpuSet& set) {
      if (!set.empty() && std::ranges::find(out, set) == out.end()) out.push_back(set);
    };
    for (const auto& demand : demands_)
      add(demand.cpus);
    add(draft_.plan.reserved);
    std::ranges::stable_sort(out, {}, &CpuSet::size);
    return out;
  }

  // Reports a shortage, and returns whether there is one.
  bool budget(const CpuSet& cpus) {
    std::size_t need = 0, pfs = 0, functions = 0, of_pfs = 0, vfs = 0, of_vfs = 0;
    std::vector<Origin> blame;
    std::vector<Subject> related;
    for (const auto& demand : demands_) {
      if (!cpus.contains(demand.cpus)) continue;
      need += demand.vectors;
      const auto* pf = demand.vfs_of ? demand.vfs_of : demand.pf;
      if (demand.vfs_of) {
        vfs += demand.vfs;
        of_vfs += demand.vectors;
      } else {
        ++functions;
        if (!pf) continue;
        ++pfs;
        of_pfs += demand.vectors;
      }
      if (const auto about = Subject::device(pf->function->address);
          std::ranges::find(related, about) == related.end())
        related.push_back(about);
      if (const auto& from = pf->section->from; std::ranges::find(blame, from) == blame.end())
        blame.push_back(from);
    }
    const auto have = cpus.size() * kVectorsPerCpu, managed = cpus.size() * managed_;
    const auto left = have > managed ? have - managed : 0;
    if (need <= left) return false;
    const auto* node = node_of(cpus);
    draft_.add_finding(
        Severity::warning, "irq-vectors", node ? Subject::node(node->id) : Subject{},
        fmt::format(
            "{}: {} need {} interrupt vectors, and CPUs {} have {} ({} each{}): {}{}",
            node ? fmt::format("node {}", node->id) : "the host's CPUs", who(pfs, functions, vfs),
            need, cpus.list(), have, kVectorsPerCpu,
            managed ? fmt::format(", less {} that the kernel places itself", managed) : "",
            draft_.plan.isolated.empty() ? "the others go to other CPUs"
                                         : "the others go to isolated CPUs",
            remedy(cpus, need, left, pfs, need - of_pfs, node) +
                fewer_for_vfs(left, need - of_vfs, of_vfs, vfs)),
        std::move(blame), std::move(related));
    return true;
  }

  static std::string who(std::size_t pfs, std::size_t functions, std::size_t vfs) {
    std::vector<std::string> parts;
    if (functions)
      parts.push_back(pfs == functions ? plural(pfs, "PF") : plural(functions, "device"));
    if (vfs) parts.push_back(plural(vfs, "VF"));
    return joined_with("and", parts);
  }

  // The same by what guests get. `others`: what all but the VFs need.
  static std::string fewer_for_vfs(
      std::size_t left, std::size_t others, std::size_t need, std::size_t vfs) {
    if (!vfs) return "";
    const auto room = left > others ? left - others : 0;
    const auto each = room / vfs;
    if (each > 1) return fmt::format("; or set vf-queues = {} for these VFs", each - 1);
    if (const auto fewer = room / ((need + vfs - 1) / vfs); fewer)
      return fmt::format("; or make {} of these VFs", fewer);
    return "";
  }

  // The smallest change that mends it.
  std::string remedy(
      const CpuSet& cpus, std::size_t need, std::size_t left, std::size_t pfs, std::size_t others,
      const NumaNode* node) const {
    std::vector<std::string> ways;
    // Whole cores that are isolated now, until it is enough.
    const auto a_cpu = kVectorsPerCpu > managed_ ? kVectorsPerCpu - managed_ : 0;
    std::size_t cores = 0, gained = 0;
    for (const auto& core : draft_.next.cores) {
      if (left + gained >= need) break;
      if (!draft_.plan.isolated.contains(core.cpus)) continue;
      if (node && !node->cpus.intersects(core.cpus)) continue;
      ++cores;
      gained += core.cpus.size() * a_cpu;
    }
    if (cores && left + gained >= need) {
      const auto& wish = draft_.policy.cpu;
      std::size_t now = 0;
      for (const auto& core : draft_.next.cores)
        if (node && cpus.contains(core.cpus)) ++now;
      ways.push_back(
          node && !wish.reserved ? fmt::format(
                                       "reserve {} more (reserved-cores-per-node = {})",
                                       plural(cores, "core"), now + cores)
                                 : fmt::format("reserve {} more", plural(cores, "core")));
    }
    if (pfs && left > others) {
      const auto each = (left - others) / pfs;
      if (each > kBesideQueues)
        ways.push_back(fmt::format("set queues = {} for these PFs", each - kBesideQueues));
    }
    return ways.empty() ? "" : "; " + joined_with("or", ways);
  }

  const NumaNode* node_of(const CpuSet& cpus) const {
    for (const auto& node : draft_.nodes())
      if ((node.cpus & draft_.plan.reserved) == cpus) return &node;
    return nullptr;
  }

  Draft& draft_;
  std::vector<Demand> demands_;
  // Devices whose interrupts the kernel places itself, one on each CPU.
  std::size_t managed_ = 0;
};

}  // namespace

void check_vectors(Draft& draft) {
  if (draft.x86() && draft.plan.role == Role::host) Vectors(draft).check();
}

}  // namespace vfirst
