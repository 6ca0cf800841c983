// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/simulate_report.hpp"

#include "base/byte_size.hpp"
#include "base/json.hpp"
#include "base/words.hpp"
#include "kargs/kernel_features.hpp"
#include "report/table.hpp"

namespace vfirst {

namespace {

std::string dash(std::string_view text) {
  return text.empty() ? "-" : std::string(text);
}
std::string one_line(std::string text) {
  for (auto& c : text)
    if (c == '\n') c = ';';
  return text;
}

Json state(const Simulation& seen) {
  Json out{
      {"isolated", seen.isolated.list()},
      {"nohz_full", seen.nohz_full.list()},
      {"managed_irq", seen.managed_irq.list()},
      {"rcu_nocbs", seen.rcu_nocbs.list()},
      {"irq_default_affinity", seen.irq_default.list()},
      {"default_hugepage_kb", seen.default_hugepage_kb}};
  out["hugepages"] = list_of(seen.hugepages, [](const SimulatedPool& pool) {
    auto nodes = Json::array();
    for (const auto& [node, pages] : pool.nodes)
      nodes.push_back({{"node", node}, {"pages", pages}});
    return Json{
        {"size_kb", pool.size_kb}, {"pages", pool.pages}, {"sure", pool.sure}, {"nodes", nodes}};
  });
  out["passthrough"] = seen.passthrough ? Json(*seen.passthrough) : Json(nullptr);
  out["iommu_off"] = seen.iommu_off ? Json(*seen.iommu_off) : Json(nullptr);
  return out;
}

}  // namespace

std::string simulate_json(const SimulatedLine& simulated) {
  const auto& seen = simulated.seen;
  Json out{
      {"schema", "vfirst.simulate/1"},
      {"kernel", simulated.release},
      {"cmdline", simulated.line.str()},
      {"bytes", simulated.line.bytes()},
      {"limit", command_line_limit(simulated.architecture) - 1},
      {"boots", seen.boots()},
      {"fatal", seen.fatal}};
  out["arguments"] = list_of(seen.arguments, [](const ArgumentVerdict& v) {
    return Json{
        {"argument", v.arg.raw},
        {"verdict", effect_name(v.effect)},
        {"effect", v.does},
        {"rule", v.rule},
        {"message", v.message}};
  });
  out["state"] = state(seen);
  out["init"] = {{"words", seen.init_words}, {"variables", seen.init_variables}};
  out["log"] = seen.log;
  return document(out);
}

std::string simulate_text(const SimulatedLine& simulated) {
  const auto& seen = simulated.seen;
  std::string out = fmt::format(
      "Kernel {} on {}, {} of {} bytes\n\n",
      simulated.release.empty() ? "of unknown release" : simulated.release, simulated.architecture,
      simulated.line.bytes(), command_line_limit(simulated.architecture) - 1);
  Table arguments;
  arguments.row({"argument", "verdict", "effect", "kernel's message"});
  for (const auto& verdict : seen.arguments) {
    arguments.row(
        {verdict.arg.raw, std::string(effect_name(verdict.effect)), dash(verdict.does),
         dash(one_line(verdict.message))});
    if (!verdict.rule.empty()) arguments.note("rule: " + verdict.rule);
  }
  out += arguments.str() + "\nState\n";
  Table table;
  table.row({"isolated CPUs", dash(seen.isolated.list())});
  table.row({"tickless CPUs", dash(seen.nohz_full.list())});
  table.row({"no managed interrupts", dash(seen.managed_irq.list())});
  table.row({"RCU callbacks offloaded", dash(seen.rcu_nocbs.list())});
  table.row({"CPUs of new interrupts", dash(seen.irq_default.list())});
  for (const auto& pool : seen.hugepages) {
    const auto split = joined(pool.nodes, ", ", [](const auto& node) {
      return fmt::format("node {}: {}", node.first, node.second);
    });
    table.row(
        {fmt::format("{} pages", ByteSize::kib(pool.size_kb).str()),
         fmt::format("{} ({}){}", pool.pages, split, pool.sure ? "" : ", about")});
  }
  table.row(
      {"default huge page",
       seen.default_hugepage_kb ? ByteSize::kib(seen.default_hugepage_kb).str() : "-"});
  if (seen.passthrough)
    table.row({"host DMA bypasses the IOMMU", *seen.passthrough ? "yes" : "no"});
  if (seen.iommu_off) table.row({"IOMMU", *seen.iommu_off ? "off" : "on"});
  if (!seen.init_words.empty() || !seen.init_variables.empty())
    table.row(
        {"passed to init",
         fmt::format(
             "unknown words: {} (limit {}), variables: {} (limit {})", seen.init_words.size(),
             kInitWords, seen.init_variables.size(), kInitVariables)});
  out += table.str();
  for (const auto& why : seen.fatal)
    out += "\nthe boot fails: " + why + "\n";
  return out;
}

}  // namespace vfirst
