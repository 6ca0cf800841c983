// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/version_order.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using vfirst::compare_versions;

TEST_CASE("versions are in systemd's order", "[values]") {
  // The examples of the UAPI version format specification.
  const std::vector<std::string> ascending = {"~rc1", "",       "1~rc1", "1",      "1-1",    "1.1",
                                              "2",    "6.10.6", "6.12",  "6.12-2", "6.12.1", "12"};
  for (std::size_t a = 0; a < ascending.size(); ++a)
    for (std::size_t b = 0; b < ascending.size(); ++b) {
      INFO(ascending[a] << " and " << ascending[b]);
      const int order = compare_versions(ascending[a], ascending[b]);
      CHECK((order < 0) == (a < b));
      CHECK((order > 0) == (a > b));
    }
  CHECK(compare_versions("0001", "1") == 0);
  CHECK(compare_versions("a_b", "ab") != 0);
  // A number is newer than a word, 0 too.
  CHECK(compare_versions("6.0", "6.rc") > 0);
  CHECK(compare_versions("6.a", "6.00") < 0);
  // Marks that follow one another are one step.
  CHECK(compare_versions("6.1-", "6.1-.x") > 0);
}
