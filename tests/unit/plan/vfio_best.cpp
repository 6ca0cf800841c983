// SPDX-License-Identifier: GPL-2.0-or-later
// vf-driver = vfio: the best vfio driver that the kernel has for the device.
#include "unit/plan/machine.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kBestPolicy = "[pf up]\nvendor = 15b3\nvfs = 2\nvf-driver = vfio\n";

PciFunction connectx_at(std::string_view address) {
  auto f = nic(address);
  f.vendor = 0x15b3;
  f.device = 0x101d;
  f.driver = "mlx5_core";
  f.sriov->vf_device = 0x101e;
  return f;
}

using VfioModules = std::map<std::string, std::vector<std::string>>;

Kernel kernel_of(const std::string& release, VfioModules modules, bool running = false) {
  Kernel out;
  out.release = release;
  out.version = KernelVersion::of(release);
  out.running = running;
  out.modules_known = true;
  out.vfio_modules = std::move(modules);
  for (const auto& [pf, names] : out.vfio_modules)
    for (const auto& name : names)
      out.modules[name == "vfio_pci" ? "vfio-pci" : name] = ModuleState::loadable;
  return out;
}

Facts host_with(std::vector<Kernel> kernels) {
  auto facts = Machine{}.facts();
  facts.pci = {connectx_at("0000:3b:00.0")};
  facts.kernels = std::move(kernels);
  return facts;
}

const VfioModules kWithVariant{{"0000:3b:00.0", {"mlx5_vfio_pci", "vfio_pci"}}};
const VfioModules kWithoutVariant{{"0000:3b:00.0", {"vfio_pci"}}};

std::vector<std::string> modules_loaded(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& step : plan.steps)
    if (const auto* load = std::get_if<LoadModule>(&step.action)) out.push_back(load->name);
  return out;
}

