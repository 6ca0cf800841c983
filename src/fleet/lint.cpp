// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/lint.hpp"

#include "base/json.hpp"
#include "base/words.hpp"
#include "fleet/plan_fleet.hpp"
#include "plan/match_words.hpp"
#include "report/plan_report.hpp"
#include "report/table.hpp"

#include <algorithm>
#include <mutex>
#include <set>

namespace vfirst {

namespace {

std::string pages_text(const std::vector<PlannedPages>& pages) {
  std::map<std::uint64_t, std::uint64_t> by_size;
  for (const auto& one : pages)
    by_size[one.size_kb] += one.pages;
  if (by_size.empty()) return "-";
  return joined(by_size, ", ", [](const auto& size) {
    return fmt::format("{} x {}", size.second, ByteSize::kib(size.first).str());
  });
}

LintRow row_of(
    const std::string& host, const Result<Facts>& facts, const PolicySet& policy,
    const std::string& kernel) {
  LintRow row;
  row.host = host;
  if (facts) row.product = facts->dmi.product;
  const auto plan =
      facts ? plan_host(*facts, policy, kernel) : Result<Plan>(std::unexpected(facts.error()));
  if (!plan) {
    row.refused = plan.error().what;
    return row;
  }
  row.plan = plan->hash();
  row.reserved = plan->reserved.size();
  row.isolated = plan->isolated.size();
  row.pages = plan->hugepages;
  for (const auto& pf : plan->pfs)
    row.vfs += pf.vfs;
  row.findings = plan->findings;
  return row;
}

}  // namespace

std::size_t LintRow::count(Severity severity) const {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}
bool LintReport::refuses() const {
  return std::ranges::any_of(rows, [](const LintRow& row) { return !row.refused.empty(); });
}
bool LintReport::errs() const {
  return std::ranges::any_of(
      rows, [](const LintRow& row) { return row.count(Severity::error) > 0; });
}

Result<LintReport> lint(
    const std::vector<HostFile>& hosts, const PolicySet& policy, const HostWork& how) {
  LintReport report;
  report.rows.resize(hosts.size());
  // Guards `used`; each host has its own row.
  std::mutex mutex;
  std::set<std::string> used;
  const auto work = [&](std::size_t index, Result<Facts> facts) -> Status {
    report.rows[index] = row_of(hosts[index].host, facts, policy, how.kernel);
    const auto wishes = facts
                            ? policy.of(match_words(*facts))
                            : Result<std::shared_ptr<const Policy>>(std::unexpected(facts.error()));
    if (!wishes) return {};
    const std::lock_guard lock(mutex);
    used.insert((*wishes)->files.begin(), (*wishes)->files.end());
    return {};
  };
  VFIRST_CHECK(for_each_host(hosts, how, work));
  for (const auto& source : policy.sources())
    if (!hosts.empty() && !used.contains(source.name)) report.unused.push_back(source.name);
  return report;
}

std::string lint_text(const LintReport& report) {
  Table table(0);
  table.row(
      {"host", "product", "verdict", "reserved", "isolated", "pages", "VFs", "errors", "warnings",
       "notes"});
  for (const auto& row : report.rows) {
    const auto product = row.product.empty() ? "-" : row.product;
    if (!row.refused.empty()) {
      table.row({row.host, product, "refused"});
      table.note(row.refused);
      continue;
    }
    const auto errors = row.count(Severity::error);
    table.row(
        {row.host, product, errors ? "short" : "ok", std::to_string(row.reserved),
         std::to_string(row.isolated), pages_text(row.pages), std::to_string(row.vfs),
         std::to_string(errors), std::to_string(row.count(Severity::warning)),
         std::to_string(row.count(Severity::note))});
    for (const auto& finding : row.findings)
      if (finding.severity == Severity::error) table.note(finding.line());
  }
  auto out = table.str();
  for (const auto& file : report.unused)
    out += fmt::format("{}: its [match] matches none of these machines\n", file);
  return out;
}

std::string lint_json(const LintReport& report) {
  Json out{{"schema", "vfirst.lint/1"}};
  out["hosts"] = list_of(report.rows, [](const LintRow& row) {
    Json one{
        {"host", row.host},
        {"product", row.product},
        {"refused", row.refused.empty() ? Json(nullptr) : Json(row.refused)}};
    if (!row.refused.empty()) return one;
    one["plan"] = row.plan;
    one["reserved"] = row.reserved;
    one["isolated"] = row.isolated;
    one["hugepages"] = list_of(row.pages, [](const PlannedPages& p) {
      return Json{{"node", p.node}, {"size_kb", p.size_kb}, {"pages", p.pages}};
    });
    one["vfs"] = row.vfs;
    one["findings"] = list_of(row.findings, [](const Finding& f) {
      const auto subject = [](const Subject& about) {
        return Json{{"kind", kind_name(about.kind)}, {"name", about.name}};
      };
      Json finding{
          {"severity", severity_name(f.severity)}, {"code", f.code}, {"message", f.line()}};
      finding["subject"] = subject(f.subject);
      finding["related"] = list_of(f.related, subject);
      finding["sources"] = list_of(f.sources, [](const Origin& source) { return source.str(); });
      return finding;
    });
    return one;
  });
  out["unused"] = report.unused;
  return document(out);
}

}  // namespace vfirst
