// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/cpulist.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

namespace {

std::string read(std::string_view text, unsigned nr_cpu_ids = 16) {
  const auto set = parse_kernel_list(text, nr_cpu_ids);
  if (set) return set->list();
  switch (set.error().code) {
    case std::errc::invalid_argument: return "EINVAL";
    case std::errc::result_out_of_range: return "ERANGE";
    case std::errc::value_too_large: return "EOVERFLOW";
    default: return "?";
  }
}

}  // namespace

TEST_CASE("single CPUs and ranges, in any order, overlapping", "[cpu][kernel-arguments]") {
  CHECK(read("2-7,9") == "2-7,9");
  CHECK(read("9,2-7,3") == "2-7,9");
  CHECK(read("0") == "0");
  CHECK(read("0-15") == "0-15");
  CHECK(read("007") == "7");
}

TEST_CASE("strides are used/group, as the kernel's own example has it", "[cpu][kernel-arguments]") {
  CHECK(read("0-1023:2/256", 1024) == "0-1,256-257,512-513,768-769");
  CHECK(read("0-15:1/2") == "0,2,4,6,8,10,12,14");
  CHECK(read("1-6:2/4") == "1-2,5-6");
  // the last group is cut at the end
  CHECK(read("1-5:2/4") == "1-2,5");
  // no CPU of each group
  CHECK(read("0-3:0/2").empty());
  CHECK(read("0-3:2/2") == "0-3");
  CHECK(read("all:1/4") == "0,4,8,12");
}

TEST_CASE("N is the last CPU and all is every one", "[cpu][kernel-arguments]") {
  CHECK(read("N") == "15");
  CHECK(read("4-N") == "4-15");
  CHECK(read("N-N") == "15");
  CHECK(read("0-N:1/N") == "0,15");
  CHECK(read("all") == "0-15");
  CHECK(read("ALL") == "0-15");
  CHECK(read("All,3") == "0-15");
  // only all may be in either case
  CHECK(read("n") == "EINVAL");
}

TEST_CASE("blanks and commas separate, as many as there are", "[cpu][kernel-arguments]") {
  CHECK(read("").empty());
  CHECK(read(",").empty());
  CHECK(read(" 1 ,, 3\t5,") == "1,3,5");
  CHECK(read("\n1") == "1");
  // a newline ends a list behind a region,
  CHECK(read("1\n3") == "1");
  // but not behind a stride
  CHECK(read("0-3:1/2\n5") == "0,2,5");
  // nor does a stride need a separator
  CHECK(read("0-3:1/2all") == "0-15");
}

TEST_CASE("a wrong list is refused with the kernel's errno", "[cpu][kernel-arguments]") {
  for (auto text :
       {"a", "1-", "-1", "1--2", "3-1", "1:", "1-3:", "1-3:1", "1-3:1/", "1-3:1/0", "1-3:3/2",
        "1:1/2", "1-3/2", "1;2", "+1", "0x1", "1.5"}) {
    INFO(text);
    CHECK(read(text) == "EINVAL");
  }
  CHECK(read("16") == "ERANGE");
  CHECK(read("2-63") == "ERANGE");
  CHECK(read("0-4294967296") == "EOVERFLOW");
  CHECK(read("99999999999999999999999") == "EOVERFLOW");
  // end + 1 wraps to a group of 0, as in the kernel
  CHECK(read("4294967295") == "EINVAL");
  CHECK(read("4294967294") == "ERANGE");
}

TEST_CASE("the message names the list, the part and the limit", "[cpu][kernel-arguments]") {
  CHECK(
      parse_kernel_list("0-1,2-63", 4).error().what ==
      "CPU list '0-1,2-63': '2-63' goes beyond the last CPU, 3");
  CHECK_FALSE(parse_kernel_list("0", 0));
  CHECK_FALSE(parse_kernel_list("0", CpuSet::kLimit + 1));
}

// The CPU lists of the boots measured on four CPUs.
TEST_CASE(
    "the lists of booted command lines are read as the kernel did", "[cpu][kernel-arguments]") {
  // "incorrect CPU range"
  CHECK(read("2-63", 4) == "ERANGE");
  CHECK(read("1", 4) == "1");
  CHECK(read("2-3", 4) == "2-3");
  CHECK(read("0-3", 4) == "0-3");
  CHECK(read("managed_irq,2-3", 4) == "EINVAL");
}

}  // namespace vfirst
