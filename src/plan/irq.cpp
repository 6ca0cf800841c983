// SPDX-License-Identifier: GPL-2.0-or-later
// Where each PF's interrupts go: CPUs that the host keeps, near the device.
#include "kargs/cpulist.hpp"
#include "plan/draft.hpp"

namespace vfirst {

namespace {

CpuSet local_reserved(Draft& draft, const PciFunction& f, const Origin& from) {
  const auto& reserved = draft.plan.reserved;
  // The firmware names no node, or the kernel does not ask for its nodes: none is nearer.
  if (f.node < 0 || draft.next.memory.one_node) return reserved;
  for (const auto& node : draft.nodes())
    if (node.id == static_cast<unsigned>(f.node) && node.cpus.intersects(reserved))
      return node.cpus & reserved;
  draft.add_finding(
      Severity::warning, "irq-remote-node", Subject::device(f.address),
      fmt::format(
          "{}: its node {} has no reserved CPU, so its interrupts go to all reserved ones ({})",
          f.address.str(), f.node, reserved.list()),
      {from}, {Subject::node(static_cast<unsigned>(f.node))});
  return reserved;
}

Result<CpuSet> literal(const Draft& draft, const std::string& text, const Origin& from) {
  const auto &possible = draft.next.possible, &online = draft.next.online;
  const auto read = parse_kernel_list(text, *possible.last() + 1);
  if (!read) return refuse("{}irq = {}: {}", location_prefix(from), text, read.error().what);
  if (!online.contains(*read) || read->empty())
    return refuse(
        "{}irq = {}: not all of these CPUs are online; CPUs {} are", location_prefix(from), text,
        online.list());
  if (const auto both = *read & draft.plan.isolated; !both.empty())
    return refuse(
        "{}irq = {}: CPUs {} are isolated for guests", location_prefix(from), text, both.list());
  return *read;
}

}  // namespace

Status plan_irqs(Draft& draft) {
  for (auto& pf : draft.pfs) {
    const auto& rule = pf.section->irq;
    if (!rule) continue;
    switch (rule->value.kind) {
      case IrqRule::Kind::local_reserved:
        pf.irq_cpus = local_reserved(draft, *pf.function, rule->from);
        break;
      case IrqRule::Kind::reserved: pf.irq_cpus = draft.plan.reserved; break;
      case IrqRule::Kind::list:
        pf.irq_cpus = VFIRST_TRY(literal(draft, rule->value.cpus, rule->from));
        break;
    }
  }
  return {};
}

}  // namespace vfirst
