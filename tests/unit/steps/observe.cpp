// SPDX-License-Identifier: GPL-2.0-or-later
// verify: wanted, asked, got, and the kernel's own words beside a miss.
#include "steps/observe.hpp"
#include "fakesys/machine.hpp"
#include "host/files.hpp"
#include "steps/apply.hpp"
#include "steps/boot.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

struct Booted {
  FakeMachine fake;
  std::vector<std::string> log;
  explicit Booted(const std::string& cmdline, std::vector<std::string> said = {})
      : log(std::move(said)) {
    fake.sysfs.put("proc/cmdline", cmdline);
  }
  VerifyRow check(Want want, const std::string& asked) {
    return check_expectation({std::move(want), split_arguments(asked), {}}, fake.sysfs, log);
  }
};

Plan plan_with_vfs(const FakeMachine& fake, unsigned count) {
  Plan plan;
  plan.pfs.push_back({"uplink", kPf, "igb", 0, count, true});
  plan.steps.push_back({LoadModule{"vfio-pci"}, "", {}, {}, true});
  plan.steps.push_back({CreateVfs{kPf, count, false}, "", {}, {}, true});
  for (unsigned i = 0; i < count; ++i) {
    const auto vf = *PciAddress::parse(fake.sysfs.vf("0000:01:00.0", i));
    plan.vfs.push_back({kPf, i, vf, *VfDriver::parse("vfio-pci"), {}});
    plan.steps.push_back(
        {BindDriver{kPf, i, vf, *VfDriver::parse("vfio-pci")}, "", {}, {0, 1}, true});
  }
  return plan;
}

const VerifyRow* row(const VerifyReport& report, const std::string& subject) {
  for (const auto& one : report.rows)
    if (one.subject == subject) return &one;
  return nullptr;
}

void libvirt_starts(FakeMachine& fake, unsigned ticks) {
  fake.sysfs.put("sys/fs/cgroup/system.slice/libvirtd.service/cgroup.procs", "700");
  fake.sysfs.put(
      "proc/700/stat",
      fmt::format(
          "700 (libvirtd (x)) S 1 700 700 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 17 0 {} 0 0", ticks));
}

}  // namespace

TEST_CASE(
    "isolated CPUs are read from the kernel, not from the command line",
    "[steps][cpu][kernel-arguments]") {
  Booted host("isolcpus=managed_irq,domain,2-3");
  host.fake.sysfs.put("sys/devices/system/cpu/isolated", "2-3");
  const auto row = host.check(WantIsolated{CpuSet{2, 3}}, "isolcpus=managed_irq,domain,2-3");
  CHECK(row.verdict == Verdict::ok);
  CHECK(row.got == "2-3");
}

TEST_CASE(
    "an argument that the kernel passed over is ignored, with the kernel's own line",
    "[steps][kernel-arguments]") {
  Booted host("isolcpus=managed_irq,domian,2-3", {"isolcpus: Skipped unknown flag domian"});
  host.fake.sysfs.put("sys/devices/system/cpu/isolated", "");
  const auto row = host.check(WantIsolated{CpuSet{2, 3}}, "isolcpus=managed_irq,domian,2-3");
  CHECK(row.verdict == Verdict::ignored);
  CHECK(row.got == "none");
  CHECK(row.evidence == "isolcpus: Skipped unknown flag domian");
}

TEST_CASE(
    "an argument that this kernel was not booted with is a missing reboot",
    "[steps][kernel-arguments]") {
  Booted host("quiet");
  host.fake.sysfs.put("sys/devices/system/cpu/nohz_full", "(null)");
  const auto row = host.check(WantNohzFull{CpuSet{2, 3}}, "nohz_full=2-3");
  CHECK(row.verdict == Verdict::failed);
  CHECK(
      row.cause ==
      "this kernel was not booted with nohz_full=2-3: the host was not rebooted since, or the boot "
      "loader left it out");
}

