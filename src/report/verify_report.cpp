// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/verify_report.hpp"

#include "base/byte_size.hpp"
#include "base/json.hpp"
#include "base/printable.hpp"
#include "base/words.hpp"
#include "report/table.hpp"

#include <algorithm>
#include <map>

namespace vfirst {

namespace {

Colour colour_of(const VerifyRow& row) {
  switch (row.verdict) {
    case Verdict::ok: return Colour::green;
    case Verdict::unknown: return Colour::yellow;
    case Verdict::short_of:
    case Verdict::ignored:
    case Verdict::failed: return row.required ? Colour::red : Colour::yellow;
  }
  return Colour::none;
}

std::string dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string table_text(const VerifyReport& report, bool colour) {
  Table table;
  table.row({"verdict", "what", "wanted", "got", "asked with"});
  for (const auto& row : report.rows) {
    table.row(
        {verdict_name(row.verdict), row.subject, dash(row.wanted), dash(row.got), dash(row.asked)},
        colour_of(row));
    if (row.verdict != Verdict::ok && !row.evidence.empty()) table.note("seen:  " + row.evidence);
    if (!row.cause.empty()) table.note("cause: " + row.cause);
  }
  return table.str(colour);
}

std::string pages_phrase(std::uint64_t size_kb, const std::vector<Receipt::Pages>& nodes) {
  std::uint64_t wanted = 0, got = 0;
  for (const auto& node : nodes) {
    wanted += node.wanted;
    got += node.got;
  }
  const auto text = fmt::format("{}/{} {} pages", got, wanted, ByteSize::kib(size_kb).str());
  if (nodes.size() < 2) return text;
  return fmt::format("{} ({})", text, joined(nodes, "+", [](const Receipt::Pages& node) {
                       return std::to_string(node.got);
                     }));
}

}  // namespace

std::string receipt_line(const Receipt& receipt) {
  std::vector<std::string> parts;
  if (receipt.pfs) parts.push_back(plural(receipt.pfs, "PF"));
  if (receipt.vfs_wanted)
    parts.push_back(fmt::format(
        "{}/{} VFs {}", receipt.vfs_got, receipt.vfs_wanted,
        receipt.vf_driver ? receipt.vf_driver->with_phrase() : "with their drivers"));
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
  return "vfirst: " + (parts.empty() ? "nothing planned" : joined(parts));
}

std::string verify_text(const VerifyReport& report, bool colour) {
  auto out = report.rows.empty() ? std::string() : table_text(report, colour);
  for (const auto& warning : report.warnings)
    out += "\nwarning: " + printable_line(warning);
  if (!report.warnings.empty()) out += "\n";
  const auto count = [&](auto test) { return std::ranges::count_if(report.rows, test); };
  const auto ok = count([](const VerifyRow& row) { return row.verdict == Verdict::ok; });
  out += fmt::format(
      "\n{}: {} of {} as wanted\n{}\n", report.green() ? "green" : "red", ok, report.rows.size(),
      printable_line(receipt_line(report.receipt)));
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
      {"vf_driver", r.vf_driver ? r.vf_driver->str() : ""}};
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
