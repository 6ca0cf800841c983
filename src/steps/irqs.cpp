// SPDX-License-Identifier: GPL-2.0-or-later
// A PF's MSI vectors, one by one over the CPUs that the host keeps.
#include "steps/irqs.hpp"
#include "base/text.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <algorithm>

namespace vfirst::steps {

namespace {

// Ascending: the order in which the driver got its vectors. It stays the same while that driver is
// bound.
std::vector<unsigned> vectors_of(const Root& root, const PciAddress& pf) {
  std::vector<unsigned> out;
  for (const auto& name :
       root.list(device_path(pf, "msi_irqs")).value_or(std::vector<std::string>{}))
    if (const auto irq = parse_number(name)) out.push_back(static_cast<unsigned>(*irq));
  std::ranges::sort(out);
  return out;
}

std::string affinity_file(unsigned irq) {
  return fmt::format("proc/irq/{}/smp_affinity_list", irq);
}

std::optional<CpuSet> affinity_of(const Root& root, unsigned irq) {
  const auto text = root.read(affinity_file(irq));
  if (!text) return std::nullopt;
  const auto set = CpuSet::parse_list(*text);
  if (!set) return std::nullopt;
  return *set;
}

struct Tally {
  unsigned pinned = 0, managed = 0, absent = 0, wide = 0, outside = 0;
  // "3 of 10; 7 wait for the port to come up".
  std::string text(std::size_t all) const {
    std::string out = fmt::format("{} of {}", pinned, all);
    if (wide) out += fmt::format("; {} on all of the CPUs (no single CPU has a free vector)", wide);
    if (outside)
      out += fmt::format("; {} on other CPUs (none of these has a free vector)", outside);
    if (managed) out += fmt::format("; {} placed by the kernel", managed);
    if (absent) out += fmt::format("; {} wait for the port to come up", absent);
    return out;
  }
};

// Whether the interrupt reaches other CPUs than those that were asked for: where none of them has a
// free vector, x86 takes one elsewhere and leaves the asked ones in smp_affinity
// (arch/x86/kernel/apic/vector.c, assign_irq_vector_any_locked).
bool reaches_others(const Root& root, unsigned irq, const CpuSet& cpus) {
  const auto text = root.read(fmt::format("proc/irq/{}/effective_affinity_list", irq));
  const auto now = text ? CpuSet::parse_list(*text) : CpuSet{};
  return now && !now->empty() && !cpus.contains(*now);
}

}  // namespace

Outcome apply(const PinIrqs& x, const Machine& machine) {
  return pin_irqs(x, machine).outcome;
}

Pinned pin_irqs(const PinIrqs& x, const Machine& machine) {
  const auto irqs = vectors_of(machine.root, x.pf);
  // A CPU that is offline takes no interrupt: the others share them.
  auto asked = x.cpus;
  if (const auto online = online_cpus(machine.root); online && online->intersects(asked))
    asked &= *online;
  const auto cpus = asked.members();
  Pinned report;
  report.vectors = static_cast<unsigned>(irqs.size());
  auto& out = report.outcome;
  out.wanted = fmt::format("{} of {}", irqs.size(), irqs.size());
  if (irqs.empty() || cpus.empty()) {
    out.state = StepState::deferred;
    out.got = "0 of 0";
    out.cause = fmt::format("{}: no interrupts yet", x.pf.str());
    return report;
  }
  Tally tally;
  unsigned changed = 0;
  for (std::size_t i = 0; i < irqs.size(); ++i) {
    const CpuSet one{cpus[i % cpus.size()]};
    const auto now = affinity_of(machine.root, irqs[i]);
    if (!now) {
      ++tally.absent;
      continue;
    }
    if (*now == one) {
      ++tally.pinned;
      continue;
    }
    // Kernels from 6.12 on show a managed interrupt by a read-only file; before, only the refusal
    // tells.
    if (!machine.root.writable(affinity_file(irqs[i]))) {
      ++tally.managed;
      continue;
    }
    ++out.writes;
    auto written = machine.root.write(affinity_file(irqs[i]), one.list());
    int error = written ? 0 : static_cast<int>(written.error().code);
    if (error && reaction_to(Place::smp_affinity, error) == Reaction::widen) {
      // An earlier run widened it.
      if (*now != asked) {
        ++out.writes;
        written = machine.root.write(affinity_file(irqs[i]), asked.list());
        error = written ? 0 : static_cast<int>(written.error().code);
        if (!error) ++changed;
      } else {
        error = 0;
      }
      // All of them are full: the interrupt stays where the kernel has put it, and works.
      if (reaction_to(Place::smp_affinity, error) == Reaction::widen ||
          (!error && reaches_others(machine.root, irqs[i], asked))) {
        ++tally.outside;
        continue;
      }
      if (!error) {
        ++tally.wide;
        continue;
      }
    }
    if (!error) {
      ++tally.pinned;
      ++changed;
      continue;
    }
    switch (reaction_to(Place::smp_affinity, error)) {
      case Reaction::note: ++tally.managed; break;
      case Reaction::defer: ++tally.absent; break;
      default:
        out.state = StepState::failed;
        out.error = error;
        out.cause = fmt::format(
            "{}: interrupt {} to CPU {}: {}", x.pf.str(), irqs[i], one.list(),
            explain_errno(Place::smp_affinity, error));
    }
  }
  out.got = tally.text(irqs.size());
  report.pinned = tally.pinned;
  if (out.state == StepState::failed) return report;
  if (tally.absent) {
    out.state = StepState::deferred;
    out.cause = fmt::format("{}: {}", x.pf.str(), errno_row(Place::smp_affinity, ENOENT)->meaning);
  } else if (changed) {
    out.state = StepState::done;
  }
  if (tally.outside) {
    out.error = ENOSPC;
    out.cause = fmt::format(
        "{}: {} of {} interrupts are on other CPUs than {}: {}; {}", x.pf.str(), tally.outside,
        irqs.size(), asked.list(), errno_row(Place::smp_affinity, ENOSPC)->meaning,
        errno_row(Place::smp_affinity, ENOSPC)->advice);
  }
  if (tally.managed && out.cause.empty())
    out.cause = fmt::format("{}: {}", x.pf.str(), errno_row(Place::smp_affinity, EPERM)->meaning);
  return report;
}

Observation verify(const PinIrqs& x, const Machine& machine) {
  const auto irqs = vectors_of(machine.root, x.pf);
  Observation out{
      .wanted = fmt::format("{} of {} on CPUs {}", irqs.size(), irqs.size(), x.cpus.list()),
      .evidence = "proc/irq/*/smp_affinity_list"};
  Tally tally;
  CpuSet astray;
  for (const auto irq : irqs) {
    const auto now = affinity_of(machine.root, irq);
    if (!now)
      ++tally.absent;
    else if (!now->empty() && x.cpus.contains(*now))
      ++(reaches_others(machine.root, irq, x.cpus) ? tally.outside : tally.pinned);
    else if (!machine.root.writable(affinity_file(irq)))
      ++tally.managed;
    else
      astray |= *now;
  }
  out.got = tally.text(irqs.size());
  if (irqs.empty()) {
    out.cause = fmt::format("{}: the device has no MSI interrupts now", x.pf.str());
    return out;
  }
  if (astray.empty()) {
    out.verdict = tally.pinned || tally.managed || tally.outside ? Verdict::ok : Verdict::unknown;
    if (tally.absent)
      out.cause = std::string(errno_row(Place::smp_affinity, ENOENT)->meaning);
    else if (tally.outside)
      out.cause = fmt::format(
          "{}; {}", errno_row(Place::smp_affinity, ENOSPC)->meaning,
          errno_row(Place::smp_affinity, ENOSPC)->advice);
    else if (tally.managed)
      out.cause = fmt::format(
          "{}; {}", errno_row(Place::smp_affinity, EPERM)->meaning,
          errno_row(Place::smp_affinity, EPERM)->advice);
    return out;
  }
  out.verdict = tally.pinned ? Verdict::short_of : Verdict::failed;
  out.cause = fmt::format(
      "{}: interrupts reach CPUs {}: the driver was reloaded, irqbalance moved them, or the kernel "
      "places them",
      x.pf.str(), astray.list());
  return out;
}

}  // namespace vfirst::steps