TEST_CASE(
    "an argument that this kernel was booted with for another machine is named, and what this one "
    "needs",
    "[steps][kernel-arguments]") {
  Booted host(
      "quiet isolcpus=managed_irq,domain,2-3,6-7 nohz_full=2-3,6-7",
      {"Housekeeping: nohz_full= or isolcpus= incorrect CPU range"});
  host.fake.sysfs.put("sys/devices/system/cpu/isolated", "");
  const auto row = host.check(WantIsolated{CpuSet{1, 3}}, "isolcpus=managed_irq,domain,1,3");
  CHECK(row.verdict == Verdict::failed);
  CHECK(row.got == "none");
  CHECK(
      row.cause ==
      "this kernel was booted with isolcpus=managed_irq,domain,2-3,6-7, but this machine needs "
      "isolcpus=managed_irq,domain,1,3: run vfirst apply, then reboot");
}

TEST_CASE("a CPU range that the kernel refused is quoted", "[steps][cpu]") {
  Booted host("nohz_full=2-63", {"Housekeeping: nohz_full= or isolcpus= incorrect CPU range"});
  host.fake.sysfs.put("sys/devices/system/cpu/nohz_full", "(null)");
  CHECK(
      host.check(WantNohzFull{CpuSet{2, 3}}, "nohz_full=2-63").evidence ==
      "Housekeeping: nohz_full= or isolcpus= incorrect CPU range");
}

TEST_CASE("too few pages on a node are short, with the kernel's count", "[steps]") {
  Booted host(
      "hugepagesz=1G hugepages=0:3,1:3",
      {"HugeTLB: allocating 3 of page size 1.00 GiB failed node1.  Only allocated 2 hugepages."});
  host.fake.sysfs.put(
      "sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages", "3");
  host.fake.sysfs.put(
      "sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages", "2");
  CHECK(host.check(WantPages{0, 1048576, 3}, "hugepages=0:3,1:3").verdict == Verdict::ok);
  const auto row = host.check(WantPages{1, 1048576, 3}, "hugepages=0:3,1:3");
  CHECK(row.verdict == Verdict::short_of);
  CHECK(row.subject == "1G pages, node 1");
  CHECK(row.evidence.starts_with("HugeTLB: allocating 3"));
}

TEST_CASE("a word that the kernel passed to init is ignored", "[steps]") {
  Booted host(
      "quiet nosoftlokup",
      {"Unknown kernel command line parameters \"nosoftlokup\", will be passed to user space."});
  const auto row = host.check(WantArg{*make_arg("nosoftlokup", std::nullopt)}, "nosoftlokup");
  CHECK(row.verdict == Verdict::ignored);
  CHECK(row.evidence.starts_with("Unknown kernel command line parameters"));
}

TEST_CASE("a quoted argument is given only where the whole of it is", "[steps][kernel-arguments]") {
  const auto wanted = *make_arg("dyndbg", "file x +p");
  Booted given("quiet \"dyndbg=file x +p\"");
  CHECK(given.check(WantArg{wanted}, wanted.raw).verdict == Verdict::ok);
  Booted torn("quiet dyndbg=file x +p");
  const auto row = torn.check(WantArg{wanted}, wanted.raw);
  CHECK(row.verdict == Verdict::failed);
  CHECK(row.cause.find("dyndbg=\"file x +p\"") != std::string::npos);
}

TEST_CASE(
    "no IOMMU: the firmware's table or the argument is to blame",
    "[steps][iommu][kernel-arguments]") {
  Booted off("intel_iommu=on intel_iommu=off");
  off.fake.sysfs.put("sys/firmware/acpi/tables/DMAR", "x");
  CHECK(
      off.check(WantIommu{true}, "intel_iommu=on").cause ==
      "intel_iommu=off on the kernel command line turns it off");
  Booted bios("intel_iommu=on");
  bios.fake.sysfs.put("sys/firmware/acpi/tables/APIC", "x");
  CHECK(bios.check(WantIommu{true}, "intel_iommu=on")
            .cause.starts_with("the firmware shows no IOMMU"));
  // An IORT is there with and without an SMMU: its one node is an interrupt controller, then an
  // SMMUv3.
  Booted arm("iommu.passthrough=1");
  std::string iort(72, '\0');
  iort[36] = 1, iort[40] = 48, iort[49] = 24;
  arm.fake.sysfs.put("sys/firmware/acpi/tables/IORT", iort);
  CHECK(arm.check(WantIommu{true}, "iommu.passthrough=1")
            .cause.starts_with("the firmware shows no IOMMU"));
  iort[48] = 4;
  arm.fake.sysfs.put("sys/firmware/acpi/tables/IORT", iort);
  CHECK(arm.check(WantIommu{true}, "iommu.passthrough=1")
            .cause.starts_with("the firmware shows an SMMU but the kernel does not use it"));
}

