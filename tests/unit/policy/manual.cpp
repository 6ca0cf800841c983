// SPDX-License-Identifier: GPL-2.0-or-later
// vfirst.ini(5) against the table that the reader reads: the page is written by hand, and can say
// nothing else.
#include "policy/keys.hpp"

#include "policy_test.hpp"
#include "unit/policy/manual.hpp"

#include <algorithm>

namespace vfirst {

using namespace test;

namespace {

// The line, in its section, with what else that section needs.
std::string policy_with(const std::string& section, const std::string& line) {
  if (section == "pf NAME")
    return fmt::format("[pf a]\n{}{}\n", line.starts_with("pci ") ? "" : "pci = *\n", line);
  if (section == "vf NAME RANGE") return fmt::format("[pf a]\npci = *\n[vf a 0-1]\n{}\n", line);
  return fmt::format("[{}]\n{}\n", section, line);
}

// The lines of `lines` that `others` does not have.
std::vector<std::string> not_in(
    const std::vector<std::string>& others, const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  std::ranges::copy_if(lines, std::back_inserter(out), [&](const std::string& line) {
    return std::ranges::find(others, line) == others.end();
  });
  return out;
}

}  // namespace

// The page has one entry for all vf- keys of [pf], because each is a key of [vf], too.
TEST_CASE("the manual page has every key of the table, in its order, with its values", "[policy]") {
  std::vector<std::string> page, table, prefixed, vf;
  for (const auto& entry : manual_entries())
    page.push_back(fmt::format("[{}] {} = {}", entry.section, entry.key, entry.syntax));
  for (const auto& key : policy_keys()) {
    const bool of_vfs = key.section == "pf NAME" && key.key.starts_with("vf-");
    if (of_vfs && prefixed.empty()) table.push_back("[pf NAME] vf-KEY = VALUE");
    if (of_vfs)
      prefixed.push_back(fmt::format("{} = {}", key.key, key.syntax));
    else
      table.push_back(fmt::format("[{}] {} = {}", key.section, key.key, key.syntax));
    if (key.section == "vf NAME RANGE")
      vf.push_back(fmt::format("vf-{} = {}", key.key, key.syntax));
  }
  const std::vector<std::string> none;
  CHECK(not_in(page, table) == none);
  CHECK(not_in(table, page) == none);
  CHECK(page == table);
  CHECK(prefixed == vf);
}

TEST_CASE(
    "each entry of the manual page has a text, a default and an example that is accepted",
    "[policy]") {
  for (const auto& entry : manual_entries()) {
    INFO(fmt::format("[{}] {}", entry.section, entry.key));
    CHECK_FALSE(entry.text.empty());
    CHECK_FALSE(entry.fallback.empty());
    const auto key = entry.key == "nodeN"       ? "node1"
                     : entry.key == "vf-KEY"    ? "vf-driver"
                     : entry.key == "PARAMETER" ? "ple_gap"
                                                : entry.key;
    CHECK(entry.example.starts_with(key + " = "));
    accepted(policy_with(entry.section, entry.example));
    if (entry.literal)
      accepted(policy_with(entry.section, fmt::format("{} = {}", key, entry.fallback)));
  }
}

TEST_CASE("a default that the table's help names is the page's", "[policy]") {
  const auto entries = manual_entries();
  static const std::regex named(R"(.*\(default (.+)\).*)");
  unsigned found = 0;
  for (const auto& key : policy_keys()) {
    std::smatch part;
    const std::string help(key.help);
    if (!std::regex_match(help, part, named)) continue;
    const auto entry = std::ranges::find_if(entries, [&](const ManualEntry& e) {
      return e.section == key.section && e.key == key.key;
    });
    REQUIRE(entry != entries.end());
    CHECK(entry->fallback == part.str(1));
    ++found;
  }
  CHECK(found >= 5);
}

}  // namespace vfirst
