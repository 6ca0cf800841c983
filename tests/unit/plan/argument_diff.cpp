// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/argument_diff.hpp"

#include <catch2/catch_test_macros.hpp>

using vfirst::argument_diff;

TEST_CASE("the difference names what went and what came, in order", "[kernel-arguments][report]") {
  CHECK(
      argument_diff("iommu=pt isolcpus=1 quiet", "iommu=pt isolcpus=2 nohz_full=2 quiet").str() ==
      "- isolcpus=1\n+ isolcpus=2\n+ nohz_full=2\n");
  CHECK(argument_diff("", "a b").str() == "+ a\n+ b\n");
  CHECK(argument_diff("a  b", "a b").str().empty());
}

TEST_CASE(
    "a word that only moved is a difference, for the order of hugepage pairs counts",
    "[kernel-arguments][report][hugepages]") {
  const auto diff = argument_diff("hugepagesz=1G hugepages=2", "hugepages=2 hugepagesz=1G");
  CHECK(diff.removed.size() == 1);
  CHECK(diff.added == diff.removed);
}

TEST_CASE("a quoted argument stays whole in the difference", "[kernel-arguments][report]") {
  const auto* const with = "quiet dyndbg=\"file x +p\"";
  CHECK(argument_diff("quiet", with).str() == "+ dyndbg=\"file x +p\"\n");
  CHECK(
      argument_diff(with, "quiet dyndbg=\"file x +m\"").str() ==
      "- dyndbg=\"file x +p\"\n+ dyndbg=\"file x +m\"\n");
}

TEST_CASE("what stands behind -- is in the difference, too", "[kernel-arguments][report]") {
  CHECK(argument_diff("quiet -- single", "quiet -- emergency").str() == "- single\n+ emergency\n");
}
