// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/plan_report.hpp"

#include "base/byte_size.hpp"
#include "base/printable.hpp"
#include "base/words.hpp"
#include "report/table.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::string list_or_none(const CpuSet& cpus) {
  return cpus.empty() ? "none" : cpus.list();
}

std::string cpus_text(const Plan& plan, const Facts& facts) {
  Table table;
  table.row({"", "reserved (host)", plan.balanced ? "balanced (guests)" : "isolated (guests)"});
  for (const auto& node : facts.numa)
    if (!node.cpus.empty())
      table.row(
          {fmt::format("node {}", node.id), list_or_none(node.cpus & plan.reserved),
           list_or_none(node.cpus & plan.isolated)});
  if (facts.numa.size() != 1)
    table.row({"all", list_or_none(plan.reserved), list_or_none(plan.isolated)});
  return heading("CPUs") + table.str();
}

std::string pages_text(const Plan& plan, const Facts& facts) {
  Table table;
  for (const auto& pages : plan.hugepages) {
    const auto node = std::ranges::find(facts.numa, pages.node, &NumaNode::id);
    const auto gib =
        node == facts.numa.end() ? 0.0 : static_cast<double>(node->total_kb) / (1 << 20);
    table.row(
        {fmt::format("node {}", pages.node),
         fmt::format("{} x {}", pages.pages, ByteSize::kib(pages.size_kb).str()),
         fmt::format("of {:.1f}G", gib)});
  }
  return table.empty() ? "" : heading("Hugepages") + table.str();
}

// Neighbouring VFs with one driver share a row: "VF 0-6".
std::string devices_text(const Plan& plan) {
  std::string out;
  for (const auto& pf : plan.pfs) {
    Table table;
    table.row(
        {pf.name, pf.address.str(), pf.driver.empty() ? "no driver yet" : pf.driver,
         pf.node < 0 ? "no node" : fmt::format("node {}", pf.node),
         pf.vfs ? plural(pf.vfs, "VF") : "VFs as they are"});
    out += table.str();
    Table rows(4);
    for (auto vf = plan.vfs.begin(); vf != plan.vfs.end();) {
      if (vf->pf != pf.address) {
        ++vf;
        continue;
      }
      auto last = vf;
      while (last + 1 != plan.vfs.end() && (last + 1)->pf == vf->pf &&
             (last + 1)->driver == vf->driver)
        ++last;
      const auto driver = vf->driver.phrase();
      if (vf == last)
        rows.row({fmt::format("VF {}", vf->index), vf->address.str(), driver});
      else
        rows.row(
            {fmt::format("VF {}-{}", vf->index, last->index),
             fmt::format("{} to {}", vf->address.str(), last->address.str()), driver});
      vf = last + 1;
    }
    out += rows.str();
  }
  return out.empty() ? "" : heading("PFs and VFs") + out;
}

// Do the actions differ only in the VF? Such steps share a line.
bool same_but_vf(const Action& a, const Action& b) {
  if (const auto* x = std::get_if<BindDriver>(&a))
    if (const auto* y = std::get_if<BindDriver>(&b))
      return x->pf == y->pf && x->driver == y->driver;
  if (const auto* x = std::get_if<SetVfVectors>(&a))
    if (const auto* y = std::get_if<SetVfVectors>(&b))
      return x->pf == y->pf && x->vectors == y->vectors;
  return false;
}

std::string describe_run(const Action& first, const Action& last) {
  if (const auto* x = std::get_if<SetVfVectors>(&first))
    return fmt::format(
        "give VFs {}-{} of {} {} MSI-X vectors each", x->index, std::get<SetVfVectors>(last).index,
        x->pf.str(), x->vectors);
  const auto& x = std::get<BindDriver>(first);
  return x.driver.assignment(
      fmt::format("VFs {}-{} of {}", x.index, std::get<BindDriver>(last).index, x.pf.str()));
}

std::string steps_text(const Plan& plan) {
  Table table;
  for (std::size_t i = 0; i < plan.steps.size();) {
    auto end = i;
    while (end + 1 < plan.steps.size() &&
           same_but_vf(plan.steps[i].action, plan.steps[end + 1].action))
      ++end;
    const auto text = end > i ? describe_run(plan.steps[i].action, plan.steps[end].action)
                              : describe(plan.steps[i].action);
    table.row(
        {fmt::format(
             "{:>2}", end > i ? fmt::format("{}-{}", i + 1, end + 1) : std::to_string(i + 1)),
         text, plan.steps[i].because});
    i = end + 1;
  }
  return table.empty() ? "" : heading("Early boot") + table.str();
}

Colour colour_of(Severity severity) {
  switch (severity) {
    case Severity::error: return Colour::red;
    case Severity::warning: return Colour::yellow;
    case Severity::note: return Colour::none;
  }
  return Colour::none;
}

std::string findings_text(const Plan& plan, bool colour) {
  Table table;
  for (const auto& finding : plan.findings)
    table.row(
        {severity_name(finding.severity), finding.code, finding.line()},
        colour_of(finding.severity));
  return table.empty() ? "" : heading("Findings") + table.str(colour);
}

}  // namespace

std::string severity_name(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}

std::string plan_text(const Plan& plan, const Facts& facts, bool colour) {
  const auto host = facts.hostname.empty() ? "this machine" : facts.hostname;
  const auto product = facts.dmi.product.empty() ? "" : " (" + facts.dmi.product + ")";
  auto out = fmt::format("Plan {} for {}\n", plan.hash(), printable_line(host + product));
  Table args;
  for (const auto& arg : plan.kargs)
    args.row({arg.text(), arg.policy.str(), arg.because});
  out += heading("Kernel arguments") + (args.empty() ? "  none\n" : args.str());
  return out + cpus_text(plan, facts) + pages_text(plan, facts) + devices_text(plan) +
         steps_text(plan) + findings_text(plan, colour);
}

}  // namespace vfirst