TEST_CASE("idle states deeper than planned are named", "[steps][power]") {
  Booted host("processor.max_cstate=1 intel_idle.max_cstate=0");
  for (const auto& [state, name] :
       {std::pair("state0", "POLL"), {"state1", "C1"}, {"state2", "C6"}})
    host.fake.sysfs.put(fmt::format("sys/devices/system/cpu/cpu0/cpuidle/{}/name", state), name);
  const auto row = host.check(WantMaxCstate{1}, "intel_idle.max_cstate=0 processor.max_cstate=1");
  CHECK(row.verdict == Verdict::ignored);
  CHECK(row.got == "C6");
  CHECK(host.check(WantMaxCstate{6}, "").verdict == Verdict::ok);
}

TEST_CASE("a whole boot is green, and libvirt comes after it", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.machine.initramfs = true;
  const auto plan = plan_with_vfs(fake, 7);
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  libvirt_starts(fake, 290);
  const auto report = observe(plan, fake.machine);
  for (const auto& one : report.rows)
    CHECK((one.verdict == Verdict::ok));
  CHECK(report.green());
  REQUIRE(row(report, "uplink 0000:01:00.0 VF drivers"));
  CHECK(row(report, "uplink 0000:01:00.0 VF drivers")->got == "7 on vfio-pci");
  REQUIRE(row(report, "ready before libvirtd"));
  CHECK(row(report, "ready before libvirtd")->got == "1.9 s before");
  CHECK(row(report, "early boot")->got == "complete in the initramfs");
  CHECK(report.receipt.vfs_got == 7);
  CHECK(report.receipt.vf_driver == *VfDriver::parse("vfio-pci"));
  CHECK(report.receipt.consumer == "libvirtd");
}

TEST_CASE(
    "what the initramfs lacked is told although the real root made it good",
    "[steps][provisioning]") {
  FakeMachine fake;
  fake.sysfs.add({.driver = ""});
  fake.sysfs.put("sys/bus/pci/devices/0000:01:00.0/modalias", "pci:v00008086d000010C9");
  Plan plan;
  plan.pfs.push_back({"uplink", kPf, "igb", 0, 2, true});
  plan.steps.push_back({AwaitDriver{kPf, ""}, "", {}, {}, true});
  plan.steps.push_back({CreateVfs{kPf, 2, false}, "", {}, {0}, true});
  DiskFiles files(fake.sysfs);
  fake.modules.knows_modalias = false;
  fake.machine.initramfs = true;
  REQUIRE(record(boot(plan, fake.machine, 1s), files));
  fake.sysfs.bind_pf("0000:01:00.0", "igb");
  fake.machine.initramfs = false;
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  const auto report = observe(plan, fake.machine);
  CHECK(report.green());
  CHECK(row(report, "early boot")->got == "complete in the real root");
  CHECK_WORDS(
      row(report, "early boot")->cause ==
      "left to the real root: 0000:01:00.0: no driver for it in this initramfs");
  CHECK_WORDS(
      row(report, "uplink 0000:01:00.0 driver")->cause ==
      "0000:01:00.0: no driver for it in this initramfs; igb is bound now: add it to the initramfs "
      "with dracut's add_drivers+=\" igb \"");
}

TEST_CASE(
    "VFs that the initramfs made in part keep the cause that the initramfs met",
    "[steps][sriov][provisioning]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::half});
  const auto plan = plan_with_vfs(fake, 6);
  DiskFiles files(fake.sysfs);
  fake.machine.initramfs = true;
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  fake.machine.initramfs = false;
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  // The second attempt met the first one's VFs; to remove them would give no more.
  CHECK_WORDS(
      fake.sysfs.read("run/vfirst/result.json")->find("3 VFs exist, 6 wanted") !=
      std::string::npos);
  const auto report = observe(plan, fake.machine);
  CHECK_FALSE(report.green());
  CHECK_WORDS(
      row(report, "uplink 0000:01:00.0 VFs")->cause ==
      "0000:01:00.0: 3 of 6 VFs: the driver created fewer VFs than asked");
}

