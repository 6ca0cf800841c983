// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cpu_set.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

TEST_CASE("a list is read and written sorted and range-compressed", "[values][cpu]") {
  CHECK(CpuSet::parse_list("0-3,8,10-11")->list() == "0-3,8,10-11");
  CHECK(CpuSet::parse_list("11,10,8,3,2,1,0,0")->list() == "0-3,8,10-11");
  CHECK(CpuSet::parse_list("63-64,127-128")->members() == std::vector<unsigned>{63, 64, 127, 128});
  CHECK(CpuSet::parse_list("\n")->empty());
  CHECK(CpuSet{}.list().empty());
}

TEST_CASE("what sysfs never prints is refused as a list", "[values][cpu][report]") {
  for (auto text :
       {",", "1,", ",1", "3-1", "-", "1-", "a", "1-2-3", "0x1", "+1", "N", "0-3:1/2", "1 2", "1, 2",
        "7\n,0-7"}) {
    INFO(text);
    CHECK_FALSE(CpuSet::parse_list(text));
  }
  CHECK(CpuSet::parse_list("16383"));
  CHECK(CpuSet::parse_list("16384").error().what == "CPU list '16384': CPU 16384 is beyond 16383");
  CHECK_FALSE(CpuSet::parse_list("0-18446744073709551615"));
}

TEST_CASE("a mask is read and written in words of 32 bits, highest first", "[values][cpu]") {
  CHECK(CpuSet::parse_mask("ff,00000000")->list() == "32-39");
  CHECK(CpuSet::parse_mask("f")->list() == "0-3");
  CHECK(CpuSet::parse_mask("00000000,00000001,00000000\n")->list() == "32");
  CHECK(CpuSet({0, 31, 32, 63, 64}).mask() == "1,80000001,80000001");
  CHECK(CpuSet({95}).mask() == "80000000,00000000,00000000");
  CHECK(CpuSet{}.mask() == "0");
  for (auto text : {"", "g", "1ffffffff", "1,,2", "-1"})
    CHECK_FALSE(CpuSet::parse_mask(text));
  CHECK_FALSE(CpuSet::parse_mask(std::string(600, ',')));
}

TEST_CASE("equality is set equality, whatever was in between", "[values][cpu]") {
  CpuSet set{1, 200};
  set.erase(200);
  CHECK(set == CpuSet{1});
  CHECK((CpuSet{1, 200} - CpuSet{200}) == CpuSet{1});
  CHECK((CpuSet{1, 200} & CpuSet{1}) == CpuSet{1});
  set.erase(1);
  CHECK(set == CpuSet{});
  CHECK(set.empty());
  set.erase(500);
  CHECK(set.empty());
}

TEST_CASE("set operations do what their signs say", "[values][cpu]") {
  const auto a = CpuSet::range(0, 70), b = CpuSet::range(60, 130);
  CHECK((a | b).list() == "0-130");
  CHECK((a & b).list() == "60-70");
  CHECK((a - b).list() == "0-59");
  CHECK(a.contains(CpuSet{0, 70}));
  CHECK_FALSE(a.contains(CpuSet{71}));
  CHECK(a.contains(CpuSet{}));
  CHECK(a.intersects(b));
  CHECK_FALSE(CpuSet{1}.intersects(CpuSet{65}));
  CHECK(b.size() == 71);
  CHECK(b.first() == 60u);
  CHECK(b.last() == 130u);
  CHECK_FALSE(CpuSet{}.first());
  CHECK_FALSE(CpuSet{}.last());
}

TEST_CASE(
    "numbers beyond the limit are not members, and a range to the end of unsigned ends",
    "[values][cpu]") {
  CpuSet set;
  set.insert(CpuSet::kLimit);
  CHECK(set.empty());
  CHECK(CpuSet::range(CpuSet::kLimit - 1, 4294967295u).list() == "16383");
  CHECK(CpuSet::range(3, 2).empty());
}

}  // namespace vfirst
