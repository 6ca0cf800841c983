// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/conflicts.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

namespace {

std::string conflicts(
    std::string_view existing, std::string_view ours, KernelVersion kernel = {6, 12}) {
  std::string out;
  for (const auto& c :
       foreign_conflicts(CommandLine::parse(existing), CommandLine::parse(ours).args(), kernel, 16))
    out += fmt::format("{}{} < {}: {}", out.empty() ? "" : "; ", c.ours.raw, c.foreign.raw, c.rule);
  return out;
}

}  // namespace

TEST_CASE(
    "a foreign isolcpus or nohz_full with other CPUs comes first and wins",
    "[kernel-arguments][cpu]") {
  CHECK(
      conflicts("ro isolcpus=1", "isolcpus=managed_irq,domain,2-3") ==
      "isolcpus=managed_irq,domain,2-3 < isolcpus=1: the first isolcpus= wins");
  CHECK(
      conflicts("nohz_full=1-3", "nohz_full=2-3") ==
      "nohz_full=2-3 < nohz_full=1-3: the first nohz_full= wins");
}

TEST_CASE(
    "a foreign list of the same CPUs is no conflict, however it is spelt",
    "[kernel-arguments][cpu]") {
  CHECK(conflicts("isolcpus=2,3", "isolcpus=managed_irq,domain,2-3 nohz_full=2-3").empty());
  CHECK(conflicts("nohz_full=14-N", "nohz_full=14-15").empty());
}

TEST_CASE("a foreign list that the kernel drops is no conflict", "[kernel-arguments]") {
  CHECK(conflicts("isolcpus=2-63", "isolcpus=2-3").empty());
  CHECK(conflicts("isolcpus=do-main,1", "isolcpus=2-3").empty());
}

TEST_CASE(
    "isolcpus against nohz_full matters up to 5.17, and for its nohz flag ever since",
    "[kernel-arguments][cpu]") {
  CHECK(conflicts("nohz_full=1-3", "isolcpus=2-3").empty());
  CHECK(
      conflicts("nohz_full=1-3", "isolcpus=2-3", {5, 14}) ==
      "isolcpus=2-3 < nohz_full=1-3: up to Linux 5.17 isolcpus= and nohz_full= must name the "
      "same CPUs, and the first wins");
  CHECK(
      conflicts("isolcpus=nohz,1-3", "nohz_full=2-3") ==
      "nohz_full=2-3 < isolcpus=nohz,1-3: both set the CPUs for the same kind of work, and the "
      "first wins");
  CHECK(conflicts("isolcpus=managed_irq,1-3", "isolcpus=domain,2-3").empty());
}

TEST_CASE("the first default_hugepagesz wins", "[kernel-arguments][hugepages]") {
  CHECK(
      conflicts("default_hugepagesz=2M", "default_hugepagesz=1G") ==
      "default_hugepagesz=1G < default_hugepagesz=2M: the first default_hugepagesz= wins");
  CHECK(conflicts("default_hugepagesz=1024M", "default_hugepagesz=1G").empty());
}

TEST_CASE("the first pair of a huge page size wins", "[kernel-arguments]") {
  CHECK(
      conflicts("hugepagesz=1G hugepages=1", "hugepagesz=1G hugepages=0:1,1:2") ==
      "hugepages=0:1,1:2 < hugepages=1: the first hugepages= of 1G wins");
  CHECK(conflicts("hugepagesz=1G hugepages=1", "hugepagesz=1G hugepages=1").empty());
  CHECK(conflicts("hugepagesz=2M hugepages=64", "hugepagesz=1G hugepages=2").empty());
  CHECK(
      conflicts("hugepagesz=1G", "hugepagesz=1G hugepages=2") ==
      "hugepages=2 < hugepagesz=1G: the first hugepages= of 1G wins");
  CHECK(
      conflicts("default_hugepagesz=1G hugepages=4", "hugepagesz=1G hugepages=2") ==
      "hugepages=2 < hugepages=4: the first hugepages= of 1G wins");
}

TEST_CASE(
    "a bare foreign hugepages would count in a default size that we change",
    "[kernel-arguments][hugepages]") {
  CHECK(conflicts("hugepages=64", "hugepagesz=1G hugepages=2").empty());
  CHECK(
      conflicts("hugepages=64", "hugepagesz=2M hugepages=2") ==
      "hugepages=2 < hugepages=64: a bare hugepages= counts in the default size, and the first "
      "count wins");
  CHECK(
      conflicts("hugepages=64", "default_hugepagesz=1G hugepagesz=1G hugepages=2") ==
      "hugepages=2 < hugepages=64: a bare hugepages= counts in the default size, and the first "
      "count wins");
  CHECK(
      conflicts("hugepages=64", "default_hugepagesz=1G") ==
      "default_hugepagesz=1G < hugepages=64: a bare hugepages= would count in the new default "
      "size");
}

TEST_CASE("an IOMMU that a foreign argument turns off stays off", "[kernel-arguments][iommu]") {
  CHECK(conflicts("iommu=off", "intel_iommu=on iommu=pt").size() > 0);
  CHECK(
      conflicts("amd_iommu=off", "iommu=pt") ==
      "iommu=pt < amd_iommu=off: it turns the IOMMU off, and no later argument turns it on again");
  CHECK(conflicts("intel_iommu=on,sm_on iommu=nopt", "intel_iommu=on iommu=pt").empty());
}

TEST_CASE("arguments of other keys are left alone", "[kernel-arguments]") {
  CHECK(conflicts(
            "root=/dev/sda1 ro quiet console=tty0 mitigations=off crashkernel=256M",
            "isolcpus=2-3 hugepagesz=1G hugepages=2 iommu=pt")
            .empty());
}

}  // namespace vfirst
