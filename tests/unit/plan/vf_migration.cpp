// SPDX-License-Identifier: GPL-2.0-or-later
// What the plan says of live migration with a VF, driver by driver and device by device.
#include "unit/plan/machine.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace vfirst;
using namespace vfirst::test;

namespace {

PciFunction pf_whose_vfs(std::uint16_t vendor, std::uint16_t vf_device) {
  auto f = nic("0000:3b:00.0");
  f.vendor = vendor;
  f.sriov->vf_device = vf_device;
  return f;
}

Kernel kernel_having(const std::string& release, std::vector<std::string> modules = {}) {
  Kernel out;
  out.release = release;
  out.version = KernelVersion::of(release);
  out.modules_known = true;
  if (!modules.empty()) out.vfio_modules["0000:3b:00.0"] = std::move(modules);
  return out;
}

Migration verdict_on(
    std::string_view driver, std::uint16_t vendor, std::uint16_t vf_device,
    const Kernel& with = kernel_having("6.19.0")) {
  const auto made = migration_of(*VfDriver::parse(driver), pf_whose_vfs(vendor, vf_device), with);
  REQUIRE(made);
  return *made;
}

Facts host_of(std::uint16_t vendor, std::uint16_t vf_device, Kernel with) {
  auto facts = Machine{}.facts();
  facts.pci = {pf_whose_vfs(vendor, vf_device)};
  facts.kernels = {std::move(with)};
  return facts;
}

std::string pf_section(std::string_view keys) {
  return fmt::format("[pf up]\nnode = 0\nvfs = 2\n{}", keys);
}

}  // namespace

TEST_CASE("each driver that migrates says what its VFs are, when and by which source", "[sriov]") {
  struct Row {
    std::string_view driver;
    std::uint16_t vendor, vf_device;
    CanMigrate verdict;
    std::string_view reason;
  };
  // ConnectX-6 Dx, HPRE, DSC, QAT 402xx and 6xxx, virtio-net, Battlemage, Panther Lake
  const Row rows[] = {
      {"mlx5_vfio_pci", 0x15b3, 0x101e, CanMigrate::conditional, "VF_MIGRATION_MODE"},
      {"hisi_acc_vfio_pci", 0x19e5, 0xa259, CanMigrate::conditional, "version 3"},
      {"pds_vfio_pci", 0x1dd8, 0x1003, CanMigrate::conditional, "no pre-copy"},
      {"qat_vfio_pci", 0x8086, 0x4945, CanMigrate::yes, ""},
      {"qat_vfio_pci", 0x8086, 0x4949, CanMigrate::yes, ""},
      {"virtio_vfio_pci", 0x1af4, 0x1041, CanMigrate::conditional, "iommufd"},
      {"xe-vfio-pci", 0x8086, 0xe20b, CanMigrate::conditional, "no pre-copy"},
      {"xe_vfio_pci", 0x8086, 0xb080, CanMigrate::conditional, "GuC firmware 70.54"},
  };
  std::set<std::string> met;
  for (const auto& row : rows) {
    INFO(row.driver);
    const auto said = verdict_on(row.driver, row.vendor, row.vf_device);
    CHECK(said.verdict == row.verdict);
    CHECK(said.reason.find(row.reason) != std::string::npos);
    CHECK(said.source.starts_with("drivers/vfio/pci/"));
    met.insert(VfDriver::parse(row.driver)->name());
  }
  for (const auto& driver : migrating_drivers()) {
    INFO(driver.name);
    CHECK(met.contains(std::string(driver.name)));
    CHECK(VfDriver::parse(driver.name)->name() == driver.name);
  }
}

TEST_CASE("VFs of E810, X710, BCM57xxx and ConnectX-5 cannot migrate", "[sriov]") {
  for (const auto& [vendor, device] :
       {std::pair{0x8086, 0x1889}, {0x8086, 0x154c}, {0x14e4, 0x16dc}, {0x15b3, 0x1018}}) {
    const auto v = static_cast<std::uint16_t>(vendor), d = static_cast<std::uint16_t>(device);
    INFO(vendor << ' ' << device);
    for (const auto* driver : {"vfio", "vfio-pci"}) {
      const auto said = verdict_on(driver, v, d, kernel_having("6.19.0", {"vfio_pci"}));
      CHECK(said.verdict == CanMigrate::no);
    }
    CHECK(
        verdict_on("vfio-pci", v, d).reason ==
        fmt::format("no vfio driver of mainline Linux migrates VFs {:04x}:{:04x}", v, d));
    // a variant driver of another device
    CHECK(verdict_on("mlx5_vfio_pci", v, d).verdict == CanMigrate::no);
  }
  CHECK(
      verdict_on("mlx5_vfio_pci", 0x8086, 0x1889).reason ==
      "it migrates ConnectX-6 Dx and later, and these VFs are 8086:1889");
  // gen4, and yet not in the driver's table: QAT 420xx
  CHECK(verdict_on("vfio", 0x8086, 0x4947).verdict == CanMigrate::no);
}