TEST_CASE(
    "an initramfs without vfirst is told although the real root did all of it",
    "[steps][provisioning]") {
  FakeMachine fake;
  fake.sysfs.add({});
  const auto plan = plan_with_vfs(fake, 2);
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  const auto report = observe(plan, fake.machine);
  CHECK(report.green());
  CHECK(row(report, "early boot")->got == "complete in the real root");
  CHECK(
      row(report, "early boot")->cause ==
      "in the initramfs: vfirst did not run; dracut's module vfirst is missing");
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  CHECK(row(observe(plan, fake.machine), "early boot")->cause == row(report, "early boot")->cause);
}

TEST_CASE("libvirt before the VFs is red", "[steps][sriov]") {
  FakeMachine fake;
  fake.sysfs.add({});
  const auto plan = plan_with_vfs(fake, 1);
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  libvirt_starts(fake, 50);
  const auto report = observe(plan, fake.machine);
  CHECK_FALSE(report.green());
  CHECK(row(report, "ready before libvirtd")->got == "0.5 s after");
}

TEST_CASE("a miss has the cause that the boot recorded, with its errno", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::no_memory});
  const auto plan = plan_with_vfs(fake, 2);
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  const auto report = observe(plan, fake.machine);
  CHECK_FALSE(report.green());
  CHECK(row(report, "uplink 0000:01:00.0 VFs")->cause.find("ENOMEM") != std::string::npos);
  CHECK(row(report, "uplink 0000:01:00.0 VF drivers")->got == "0 on vfio-pci");
  CHECK(row(report, "early boot")->got == "incomplete");
}

TEST_CASE(
    "what a step recorded is found by kind, subject and index, and not by its sentence",
    "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({.iommu = false});
  const auto plan = plan_with_vfs(fake, 2);
  const auto bind = [](unsigned index, const char* cause) {
    return fmt::format(
        R"({{"kind": "bind-driver", "subject": "0000:01:00.0", "index": {}, "step": "anything", )"
        R"("state": "failed", "cause": "{}"}})",
        index, cause);
  };
  fake.sysfs.put(
      kResultFile, fmt::format(
                       R"({{"phase": "root", "complete": false, "steps": [{}, {}, {}]}})",
                       R"({"kind": "create-vfs", "subject": "0000:09:00.0", "step": "create 2 VFs )"
                       R"(on 0000:01:00.0", "state": "failed", "cause": "of another PF"})",
                       bind(1, "of the second VF"), bind(0, "of the first VF")));
  const auto report = observe(plan, fake.machine);
  CHECK(row(report, "uplink 0000:01:00.0 VFs")->cause != "of another PF");
  CHECK(row(report, "uplink 0000:01:00.0 VF drivers")->cause == "of the first VF");
}

TEST_CASE("a record of 0.1.0, which has sentences alone, is read", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::no_memory});
  const auto plan = plan_with_vfs(fake, 1);
  fake.sysfs.put(
      kResultFile,
      R"({"phase": "root", "complete": false, "steps": [
          {"step": "create 1 VF on 0000:01:00.0", "state": "failed", "cause": "as 0.1.0 said"},
          {"step": "bind VF 0 of 0000:01:00.0 (0000:01:10.0) to vfio-pci", "state": "skipped",
           "cause": "needs: create 1 VF on 0000:01:00.0"}]})");
  const auto report = observe(plan, fake.machine);
  CHECK(row(report, "uplink 0000:01:00.0 VFs")->cause == "as 0.1.0 said");
  CHECK(row(report, "early boot")->cause == "as 0.1.0 said");
  CHECK_WORDS(
      row(report, "uplink 0000:01:00.0 VF drivers")->cause ==
      "VF 0 of 0000:01:00.0 does not exist");
}

TEST_CASE("a step that was skipped because another failed is no cause of its own", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::no_memory});
  const auto plan = plan_with_vfs(fake, 1);
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  const auto report = observe(plan, fake.machine);
  CHECK(row(report, "early boot")->cause == row(report, "uplink 0000:01:00.0 VFs")->cause);
  CHECK_WORDS(
      row(report, "uplink 0000:01:00.0 VF drivers")->cause ==
      verify(plan.steps.back().action, fake.machine).cause);
}

