// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Is a policy file for this machine? Its [match] section decides.

#include "policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// What is known about this machine. An empty value is not known, and matches nothing.
struct MatchFacts {
  // cpu_vendor: "intel", "amd", "arm".
  std::string product, vendor, serial, hostname, cpu_vendor;
  // Of every port; one that matches is enough.
  std::vector<std::string> macs{};
  // "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz", "NVIDIA Grace"; of other ARM CPUs the number of the
  // core, "0xd0c".
  std::string cpu_model{};
};

enum class MatchKey { product, vendor, serial, hostname, mac, cpu_vendor, cpu_model };

// Why the glob does not match: "product is 'PowerEdge R750', not 'PowerEdge R760*'". Nothing where
// it does.
std::optional<std::string> mismatch(MatchKey, std::string_view glob, const MatchFacts&);

}  // namespace vfirst