Plan plan_now(const Facts& facts, std::string_view text) {
  auto made = make_plan(facts, policy(text), {}, StepsAt::now);
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("vfio takes the variant driver that the kernel has for the device", "[sriov][report]") {
  const auto p = plan(host_with({kernel_of("6.18.0", kWithVariant)}), kBestPolicy);
  REQUIRE(p.vfs.size() == 2);
  CHECK(p.vfs[0].driver.shown() == "mlx5_vfio_pci");
  CHECK(modules_loaded(p) == std::vector<std::string>{"mlx5_vfio_pci"});
  CHECK(described(p).back() == "bind VF 1 of 0000:3b:00.0 (0000:3b:10.2) to mlx5_vfio_pci");
  CHECK(p.cmdline().find("intel_iommu=on") != std::string::npos);
}

TEST_CASE("vfio takes vfio-pci where the kernel has no variant driver", "[sriov][report]") {
  for (const auto& one : {kernel_of("6.12.0", kWithoutVariant), kernel_of("5.10.0", {})}) {
    INFO(one.release);
    const auto p = plan(host_with({one}), kBestPolicy);
    CHECK(p.vfs.at(0).driver.shown() == "vfio-pci");
    CHECK(modules_loaded(p) == std::vector<std::string>{"vfio-pci"});
  }
}

TEST_CASE("the driver xe-vfio-pci is in the module xe_vfio_pci", "[sriov][report]") {
  const auto p = plan(
      host_with({kernel_of("6.19.0", {{"0000:3b:00.0", {"xe_vfio_pci", "vfio_pci"}}})}),
      kBestPolicy);
  CHECK(p.vfs.at(0).driver.name() == "xe-vfio-pci");
}

TEST_CASE("a document's names that are no vfio driver's are passed over", "[sriov][import]") {
  const auto driver = [](std::vector<std::string> modules) {
    return plan(
               host_with({kernel_of("6.18.0", {{"0000:3b:00.0", std::move(modules)}})}),
               kBestPolicy)
        .vfs.at(0)
        .driver.shown();
  };
  CHECK(driver({}) == "vfio");
  CHECK(driver({"nvidia", "vfio_pci"}) == "vfio-pci");
  CHECK(driver({"a\nvfio\x1b[2J", "../vfio_pci", "mlx5_vfio_pci"}) == "mlx5_vfio_pci");
  CHECK(driver({"ice"}) == "vfio");
}

TEST_CASE(
    "while a kernel's modules are not known, vfio says that early boot will choose",
    "[sriov][report]") {
  auto facts = host_with({kernel_of("6.18.0", {})});
  // modules, but no alias of any vfio driver: a document of an older vfirst
  CHECK(plan(facts, kBestPolicy).vfs.at(0).driver.shown() == "vfio");
  facts.kernels[0].modules_known = false;
  const auto p = plan(facts, kBestPolicy);
  CHECK(p.vfs.at(0).driver.shown() == "vfio");
  CHECK(described(p).back() == "bind VF 1 of 0000:3b:00.0 (0000:3b:10.2) to the best vfio driver");
  CHECK(p.steps.back().because == "for guests: chosen in early boot, by the kernel's modules");
}

TEST_CASE(
    "what vfio came to is not in a plan's hash, what the policy names is",
    "[sriov][report][trial]") {
  auto unknown = host_with({kernel_of("6.18.0", {})});
  unknown.kernels[0].modules_known = false;
  for (const auto* more :
       {"", "vf-mac = stable\nrx-usecs = 8\n", "[vf up 1]\ndriver = vfio-pci\n",
        "[vf up 0]\ndriver = vfio-pci\n", "[vf up 0]\ndriver = mlx5-vfio-pci\n",
        "[vf up 1]\ndriver = igbvf\n", "[cpu]\nisolate = yes\n"}) {
    INFO(more);
    const auto text = std::string(kBestPolicy) + more;
    const auto hash = plan(host_with({kernel_of("6.18.0", kWithVariant)}), text).hash();
    CHECK(plan(host_with({kernel_of("6.18.0", kWithoutVariant)}), text).hash() == hash);
    CHECK(plan(unknown, text).hash() == hash);
  }
  const auto named = [](std::string_view driver) {
    auto text = std::string(kBestPolicy);
    return plan(
               host_with({kernel_of("6.18.0", kWithVariant)}),
               text.replace(text.rfind("vfio"), 4, driver))
        .hash();
  };
  CHECK(named("vfio") != named("vfio-pci"));
  CHECK(named("vfio") != named("mlx5_vfio_pci"));
  CHECK(named("vfio-pci") != named("mlx5_vfio_pci"));
}

TEST_CASE(
    "two PFs may have two drivers in one kernel and one in another, and the hash is the same",
    "[sriov][report][trial]") {
  const auto two = [](VfioModules modules) {
    auto facts = host_with({kernel_of("6.18.0", std::move(modules))});
    facts.pci.push_back(connectx_at("0000:41:00.0"));
    return facts;
  };
  const std::string text = "[pf up]\nvendor = 15b3\nexpect = 2\nvfs = 1\nvf-driver = vfio\n";
  const auto apart = plan(
      two(
          {{"0000:3b:00.0", {"mlx5_vfio_pci", "vfio_pci"}},
           {"0000:41:00.0", {"qat_vfio_pci", "vfio_pci"}}}),
      text);
  const auto alike =
      plan(two({{"0000:3b:00.0", {"vfio_pci"}}, {"0000:41:00.0", {"vfio_pci"}}}), text);
  CHECK(modules_loaded(apart) == std::vector<std::string>{"mlx5_vfio_pci", "qat_vfio_pci"});
  CHECK(modules_loaded(alike) == std::vector<std::string>{"vfio-pci"});
  CHECK(apart.hash() == alike.hash());
  for (const auto& p : {apart, alike})
    for (std::size_t i = 0; i < p.steps.size(); ++i)
      for (auto before : p.steps[i].after)
        CHECK(before < i);
}

TEST_CASE(
    "a plan is for the newest kernel, the steps of this boot are for the one that runs",
    "[sriov][report]") {
  const auto facts =
      host_with({kernel_of("6.18.0", kWithVariant), kernel_of("6.12.0", kWithoutVariant, true)});
  CHECK(plan(facts, kBestPolicy).vfs.at(0).driver.shown() == "mlx5_vfio_pci");
  CHECK(plan_now(facts, kBestPolicy).vfs.at(0).driver.shown() == "vfio-pci");
  CHECK(plan_now(facts, kBestPolicy).hash() == plan(facts, kBestPolicy).hash());
  CHECK(
      message(plan(facts, kBestPolicy), "kernel-vf-driver") ==
      "kernel 6.12.0 binds the VFs of 0000:3b:00.0 to vfio-pci, and not to mlx5_vfio_pci");
  CHECK(
      message(plan_now(facts, kBestPolicy), "kernel-vf-driver") ==
      "kernel 6.18.0 binds the VFs of 0000:3b:00.0 to mlx5_vfio_pci, and not to vfio-pci");
  // a kernel that chooses for itself lacks nothing
  CHECK(finding(plan(facts, kBestPolicy), "kernel-module") == nullptr);
  CHECK(finding(plan_now(facts, kBestPolicy), "kernel-module") == nullptr);
}

TEST_CASE("mode = off and a shared group with root count for vfio, too", "[sriov][iommu]") {
  auto facts = host_with({kernel_of("6.18.0", kWithVariant)});
  CHECK(
      refusal(facts, std::string("[iommu]\nmode = off\n") + kBestPolicy) ==
      "p.ini:2: mode = off, but p.ini:6: the best vfio driver needs an IOMMU");
  facts.critical = {{bdf("0000:00:17.0"), "root filesystem"}};
  facts.pci[0].iommu_group = 7;
  facts.iommu.groups = {{7, "DMA", {bdf("0000:3b:00.0"), bdf("0000:00:17.0")}}};
  CHECK(
      message(plan(facts, kBestPolicy), "pf-critical").find("shares IOMMU group 7") !=
      std::string::npos);
}
