// SPDX-License-Identifier: GPL-2.0-or-later
// The VFs of NVMe devices: what their controllers get, and what is said where that cannot be.
#include "machine.hpp"
#include "plan/vf_shares.hpp"
#include "unit/words.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

using Share = std::optional<VfShare>;

NvmePrimary controller_with(FlexibleResources queues, FlexibleResources interrupts) {
  return {.id = 0, .manages = true, .queues = queues, .interrupts = interrupts};
}
// QEMU's sriov_vq_flexible=8, sriov_vi_flexible=4 with four VFs.
const NvmePrimary kSmall = controller_with(
    {.total = 8, .primary = 0, .most = 2, .step = 1},
    {.total = 4, .primary = 0, .most = 1, .step = 1});

Facts with_nvme(std::optional<NvmePrimary> answer = {}, std::string_view driver = "nvme") {
  auto facts = test::Machine{}.facts();
  auto pf = nic("0000:41:00.0");
  pf.driver = driver;
  pf.vendor = 0x144d;
  pf.class_code = 0x010802;
  pf.ports.clear();
  pf.sriov->offset = pf.sriov->stride = 1;
  pf.nvme = std::move(answer);
  facts.pci = {pf};
  return facts;
}

std::string nvme_section(std::string_view more, unsigned vfs = 4) {
  return fmt::format("[pf nv]\nvendor = 144d\nvfs = {}\n{}", vfs, more);
}

const SetSecondaryControllers* handed_out(const Plan& plan) {
  for (const auto& step : plan.steps)
    if (const auto* one = std::get_if<SetSecondaryControllers>(&step.action)) return one;
  return nullptr;
}

}  // namespace

TEST_CASE(
    "NVMe VFs get queues and are online after they are made and before they are bound",
    "[sriov][steps]") {
  for (const auto* driver : {"vfio-pci", "keep", "none"}) {
    INFO(driver);
    const auto made = plan(with_nvme(), nvme_section(fmt::format("vf-driver = {}\n", driver)));
    const auto step = std::ranges::find_if(made.steps, [](const Step& one) {
      return std::holds_alternative<SetSecondaryControllers>(one.action);
    });
    REQUIRE(step != made.steps.end());
    CHECK(handed_out(made)->queues == std::vector<unsigned>{0, 0, 0, 0});
    CHECK(step->required);
    CHECK(step->policy.str() == "p.ini:3");
    const auto at = static_cast<std::size_t>(step - made.steps.begin());
    REQUIRE(step->after.size() == 1);
    CHECK(std::holds_alternative<CreateVfs>(made.steps[step->after[0]].action));
    unsigned bound = 0;
    for (const auto& other : made.steps)
      if (std::holds_alternative<BindDriver>(other.action)) {
        ++bound;
        CHECK(std::ranges::find(other.after, at) != other.after.end());
      }
    CHECK(bound == 4);
  }
}

TEST_CASE("the step is the same before and after the driver came", "[sriov][steps]") {
  const auto text = nvme_section("vf-driver = vfio-pci\nvf-queues = 2\n[vf nv 1-2]\nqueues = 4\n");
  const auto before = plan(with_nvme({}, ""), text);
  CHECK(plan(with_nvme(kSmall), text).steps == before.steps);
  CHECK(plan(with_nvme(), text).hash() == before.hash());
  CHECK(handed_out(before)->queues == std::vector<unsigned>{2, 4, 4, 2});
  CHECK_WORDS(
      describe(*handed_out(before)) ==
      "give the VFs of 0000:41:00.0 queues (VF 0 2 queues, VF 1-2 4 queues, VF 3 2 queues) and set "
      "their controllers online");
  // The vectors of such VFs are no attribute of sysfs.
  CHECK(std::ranges::none_of(before.steps, [](const Step& step) {
    return std::holds_alternative<SetVfVectors>(step.action);
  }));
}

TEST_CASE("without VFs, and for other devices, there is no such step", "[sriov][steps]") {
  CHECK_FALSE(handed_out(plan(with_nvme(kSmall), nvme_section("", 0))));
  CHECK_FALSE(handed_out(plan(with_nic(), "[pf a]\npci = *\nvfs = 2\nvf-queues = 2\n")));
}

TEST_CASE("a PF on vfio-pci hands out nothing on this host", "[sriov][report]") {
  const auto made = plan(
      with_nvme({}, "vfio-pci"), "[kernel]\nextra = vfio-pci.enable_sriov=1\n" + nvme_section(""));
  CHECK(
      message(made, "vf-queues-unknown") ==
      "p.ini:5: 0000:41:00.0: it is on vfio-pci, so whoever has it must give its VFs queues and "
      "set "
      "their controllers online");
}

