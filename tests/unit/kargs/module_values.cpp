// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/module_values.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

TEST_CASE("a parameter's value is told from how the kernel shows it", "[kernel-arguments]") {
  for (const auto& [asked, shown] :
       {std::pair{"1", "1"},
        {"1", "Y"},
        {"y", "Y"},
        {"on", "Y"},
        {"true", "Y"},
        {"off", "N"},
        {"0x10", "16"},
        {"010", "8"},
        {"-1", "-1"},
        {"+5", "5"},
        {"4,8", "4,8"},
        {"4,0x8", "4,8,0,0"},
        {"auto", "auto"},
        {" 7", "7\n"}}) {
    INFO(asked << " " << shown);
    CHECK(module_value_shown(asked, shown));
  }
  for (const auto& [asked, shown] :
       {std::pair{"1", "0"},
        {"1", "N"},
        {"maybe", "Y"},
        {"maybe", "N"},
        {"-1", "1"},
        {"4,8", "4"},
        {"4,8", "4,9"},
        {"auto", "never"},
        {"", "0"}}) {
    INFO(asked << " " << shown);
    CHECK_FALSE(module_value_shown(asked, shown));
  }
}

TEST_CASE("a truth is read by its first letter, and an o by its second", "[kernel-arguments]") {
  for (const auto* yes : {"1", "y", "Yes", "true", "on", "ON", "1x"})
    CHECK(module_truth(yes) == true);
  for (const auto* no : {"0", "n", "No", "false", "off", "oF"})
    CHECK(module_truth(no) == false);
  for (const auto* none : {"", "o", "x", "2"})
    CHECK_FALSE(module_truth(none));
}

}  // namespace vfirst
