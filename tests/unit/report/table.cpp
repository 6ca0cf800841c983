// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/table.hpp"

#include "report/plan_report.hpp"
#include "report/verify_report.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

bool shows_only(const std::string& text) {
  return std::ranges::none_of(
      text, [](unsigned char c) { return (c < 0x20 && c != '\n') || c >= 0x7f; });
}

}  // namespace

TEST_CASE("columns are as wide as their widest cell, in characters", "[report]") {
  Table table;
  table.row({"gr\u00fc\u00df", "a"});
  table.row({"plain", "b"});
  CHECK(table.str() == "  gr\u00fc\u00df   a\n  plain  b\n");
}

TEST_CASE("a very long cell moves its own row alone", "[report]") {
  const std::string longest(90, 'x');
  Table table(0);
  table.row({"a", "b"});
  table.row({longest, "c"});
  CHECK(table.str() == "a  b\n" + longest + "  c\n");
}

TEST_CASE("a row has its colour, and its notes have the same", "[report]") {
  Table table(0);
  table.row({"head"});
  table.row({"bad", "x"}, Colour::red);
  table.note("why");
  // A note that begins like a row, and a row that begins like a note.
  table.note("bad  x");
  table.row({"    good"}, Colour::green);
  CHECK(
      table.str(true) ==
      "head\n\033[31mbad  x\033[0m\n\033[31m    why\033[0m\n\033[31m    bad  x\033[0m\n"
      "\033[32m    good\033[0m\n");
  CHECK(table.str() == "head\nbad  x\n    why\n    bad  x\n    good\n");
}

TEST_CASE("colour is for terminals, and not under NO_COLOR", "[report]") {
  CHECK(colour_wanted(true, nullptr));
  CHECK(colour_wanted(true, ""));
  CHECK_FALSE(colour_wanted(true, "1"));
  CHECK_FALSE(colour_wanted(false, nullptr));
}

TEST_CASE("a verdict's colour follows from the row, whatever its words are", "[report]") {
  VerifyReport report;
  const std::string odd = "      seen:  \033[32mok\nok  x\xe9";
  report.rows = {
      {odd, odd, odd, odd, Verdict::failed, true, odd, odd},
      {odd, odd, odd, odd, Verdict::failed, false, odd, odd},
      {odd, odd, odd, odd, Verdict::ok, true, odd, odd},
      {odd, odd, odd, odd, Verdict::unknown, true, odd, odd}};
  report.warnings = {odd};
  report.receipt.consumer = odd;
  report.receipt.vf_driver = *VfDriver::parse("vfio-pci");
  report.receipt.vfs_wanted = 1;
  report.receipt.ready_before_s = 1;
  const auto plain = verify_text(report, false);
  CHECK(shows_only(plain));
  // head, the rows, two notes for each miss and one for the row that is ok, warning, verdict,
  // receipt
  CHECK(lines(plain) == 1 + 4 + 2 * 3 + 1 + 2 + 1 + 2);
  const auto text = verify_text(report, true);
  const auto count = [&](std::string_view colour) {
    std::size_t n = 0;
    for (auto at = text.find(colour); at != text.npos; at = text.find(colour, at + 1))
      ++n;
    return n;
  };
  CHECK(count("\033[31m") == 3);
  CHECK(count("\033[33m") == 6);
  CHECK(count("\033[32m") == 2);
  CHECK(count("\033[0m") == 11);
}

TEST_CASE(
    "nothing of a machine or a policy acts on the terminal that shows a plan", "[report][policy]") {
  const std::string odd =
      "\033]0;x\a\nFindings\n\x9b"
      "31m\xc2\x9b"
      "31m";
  Facts facts;
  facts.hostname = facts.dmi.product = odd;
  Plan plan;
  PlannedArg argument;
  argument.raw = argument.key = argument.because = odd;
  argument.value = odd;
  argument.policy = {odd, 1};
  plan.kargs = {argument};
  plan.pfs = {{.name = odd, .address = {}, .driver = odd, .node = 0, .vfs = 1}};
  Finding finding;
  finding.severity = Severity::error;
  finding.code = finding.message = odd;
  plan.findings = {finding};
  CHECK(shows_only(plan_text(plan, facts)));
  const auto coloured = plan_text(plan, facts, true);
  CHECK(std::ranges::count(coloured, '\033') == 2);
}
