// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The entries of vfirst.ini(5), as its source has them.
#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace vfirst::test {

struct ManualEntry {
  // fallback: what the page calls Default
  std::string section, key, syntax, text, fallback, example;
  // set in bold: a value and not words about one
  bool literal = false;
};

inline std::string plain(std::string text) {
  return std::regex_replace(text, std::regex(R"(\\f[BIR]|\\(-))"), "$1");
}

inline std::vector<ManualEntry> manual_entries() {
  std::ifstream page(std::string(VFIRST_TESTS_DIR) + "/../src/policy/vfirst.ini.5");
  REQUIRE(page.good());
  static const std::regex head(R"(\\fB(.+)\\fR = \\fI(.+)\\fR)"),
      tail(R"(Default: (.+)\. Example: \\fB(.+)\\fR)");
  std::vector<ManualEntry> entries;
  std::string section, line;
  bool at_head = false;
  std::smatch part;
  while (std::getline(page, line)) {
    if (line.starts_with(".SS [")) section = line.substr(5, line.size() - 6);
    if (line.starts_with(".SH ")) section.clear();
    if (section.empty()) continue;
    if (at_head) {
      INFO(line);
      REQUIRE(std::regex_match(line, part, head));
      entries.push_back({section, plain(part[1]), plain(part[2]), "", "", "", false});
    } else if (!entries.empty() && std::regex_match(line, part, tail)) {
      entries.back().literal = part.str(1).starts_with("\\fB");
      entries.back().fallback = plain(part[1]);
      entries.back().example = plain(part[2]);
    } else if (!entries.empty() && !line.starts_with('.')) {
      entries.back().text += line;
    }
    at_head = line == ".TP";
  }
  return entries;
}

}  // namespace vfirst::test
