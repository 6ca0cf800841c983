// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The table of policy keys. The reader, the man page, `vfirst lint`, completion and the offer of
// the nearest name use it.

#include "policy/policy.hpp"

#include <string_view>
#include <vector>

namespace vfirst {

struct PolicyKey {
  // "cpu", "pf NAME", "vf NAME RANGE".
  std::string_view section;
  // "nodeN" stands for node0, node1, ...
  std::string_view key;
  // "yes | no".
  std::string_view syntax;
  // One line, with the default.
  std::string_view help;
};

// In the order of the man page.
const std::vector<PolicyKey>& policy_keys();

// The merged policy as INI text. It reads back as the same policy, except for files and lines.
std::string print_policy(const Policy&);

}  // namespace vfirst
