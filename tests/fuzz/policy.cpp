// SPDX-License-Identifier: GPL-2.0-or-later
// A policy that is accepted prints as one that is accepted and says the same; a refusal names file
// and line.
#include "fuzz/property.hpp"

#include "policy/keys.hpp"
#include "policy/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vfirst;
  const std::string text(fuzz_text(data, size));
  const MatchFacts machine{"PowerEdge R760", "Dell Inc.", "ABC123",
                           "host-1",         "intel",     {"52:54:00:00:00:01"}};
  const auto policy = parse_policy({{"a.ini", text}}, machine);
  if (!policy) {
    must(
        policy.error().what.starts_with("a.ini:") &&
        policy.error().what.find(": ") != std::string::npos);
    return 0;
  }
  const auto printed = print_policy(*policy);
  const auto again = parse_policy({{"b.ini", printed}}, machine);
  must(again.has_value());
  must(print_policy(*again) == printed);
  // Reading it over itself changes nothing but the lines it comes from.
  const auto twice = parse_policy({{"b.ini", printed}, {"c.ini", printed}}, machine);
  must(twice && print_policy(*twice) == printed);
  return 0;
}
