// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/words.hpp"

#include <catch2/catch_test_macros.hpp>
#include <vector>

using namespace vfirst;

TEST_CASE("items are joined with something between them", "[values]") {
  const std::vector<std::string> none, one{"a"}, three{"a", "b", "c"};
  CHECK(joined(none) == "");
  CHECK(joined(one) == "a");
  CHECK(joined(three) == "a, b, c");
  CHECK(joined(std::vector<int>{1, 2}, " ", [](int n) { return std::to_string(n); }) == "1 2");
  // an empty item is an item
  CHECK(joined(std::vector<std::string>{"", "b"}) == ", b");
}

TEST_CASE("a list in a sentence has a word before its last item", "[values]") {
  using List = std::vector<std::string>;
  CHECK(joined_with("and", List{}) == "");
  CHECK(joined_with("and", List{"a"}) == "a");
  CHECK(joined_with("and", List{"a", "b"}) == "a and b");
  CHECK(joined_with("or", List{"a", "b", "c"}) == "a, b or c");
}

TEST_CASE("a noun takes an s unless there is one of it", "[values]") {
  CHECK(plural(0, "core") == "0 cores");
  CHECK(plural(1u, "core") == "1 core");
  CHECK(plural(2ull, "core") == "2 cores");
}

TEST_CASE("a list grows by an item", "[values]") {
  std::string list;
  append_to_list(list, "a");
  append_to_list(list, "b");
  CHECK(list == "a, b");
}