TEST_CASE("drivers of mainline without live migration cannot, others are not judged", "[sriov]") {
  for (const auto* driver : {"nvgrace_gpu_vfio_pci", "ism-vfio-pci"})
    CHECK(verdict_on(driver, 0x10de, 0x2342).verdict == CanMigrate::no);
  for (const auto* driver : {"ice_vfio_pci", "nvidia-vgpu-vfio", "new_vfio_pci"})
    CHECK(verdict_on(driver, 0x8086, 0x1889).verdict == CanMigrate::not_judged);
  CHECK_FALSE(migration_of(VfDriver(), pf_whose_vfs(0x8086, 0x1889), kernel_having("6.19.0")));
  CHECK_FALSE(
      migration_of(VfDriver::none(), pf_whose_vfs(0x8086, 0x1889), kernel_having("6.19.0")));
  CHECK_FALSE(migration_of(
      *VfDriver::parse("iavf"), pf_whose_vfs(0x8086, 0x1889), kernel_having("6.19.0")));
}

TEST_CASE(
    "the kernel's own index decides for a device that is newer than the table", "[sriov][facts]") {
  CHECK(verdict_on("qat_vfio_pci", 0x8086, 0x4a01).verdict == CanMigrate::no);
  CHECK(
      verdict_on(
          "qat_vfio_pci", 0x8086, 0x4a01, kernel_having("7.5.0", {"qat_vfio_pci", "vfio_pci"}))
          .verdict == CanMigrate::yes);
}

TEST_CASE("virtio migrates from Linux 6.13 on, or where it was carried back", "[sriov]") {
  CHECK(
      verdict_on("virtio_vfio_pci", 0x1af4, 0x1041, kernel_having("6.12.95+deb13-amd64")).reason ==
      "it migrates from Linux 6.13 on, and the kernel is 6.12.95+deb13-amd64");
  CHECK(
      verdict_on("virtio_vfio_pci", 0x1af4, 0x1041, kernel_having("6.13.0")).verdict ==
      CanMigrate::conditional);
  CHECK(
      verdict_on("virtio_vfio_pci", 0x1af4, 0x1042, kernel_having("5.14.0-570.el9.x86_64"))
          .verdict == CanMigrate::conditional);
}

TEST_CASE("what is not known yet is a condition, or is not judged", "[sriov]") {
  // before early boot has seen the kernel's modules
  const auto open = migration_of(VfDriver::best(), pf_whose_vfs(0x15b3, 0x101e), Kernel{});
  REQUIRE(open);
  CHECK(open->verdict == CanMigrate::conditional);
  CHECK(open->reason.starts_with("the kernel has mlx5_vfio_pci and the card's firmware"));
  CHECK(
      migration_of(VfDriver::best(), pf_whose_vfs(0x8086, 0x1889), Kernel{})->verdict ==
      CanMigrate::no);
  CHECK(
      migration_of(VfDriver::best(), pf_whose_vfs(0x8086, 0), Kernel{})->verdict ==
      CanMigrate::not_judged);
}

TEST_CASE(
    "vf-migration = required beside vfio-pci is refused on every machine", "[sriov][policy]") {
  for (const auto device : {0x101e, 0x1018})
    CHECK(
        refusal(
            host_of(0x15b3, static_cast<std::uint16_t>(device), kernel_having("6.19.0")),
            pf_section("vf-driver = vfio-pci\nvf-migration = required\n")) ==
        "p.ini:5: vf-migration = required, but p.ini:4: vfio-pci has no live migration; vf-driver "
        "= vfio takes the best driver that the kernel has for the device");
}