TEST_CASE("a damaged record is read as far as it goes", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  for (const auto* text :
       {"[]", "{", R"({"steps": 3, "skipped": 1, "complete": "yes"})",
        R"({"steps": [1, {"kind": 2, "step": null, "cause": []}]})"}) {
    fake.sysfs.put(kResultFile, text);
    CHECK_FALSE(observe(plan_with_vfs(fake, 1), fake.machine).green());
  }
}

TEST_CASE("a boot that was switched off says so", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.sysfs.put("proc/cmdline", "vfirst=off");
  const auto plan = plan_with_vfs(fake, 1);
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  const auto report = observe(plan, fake.machine);
  CHECK(row(report, "early boot")->got == "skipped");
  CHECK_WORDS(row(report, "early boot")->cause == "vfirst=off on the kernel command line");
}

TEST_CASE("by the number of the state where the driver has its own table", "[steps][power]") {
  Booted host("intel_idle.max_cstate=2 processor.max_cstate=3");
  const auto add = [&](unsigned number, std::string_view name) {
    host.fake.sysfs.put(
        fmt::format("sys/devices/system/cpu/cpu0/cpuidle/state{}/name", number), std::string(name));
  };
  host.fake.sysfs.put("sys/devices/system/cpu/cpuidle/current_driver", "intel_idle");
  add(0, "POLL"), add(1, "C1"), add(2, "C1E");
  const auto check = [&] {
    return host.check(WantMaxCstate{3, 2, "C1E"}, "intel_idle.max_cstate=2 processor.max_cstate=3");
  };
  CHECK(check().verdict == Verdict::ok);
  CHECK(check().wanted == "C1E (state 2)");
  add(3, "C6");
  CHECK(check().verdict == Verdict::ignored);
  CHECK(check().got == "C6 (state 3)");
  // What cannot be entered does not count.
  host.fake.sysfs.put("sys/devices/system/cpu/cpu0/cpuidle/state3/disable", "1");
  CHECK(check().verdict == Verdict::ok);
}

TEST_CASE("interrupts without a free vector are shown and are not red", "[steps][irq]") {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  fake.sysfs.without_vectors(0);
  Plan plan;
  plan.pfs.push_back({"uplink", kPf, "igb", 0, 0, true});
  plan.steps.push_back({PinIrqs{kPf, CpuSet{0}}, "", {}, {}, true});
  const auto red = observe(plan, fake.machine);
  CHECK_FALSE(red.green());
  fake.sysfs.put(
      "run/vfirst/result.json",
      R"({"schema":"vfirst.boot/1","complete":true,"phase":"root","steps":[{"kind":"pin-irqs",
      "subject":"0000:01:00.0","step":"pin","state":"unchanged","got":"0 of 3","errno":"ENOSPC",
      "cause":"0000:01:00.0: these CPUs have no free interrupt vector"}]})");
  const auto report = observe(plan, fake.machine);
  const auto* pinned = row(report, "uplink 0000:01:00.0 interrupts");
  REQUIRE(pinned);
  CHECK(pinned->verdict != Verdict::ok);
  CHECK_FALSE(pinned->required);
  CHECK(pinned->cause == "0000:01:00.0: these CPUs have no free interrupt vector");
}

TEST_CASE("a best-effort miss is shown and is not red", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({.iommu = false});
  auto plan = plan_with_vfs(fake, 1);
  plan.steps.back().required = false;
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  const auto report = observe(plan, fake.machine);
  CHECK(row(report, "uplink 0000:01:00.0 VF drivers")->verdict == Verdict::failed);
  CHECK(report.green());
}

TEST_CASE("an error finding of the plan is a failed row", "[steps][report]") {
  FakeMachine fake;
  Plan plan;
  plan.findings.push_back(
      {Severity::error, "pf-count", {}, "[pf uplink] expects 3, 2 are there", {}, {}, {}});
  const auto report = observe(plan, fake.machine);
  CHECK_FALSE(report.green());
  CHECK(row(report, "pf-count")->cause == "[pf uplink] expects 3, 2 are there");
}
