// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/summary.hpp"

#include "base/json.hpp"
#include "base/words.hpp"
#include "report/plan_report.hpp"
#include "report/table.hpp"

#include <algorithm>
#include <span>

namespace vfirst {

namespace {

constexpr std::size_t kShownHosts = 4;

// The reason without the name of the host's file, and with # for each number after the file:line of
// the policy: reasons that are equal then are of one kind.
std::string kind_of(const RefusedHost& one) {
  const auto& why = one.why;
  const bool of_file = why.starts_with(one.host + ".") || why.starts_with(one.host + ":");
  std::size_t from = 0;
  if (of_file)
    from = std::min(why.find(": "), why.size());
  else if (const auto colon = why.find(".ini:"); colon != why.npos)
    from = std::min(why.find(": ", colon), why.size());
  std::string out = of_file ? std::string() : why.substr(0, from);
  for (auto i = from; i < why.size(); ++i) {
    const bool digit = why[i] >= '0' && why[i] <= '9';
    if (!digit)
      out += why[i];
    else if (out.empty() || out.back() != '#')
      out += '#';
  }
  return out;
}

std::string names(const std::vector<std::string>& hosts) {
  const auto out = joined(std::span(hosts).first(std::min(hosts.size(), kShownHosts)));
  return hosts.size() > kShownHosts ? fmt::format("{} and {} more", out, hosts.size() - kShownHosts)
                                    : out;
}

}  // namespace

std::vector<Reason> reasons(const FleetSummary& summary) {
  std::map<std::string, Reason> by_kind;
  for (const auto& one : summary.refused) {
    auto& reason = by_kind[kind_of(one)];
    if (reason.hosts.empty()) reason.why = one.why;
    reason.hosts.push_back(one.host);
  }
  std::vector<Reason> out;
  for (auto& [kind, reason] : by_kind)
    out.push_back(std::move(reason));
  std::ranges::stable_sort(
      out, [](const Reason& a, const Reason& b) { return a.hosts.size() > b.hosts.size(); });
  return out;
}

std::string summary_text(const FleetSummary& summary) {
  auto out = fmt::format(
      "{} of {} planned, {} refused\n", summary.planned, plural(summary.hosts, "host"),
      summary.refused.size());
  Table refused, findings;
  for (const auto& reason : reasons(summary)) {
    refused.row({std::to_string(reason.hosts.size()), reason.why});
    refused.note(names(reason.hosts));
  }
  for (const auto severity : {Severity::error, Severity::warning})
    for (const auto& [code, count] : summary.findings)
      if (count.severity == severity)
        findings.row({std::to_string(count.hosts), severity_name(severity), code});
  if (!refused.empty()) out += "\nRefused\n" + refused.str();
  if (!findings.empty()) out += "\nFindings, by hosts\n" + findings.str();
  return out;
}

std::string summary_json(const FleetSummary& summary) {
  Json out{{"schema", "vfirst.fleet/1"}, {"hosts", summary.hosts}, {"planned", summary.planned}};
  out["refused"] = list_of(summary.refused, [](const RefusedHost& one) {
    return Json{{"host", one.host}, {"why", one.why}};
  });
  out["reasons"] = list_of(reasons(summary), [](const Reason& reason) {
    return Json{
        {"why", reason.why}, {"hosts", reason.hosts.size()}, {"first", reason.hosts.front()}};
  });
  auto findings = Json::array();
  for (const auto& [code, count] : summary.findings)
    findings.push_back(
        {{"code", code}, {"severity", severity_name(count.severity)}, {"hosts", count.hosts}});
  out["findings"] = std::move(findings);
  return document(out);
}

}  // namespace vfirst
