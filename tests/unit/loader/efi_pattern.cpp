// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/efi_pattern.hpp"

#include <catch2/catch_test_macros.hpp>

using vfirst::efi_pattern_matches;

TEST_CASE("a pattern of systemd-boot has stars, sets and ranges", "[bls]") {
  CHECK(efi_pattern_matches("*", ""));
  CHECK(efi_pattern_matches("", ""));
  CHECK(efi_pattern_matches("a*c?", "abbcbcd"));
  CHECK(efi_pattern_matches("**a*", "ba"));
  CHECK_FALSE(efi_pattern_matches("a*c", "abcb"));
  CHECK_FALSE(efi_pattern_matches("", "a"));
  CHECK_FALSE(efi_pattern_matches("?", ""));
  CHECK(efi_pattern_matches("6.[8-9].*", "6.9.1"));
  CHECK_FALSE(efi_pattern_matches("6.[8-9].*", "6.10.1"));
  CHECK(efi_pattern_matches("*[]x]", "a]"));
  CHECK(efi_pattern_matches("[-a]", "-"));
  CHECK(efi_pattern_matches("[a-]", "-"));
  // A range does not go on.
  CHECK(efi_pattern_matches("[a-c-f]", "-"));
  CHECK_FALSE(efi_pattern_matches("[a-c-f]", "d"));
  // There is no negation.
  CHECK(efi_pattern_matches("[!a]", "a"));
  CHECK(efi_pattern_matches("\\*", "*"));
  CHECK_FALSE(efi_pattern_matches("\\*", "a"));
  CHECK(efi_pattern_matches("[\\]]", "]"));
  for (const auto* broken : {"[", "[a", "[]", "[a-", "\\", "[a\\"})
    CHECK_FALSE(efi_pattern_matches(broken, "a"));
}
