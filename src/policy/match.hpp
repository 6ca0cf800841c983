// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which machine a policy file is for: its [match] section against a few words about this one.

#include "policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Filled from Facts by those who have them. An empty word is unknown and matches nothing.
struct MatchFacts {
  // cpu_vendor: "intel", "amd", "arm"
  std::string product, vendor, serial, hostname, cpu_vendor;
  // of every port, any of them may match
  std::vector<std::string> macs;
};

enum class MatchKey { product, vendor, serial, hostname, mac, cpu_vendor };

// Nothing where the glob matches, else why not: "product is 'PowerEdge R750', not 'PowerEdge
// R760*'".
std::optional<std::string> mismatch(MatchKey, std::string_view glob, const MatchFacts&);

}  // namespace vfirst
