// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/verify_report.hpp"

#include "base/byte_size.hpp"
#include "report/json.hpp"
#include "report/table.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace vfirst {

namespace {

std::string_view colour_of(const VerifyRow& row) {
  switch (row.verdict) {
    case Verdict::ok: return "\033[32m";
    case Verdict::unknown: return "\033[33m";
    case Verdict::short_of:
    case Verdict::ignored:
    case Verdict::failed: return row.required ? "\033[31m" : "\033[33m";
  }
  return "";
}

std::string dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

// Colour goes around whole lines: escapes inside a cell would count as its width.
std::string coloured(const std::string& text, const VerifyReport& report) {
  std::string out;
  std::size_t row = 0, from = 0;
  for (bool head = true; from < text.size();) {
    const auto end = text.find('\n', from);
    const auto line = text.substr(from, end - from);
    from = end + 1;
    const bool note = line.starts_with("      ");
    if (head)
      out += line + "\n";
    else
      out += fmt::format("{}{}\033[0m\n", colour_of(report.rows[note ? row - 1 : row]), line);
    if (!head && !note) ++row;
    head = false;
  }
  return out;
}

std::string table_text(const VerifyReport& report) {
  Table table;
  table.row({"verdict", "what", "wanted", "got", "asked with"});
  for (const auto& row : report.rows) {
    table.row(
        {verdict_name(row.verdict), row.subject, dash(row.wanted), dash(row.got), dash(row.asked)});
    if (row.verdict != Verdict::ok && !row.evidence.empty()) table.note("seen:  " + row.evidence);
    if (!row.cause.empty()) table.note("cause: " + row.cause);
  }
  return table.str();
}

std::string pages_phrase(std::uint64_t size_kb, const std::vector<Receipt::Pages>& nodes) {
  std::uint64_t wanted = 0, got = 0;
  std::string split;
  for (const auto& node : nodes) {
    wanted += node.wanted;
    got += node.got;
    split += fmt::format("{}{}", split.empty() ? "" : "+", node.got);
  }
  const auto text = fmt::format("{}/{} {} pages", got, wanted, ByteSize::kib(size_kb).str());
  return nodes.size() > 1 ? fmt::format("{} ({})", text, split) : text;
}

}  // namespace

std::string receipt_line(const Receipt& receipt) {
  std::vector<std::string> parts;
  if (receipt.pfs)
    parts.push_back(fmt::format("{} PF{}", receipt.pfs, receipt.pfs == 1 ? "" : "s"));
  if (receipt.vfs_wanted)
    parts.push_back(fmt::format(
        "{}/{} VFs {}", receipt.vfs_got, receipt.vfs_wanted,
        receipt.vf_driver.empty() ? "with their drivers" : "on " + receipt.vf_driver));
  std::map<std::uint64_t, std::vector<Receipt::Pages>, std::greater<>> by_size;
  for (const auto& pages : receipt.pages)
    by_size[pages.size_kb].push_back(pages);
  for (const auto& [size_kb, nodes] : by_size)
    parts.push_back(pages_phrase(size_kb, nodes));
  if (!receipt.isolated.empty())
    parts.push_back(fmt::format("cpus {} isolated", receipt.isolated.list()));
  if (receipt.ready_before_s) {
    const auto seconds = *receipt.ready_before_s;
    parts.push_back(fmt::format(
        "ready {:.1f} s {} {}", seconds < 0 ? -seconds : seconds, seconds < 0 ? "after" : "before",
        receipt.consumer));
  }
  std::string out = "vfirst: ";
  for (std::size_t i = 0; i < parts.size(); ++i)
    out += (i ? ", " : "") + parts[i];
  return parts.empty() ? out + "nothing planned" : out;
}

std::string verify_text(const VerifyReport& report, bool colour) {
  std::string out;
  if (!report.rows.empty())
    out = colour ? coloured(table_text(report), report) : table_text(report);
  for (const auto& warning : report.warnings)
    out += "\nwarning: " + warning;
  if (!report.warnings.empty()) out += "\n";
  const auto count = [&](auto test) { return std::ranges::count_if(report.rows, test); };
  const auto ok = count([](const VerifyRow& row) { return row.verdict == Verdict::ok; });
  out += fmt::format(
      "\n{}: {} of {} as wanted\n{}\n", report.green() ? "green" : "red", ok, report.rows.size(),
      receipt_line(report.receipt));
  return out;
}

std::string verify_json(const VerifyReport& report) {
  Json out{
      {"schema", "vfirst.verify/1"},
      {"green", report.green()},
      {"kernel", report.release},
      {"plan", report.plan_hash}};
  out["rows"] = list_of(report.rows, [](const VerifyRow& row) {
    return Json{
        {"subject", row.subject},
        {"wanted", row.wanted},
        {"asked", row.asked},
        {"got", row.got},
        {"verdict", verdict_name(row.verdict)},
        {"required", row.required},
        {"evidence", row.evidence},
        {"cause", row.cause}};
  });
  out["warnings"] = report.warnings;
  const auto& r = report.receipt;
  Json receipt{
      {"text", receipt_line(r)},
      {"pfs", r.pfs},
      {"vfs_wanted", r.vfs_wanted},
      {"vfs_got", r.vfs_got},
      {"vf_driver", r.vf_driver}};
  receipt["pages"] = list_of(r.pages, [](const Receipt::Pages& p) {
    return Json{{"node", p.node}, {"size_kb", p.size_kb}, {"wanted", p.wanted}, {"got", p.got}};
  });
  receipt["isolated"] = r.isolated.list();
  receipt["ready_before_s"] = r.ready_before_s ? Json(*r.ready_before_s) : Json(nullptr);
  receipt["consumer"] = r.consumer;
  out["receipt"] = receipt;
  return document(out);
}

}  // namespace vfirst
