// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_order.hpp"

#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace vfirst;
using namespace vfirst::test;

TEST_CASE("names of packages are in the order that Fedora's GRUB has them", "[bls][grub]") {
  // Each is older than the one behind it, by bls_cmp() of rhboot/grub2.
  for (const auto& list : std::vector<std::vector<std::string>>{
           {"m-0-rescue", "m-5.14.0-70.el9.x86_64", "m-5.14.0-503.el9.x86_64",
            "m-6.12.0-55.el10.x86_64", "m-6.12.0-55.10.el10.x86_64"},
           {"m-6.1.0~rc1-1", "m-6.1.0-1", "m-6.1.0-1+debug"},
           {"arch-lts", "arch-zen", "arch-zen-7"},
           {"6", "6.1", "6.1.0", "6.9", "6.10"},
           {"b--9", "b-0-9"}})
    for (std::size_t i = 1; i < list.size(); ++i) {
      INFO(list[i - 1] << " before " << list[i]);
      CHECK(compare_package_names(list[i - 1], list[i]) < 0);
      CHECK(compare_package_names(list[i], list[i - 1]) > 0);
    }
  CHECK(compare_package_names("m-6.1.0-1", "m-6.1-0-1") != 0);
  CHECK(compare_package_names("m-06.1", "m-6.1") == 0);
}

TEST_CASE("names of files are in the order that sort -V has them", "[bls][grub]") {
  std::mt19937 random(20261128);
  const std::string letters = "aab109-.~+_xZ2-..";
  const auto below = [&](std::size_t n) { return random() % n; };
  const TempTree tree;
  const auto names = (tree.path() / "names").string(), sorted = names + ".sorted";
  {
    std::ofstream out(names);
    for (int i = 0; i < 4000; ++i) {
      std::string name = "m";
      if (i % 2 == 0)
        for (auto n = below(9); n > 0; --n)
          name += letters[below(letters.size())];
      else
        name += "-" + std::to_string(below(7)) + "." + std::to_string(below(13)) + "-" +
                std::to_string(below(400)) + ".el" + std::to_string(8 + below(3)) + ".x86_64";
      out << name << ".conf\n";
    }
  }
  const auto command = "LC_ALL=C sort -V -u " + names + " > " + sorted;
  REQUIRE(std::system(command.c_str()) == 0);
  std::ifstream in(sorted);
  std::string before, name;
  std::getline(in, before);
  int pairs = 0;
  for (; std::getline(in, name); before = name, ++pairs) {
    INFO(before << " before " << name);
    CHECK(compare_file_names(before, name) <= 0);
    CHECK(compare_file_names(name, before) >= 0);
  }
  CHECK(pairs > 1000);
}
