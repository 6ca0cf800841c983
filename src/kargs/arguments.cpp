// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/arguments.hpp"

#include <algorithm>

namespace vfirst {

bool same_argument(const KernelArg& a, const KernelArg& b) {
  return a.is(b.key) && a.value == b.value;
}

bool Arguments::contains(const KernelArg& argument) const {
  return std::ranges::any_of(
      arguments_, [&](const KernelArg& one) { return same_argument(one, argument); });
}

Arguments Arguments::then(const Arguments& others) const {
  auto all = arguments_;
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

bool holds_arguments(std::string_view cmdline, const Arguments& ours) {
  const auto line = CommandLine::parse(cmdline);
  const auto& all = line.args();
  return ours.empty() || std::search(all.begin(), all.end(), ours.begin(), ours.end()) != all.end();
}

}  // namespace vfirst