TEST_CASE("a shortage is told with its numbers and the smallest change", "[sriov][report]") {
  CHECK_FALSE(finding(plan(with_nvme(kSmall), nvme_section("")), "vf-queues-short"));
  const auto five = plan(with_nvme(kSmall), nvme_section("", 5));
  CHECK(
      message(five, "vf-queues-short") ==
      "p.ini:3: 0000:41:00.0: 5 VFs need 10 queues, and its controller has 8 of 8 to hand out: "
      "write vfs = 4");
  CHECK(finding(five, "vf-queues-short")->severity == Severity::error);
  CHECK(
      finding(plan(with_nvme(kSmall), nvme_section("required = no\n", 5)), "vf-queues-short")
          ->severity == Severity::warning);
  CHECK(
      message(plan(with_nvme(kSmall), nvme_section("vf-queues = 3\n")), "vf-queues-short") ==
      "p.ini:4: 0000:41:00.0: 3 queues asked, but its controller gives a VF 2 at most: write "
      "vf-queues = 2");
  auto keeps = kSmall;
  keeps.queues.primary = 3;
  CHECK(
      message(plan(with_nvme(keeps), nvme_section("")), "vf-queues-short") ==
      "p.ini:3: 0000:41:00.0: 4 VFs need 8 queues, and its controller has 5 of 8 to hand out (3 "
      "stay with the PF): write vfs = 2 or leave the PF 0 (nvme virt-mgmt --act=1 --rt=0 --nr=0, "
      "then reset the PF)");
  auto few_interrupts = kSmall;
  few_interrupts.interrupts.total = 3;
  CHECK(
      message(plan(with_nvme(few_interrupts), nvme_section("")), "vf-queues-short") ==
      "p.ini:3: 0000:41:00.0: 4 VFs need 4 interrupts, and its controller has 3 of 3 to hand out: "
      "write vfs = 3");
}

TEST_CASE("what is not known before the boot is said", "[sriov][report]") {
  const auto unknown = plan(with_nvme(), nvme_section(""));
  CHECK(
      message(unknown, "vf-queues-unknown") ==
      "p.ini:3: 0000:41:00.0: its controller alone knows how many queues it can give 4 VFs, and "
      "these facts do not have its answer: early boot asks it");
  CHECK(finding(unknown, "vf-queues-unknown")->severity == Severity::note);
  CHECK_FALSE(finding(plan(with_nvme(kSmall), nvme_section("")), "vf-queues-unknown"));
  // One queue is too few whatever the controller has.
  for (const auto& answer : {std::optional<NvmePrimary>(), std::optional(kSmall)})
    CHECK(
        message(plan(with_nvme(answer), nvme_section("vf-queues = 1\n")), "vf-queues-short") ==
        "p.ini:4: 0000:41:00.0: 1 queue asked, but a VF needs 2, one of them for administration: "
        "write vf-queues = 2");
}

TEST_CASE(
    "a controller that hands out nothing has nothing to be said, unless the policy gives a number",
    "[sriov][report]") {
  for (const auto& answer : {controller_with({}, {}), NvmePrimary{}}) {
    const auto quiet = plan(with_nvme(answer), nvme_section(""));
    for (const auto* code : {"vf-queues-short", "vf-queues-fixed", "vf-queues-unknown"})
      CHECK_FALSE(finding(quiet, code));
    const auto asked = plan(with_nvme(answer), nvme_section("vf-queues = 4\n"));
    const auto* one = finding(asked, answer.manages ? "vf-queues-short" : "vf-queues-fixed");
    REQUIRE(one);
    CHECK(one->severity == Severity::error);
    CHECK(one->line().find("leave vf-queues out") != std::string::npos);
  }
}

TEST_CASE("shares are even, in steps, within the limits of a VF and of the pool", "[sriov]") {
  const auto big = controller_with(
      {.total = 256, .primary = 16, .most = 33, .step = 8}, {.total = 128, .most = 4, .step = 1});
  const auto even = vf_shares(big, std::vector<unsigned>(4));
  CHECK(even.shortage.empty());
  CHECK(even.vfs == std::vector<Share>(4, VfShare{32, 4}));
  // What the policy gives one is missing from the others' share.
  const auto mixed = vf_shares(big, {33, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(mixed.vfs[0] == VfShare{33, 4});
  CHECK(mixed.vfs[9] == VfShare{16, 4});
  const auto held = vf_shares(big, {0, 0}, {.queues = 230, .interrupts = 127});
  CHECK(held.vfs == std::vector<Share>{VfShare{5, 1}, std::nullopt});
  CHECK(held.shortage.find("(127 are with other VFs)") != std::string::npos);
}

TEST_CASE("no share exceeds the pool, whatever the numbers", "[sriov]") {
  for (unsigned total : {0U, 1U, 2U, 7U, 8U, 64U, 65535U})
    for (unsigned primary : {0U, 1U, 9U})
      for (unsigned most : {0U, 1U, 2U, 5U})
        for (unsigned step : {0U, 1U, 4U})
          for (unsigned vfs : {1U, 3U, 8U, 127U})
            for (unsigned wish : {0U, 1U, 2U, 6U}) {
              const auto pool = FlexibleResources{total, primary, most, step};
              const auto out =
                  vf_shares(controller_with(pool, pool), std::vector<unsigned>(vfs, wish));
              REQUIRE(out.vfs.size() == vfs);
              std::uint64_t queues = 0, interrupts = 0;
              bool all = true;
              for (const auto& vf : out.vfs) {
                all = all && vf;
                if (!vf) continue;
                queues += vf->queues, interrupts += vf->interrupts;
                if (total) CHECK((vf->queues >= 2 && vf->interrupts >= 1));
                if (total && wish) CHECK(vf->queues == wish);
                if (most) CHECK((vf->queues <= most && vf->interrupts <= most));
              }
              const std::uint64_t free = total > primary ? total - primary : 0;
              CHECK(queues <= free);
              CHECK(interrupts <= free);
              CHECK(all == (out.shortage.empty() || (total == 0 && wish > 0)));
            }
}
