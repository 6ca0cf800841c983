// SPDX-License-Identifier: GPL-2.0-or-later
// GPUs, accelerators and other PFs whose driver makes no VFs by itself, and who does.
#include "unit/plan/one_pf.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

Facts with_gpu(std::string_view driver, std::uint16_t vendor, std::uint16_t device) {
  auto facts = with_pf(driver, vendor, 0x030000);
  facts.pci[0].device = device;
  return facts;
}

constexpr std::string_view kTwoVfs = "[pf gpu]\npci = 01:00.0\nvfs = 2\n";

}  // namespace

TEST_CASE("an NVIDIA GPU's VFs come from NVIDIA's own program", "[sriov][report]") {
  for (const auto* driver : {"nvidia", ""}) {
    INFO(driver);
    auto facts = with_gpu(driver, 0x10de, 0x2335);
    facts.pci[0].class_code = 0x030200;
    const auto made = plan(facts, kTwoVfs);
    CHECK(
        message(made, "vfs-by-other-means") ==
        "p.ini:3: 0000:01:00.0: no driver of an NVIDIA GPU makes VFs through sysfs: have NVIDIA's "
        "vGPU host driver make all 7 before vfirst.service (/usr/lib/nvidia/sriov-manage -e "
        "0000:01:00.0) and write vfs = max, or leave vfs out");
    REQUIRE(finding(made, "vfs-by-other-means"));
    CHECK(finding(made, "vfs-by-other-means")->severity == Severity::error);
    CHECK_FALSE(makes_vfs(made));
    CHECK(made.vfs.empty());
    // They are there, and stay where they are.
    facts.pci[0].sriov->num_vfs = 7;
    const std::string all = "[pf gpu]\npci = 01:00.0\nvfs = max\n";
    CHECK(plan(facts, all).vfs.size() == 7);
    CHECK_FALSE(finding(plan(facts, all), "vfs-by-other-means"));
    const auto taken = plan(facts, all + "vf-driver = vfio\n");
    CHECK(
        message(taken, "vfs-stay-with-driver") ==
        "p.ini:4: 0000:01:00.0: its VFs stay with driver nvidia, which gives them to guests "
        "itself: write vf-driver = keep");
    CHECK_FALSE(finding(taken, "vfs-by-other-means"));
    CHECK(taken.vfs.empty());
  }
  CHECK(
      message(plan(with_gpu("nouveau", 0x10de, 0x2335), kTwoVfs), "vfs-by-other-means")
          .find("driver nouveau makes no VFs: install NVIDIA's vGPU host driver") !=
      std::string::npos);
}

TEST_CASE("i915 makes VFs only where it is built with SR-IOV", "[sriov][report]") {
  // The device IDs that the kernel's i915 takes, before and after it came.
  for (const auto& [driver, device] :
       {std::pair{"i915", 0x46d2}, {"", 0x46a6}, {"", 0x9a49}, {"", 0xa780}, {"", 0x7d55}}) {
    const auto facts = with_gpu(driver, 0x8086, static_cast<std::uint16_t>(device));
    const auto made = plan(facts, kTwoVfs);
    CHECK(
        message(made, "vfs-by-parameter") ==
        fmt::format(
            "p.ini:3: 0000:01:00.0: the kernel's own i915 makes no VFs: install an i915 that has "
            "SR-IOV and add i915.enable_guc=3 i915.max_vfs=2 to [kernel] extra, or use xe, which "
            "in Linux 7.3 has SR-IOV for Tiger, Alder and Raptor Lake and Flex: add "
            "i915.force_probe=!{0:04x} xe.force_probe={0:04x} xe.max_vfs=2",
            device));
    CHECK_FALSE(makes_vfs(made));
    for (const auto* extra :
         {"i915.enable_guc=3 i915.max_vfs=2", "i915.force_probe=!46d2 xe.force_probe=46d2"})
      CHECK(makes_vfs(plan(facts, fmt::format("[kernel]\nextra = {}\n{}", extra, kTwoVfs))));
  }
  // These are xe's alone.
  for (const auto device : {0xe20b, 0xb080, 0x64a0})
    CHECK(makes_vfs(plan(with_gpu("", 0x8086, static_cast<std::uint16_t>(device)), kTwoVfs)));
  CHECK(makes_vfs(plan(with_gpu("xe", 0x8086, 0x46d2), kTwoVfs)));
}

TEST_CASE("a GPU's driver that offers no VF says which parameter does", "[sriov][report]") {
  const auto none = [](std::string_view driver, std::string_view vfs) {
    auto facts = with_gpu(driver, 0x8086, 0xe20b);
    facts.pci[0].sriov->total_vfs = 0;
    return message(
        plan(facts, fmt::format("[pf gpu]\npci = 01:00.0\nvfs = {}\n", vfs)), "pf-no-sriov");
  };
  CHECK(
      none("xe", "2") ==
      "p.ini:3: 0000:01:00.0: driver xe offers 0 VFs: add xe.max_vfs=2 to [kernel] extra; if it is "
      "there, this kernel's xe has no SR-IOV for the device");
  CHECK(
      none("i915", "max") ==
      "p.ini:3: 0000:01:00.0: driver i915 offers 0 VFs: add i915.enable_guc=3 i915.max_vfs=N to "
      "[kernel] extra");
  CHECK(none("ice", "2").find("its firmware offers 0 VFs") != std::string::npos);
}

TEST_CASE("drivers that make VFs when they are loaded name their parameter", "[sriov][report]") {
  CHECK(
      message(plan(with_pf("lpfc", 0x10df, 0x0c0400), kTwoVfs), "vfs-by-parameter") ==
      "p.ini:3: 0000:01:00.0: driver lpfc makes its VFs when it is loaded and not through sysfs: "
      "add lpfc.lpfc_sriov_nr_virtfn=2 to [kernel] extra");
  for (const auto* driver : {"amdgpu", ""}) {
    const auto facts = with_pf(driver, 0x1002, 0x120000);
    CHECK(
        message(plan(facts, kTwoVfs), "vfs-by-parameter") ==
        "p.ini:3: 0000:01:00.0: driver amdgpu makes no VFs: install AMD's gim, keep amdgpu away "
        "from the host and add gim.vf_num=2 to [kernel] extra");
    CHECK(makes_vfs(plan(facts, fmt::format("[kernel]\nextra = gim.vf_num=2\n{}", kTwoVfs))));
  }
  CHECK(
      message(plan(with_pf("nicpf", 0x177d, 0x020000), kTwoVfs), "vfs-by-profile") ==
      "p.ini:3: 0000:01:00.0: 2 VFs asked, 0 exist: driver nicpf makes them when it is loaded, as "
      "many as the SoC says");
}