TEST_CASE("required is an error, and wanted a warning, where the VFs cannot migrate", "[sriov]") {
  const auto e810 = host_of(0x8086, 0x1889, kernel_having("6.19.0", {"vfio_pci"}));
  const auto p = plan(e810, pf_section("vf-driver = vfio\nvf-migration = required\n"));
  CHECK(
      message(p, "vf-migration") ==
      "p.ini:5: VFs of 0000:3b:00.0 on vfio-pci cannot migrate: no vfio driver of mainline Linux "
      "migrates VFs 8086:1889; unplug them before their guest moves");
  CHECK(finding(p, "vf-migration")->severity == Severity::error);
  const auto severity = [&](std::string_view keys) {
    return finding(plan(e810, pf_section(keys)), "vf-migration")->severity;
  };
  CHECK(severity("vf-driver = vfio\nvf-migration = wanted\n") == Severity::warning);
  CHECK(severity("vf-driver = vfio-pci\nvf-migration = wanted\n") == Severity::warning);
  CHECK(
      severity("vf-driver = vfio\nvf-migration = required\nrequired = no\n") == Severity::warning);
  CHECK(severity("vf-driver = vfio\n") == Severity::note);
}

TEST_CASE("a kernel without the variant driver is named", "[sriov][report]") {
  const auto p = plan(
      host_of(0x15b3, 0x101e, kernel_having("6.12.95+deb13-amd64", {"vfio_pci"})),
      pf_section("vf-driver = vfio\nvf-migration = required\n"));
  CHECK(
      message(p, "vf-migration")
          .find("kernel 6.12.95+deb13-amd64 has no mlx5_vfio_pci, which migrates them") !=
      std::string::npos);
  CHECK(finding(p, "vf-migration")->severity == Severity::error);
}

TEST_CASE(
    "a condition is a note where migration is wanted and a warning where it must be", "[sriov]") {
  const auto card = host_of(0x15b3, 0x101e, kernel_having("6.19.0", {"mlx5_vfio_pci", "vfio_pci"}));
  const auto p = plan(card, pf_section("vf-driver = vfio\nvf-migration = required\n"));
  CHECK(
      message(p, "vf-migration")
          .starts_with(
              "p.ini:5: VFs of 0000:3b:00.0 on mlx5_vfio_pci can migrate if the card's firmware"));
  CHECK(finding(p, "vf-migration")->severity == Severity::warning);
  CHECK(
      finding(plan(card, pf_section("vf-driver = vfio\nvf-migration = wanted\n")), "vf-migration")
          ->severity == Severity::note);
  REQUIRE(p.vfs.size() == 2);
  REQUIRE(p.vfs[1].migration);
  CHECK(p.vfs[1].migration->verdict == CanMigrate::conditional);
  CHECK(p.vfs[1].migration_wanted);
  // can: nothing to warn of, whatever the policy asks
  const auto qat = plan(
      host_of(0x8086, 0x4941, kernel_having("6.19.0", {"qat_vfio_pci", "vfio_pci"})),
      pf_section("vf-driver = vfio\nvf-migration = required\n"));
  CHECK(message(qat, "vf-migration") == "p.ini:5: VFs of 0000:3b:00.0 on qat_vfio_pci can migrate");
  CHECK(finding(qat, "vf-migration")->severity == Severity::note);
}

TEST_CASE("VFs that the host keeps have no verdict, and a wish for them alone is said", "[sriov]") {
  const auto card = host_of(0x15b3, 0x101e, kernel_having("6.19.0", {"mlx5_vfio_pci", "vfio_pci"}));
  const auto p = plan(
      card, pf_section("vf-driver = vfio\nvf-migration = required\n[vf up 0]\ndriver = keep\n"));
  CHECK_FALSE(p.vfs.at(0).migration);
  CHECK(p.vfs.at(1).migration);
  CHECK(finding(p, "vf-migration-unused") == nullptr);
  CHECK(
      message(plan(card, pf_section("vf-migration = wanted\n")), "vf-migration-unused") ==
      "p.ini:4: 0000:3b:00.0: vf-migration has no effect, because none of its VFs goes to a guest; "
      "set vf-driver = vfio");
}

TEST_CASE("PFs of which the same is to be said share a finding", "[sriov][report]") {
  auto facts = host_of(0x8086, 0x1889, kernel_having("6.19.0"));
  facts.pci.push_back(nic("0000:41:00.0"));
  facts.pci[1].sriov->vf_device = 0x1889;
  facts.pci[1].node = 0;
  const auto p = plan(facts, "[pf up]\nnode = 0\nexpect = 2\nvfs = 2\nvf-driver = vfio-pci\n");
  CHECK(std::ranges::count(p.findings, "vf-migration", &Finding::code) == 1);
  CHECK(message(p, "vf-migration").starts_with("VFs of 0000:3b:00.0, 0000:41:00.0 on vfio-pci"));
}
