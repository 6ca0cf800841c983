// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the tests of the next boot's machine ask of a plan.

#include "unit/plan/booted.hpp"

namespace vfirst::test {

inline constexpr auto kIsolateYes = "[cpu]\nisolate = yes\n";

inline std::string with_extra(std::string_view words) {
  return fmt::format("{}[kernel]\nextra = {}\n", kIsolateYes, words);
}

inline std::string split_of(const Plan& plan) {
  return plan.reserved.list() + " | " + plan.isolated.list();
}

inline std::string value_of(const Plan& plan, std::string_view key) {
  for (const auto& arg : plan.kargs)
    if (arg.is(key)) return arg.value.value_or("");
  return "none";
}

// A node of `gib` from `start_gib` on, with 2 GiB of addresses below 4G left to devices.
inline void lay_out(Facts& facts) {
  std::uint64_t at = 0;
  for (auto& node : facts.numa) {
    auto left = node.total_kb;
    if (at == 0 && left > 2 << 20) {
      node.ranges.push_back({0, 2 << 20});
      left -= 2 << 20;
      at = 4 << 20;
    }
    if (left) node.ranges.push_back({at, at + left});
    at += left;
  }
}

inline Facts laid_out(unsigned nodes = 2, std::uint64_t gib = 64) {
  auto facts = Machine{.nodes = nodes, .node_gib = gib}.facts();
  lay_out(facts);
  return facts;
}

// Pages of 1G by node, "55+59".
inline std::string pages_of(const Plan& plan) {
  std::string out;
  for (const auto& pages : plan.hugepages)
    append_to_list(out, std::to_string(pages.pages), "+");
  return out;
}

inline constexpr auto kAllPages = "[hugepages]\nsize = 1G\nper-node = 100%\nhost-reserve = 4G\n";

inline std::string pages_with(std::string_view words, const Facts& facts = laid_out()) {
  return pages_of(plan(facts, fmt::format("{}[kernel]\nextra = {}\n", kAllPages, words)));
}

}  // namespace vfirst::test
