// SPDX-License-Identifier: GPL-2.0-or-later
// The gates and the record.
#include "steps/boot.hpp"
#include "fakesys/machine.hpp"
#include "host/files.hpp"
#include "plan/legacy.hpp"
#include "steps/gates.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

std::optional<std::string> gate(const std::string& cmdline, bool initramfs = true) {
  FakeMachine fake;
  if (initramfs) fake.sysfs.put("etc/initrd-release", "");
  fake.sysfs.put("proc/cmdline", cmdline);
  return closed_gate(fake.sysfs, "f00d");
}

Plan small_plan() {
  Plan plan;
  plan.steps.push_back({CreateVfs{kPf, 2, false}, "", {}, {}, true});
  return plan;
}

}  // namespace

TEST_CASE("an ordinary boot passes the gates", "[steps]") {
  CHECK_FALSE(gate("BOOT_IMAGE=/vmlinuz root=/dev/vda1 quiet"));
}
TEST_CASE("rd.vfirst=0 and vfirst=off switch it off, and the last word counts", "[steps]") {
  CHECK(gate("quiet rd.vfirst=0") == "rd.vfirst=0 on the kernel command line");
  CHECK(gate("vfirst=off quiet") == "vfirst=off on the kernel command line");
  CHECK(gate("vfirst=\"off\" quiet") == "vfirst=\"off\" on the kernel command line");
  CHECK_FALSE(gate("dyndbg=\"a vfirst=off b\""));
  CHECK_FALSE(gate("vfirst=off vfirst=on"));
}
TEST_CASE(
    "rd.vfirst=0 is for the initramfs: the real root still does it", "[steps][provisioning]") {
  CHECK_FALSE(gate("quiet rd.vfirst=0", false));
  CHECK(gate("vfirst=off", false));
}
TEST_CASE("a host that is being repaired is left alone", "[steps]") {
  CHECK(gate("quiet single"));
  CHECK(gate("systemd.unit=rescue.target"));
  CHECK(gate("systemd.unit=emergency.target"));
  CHECK(gate("rd.break=pre-mount"));
  CHECK_FALSE(gate("root=single-disk rescue=no"));
}
TEST_CASE("a crash kernel is left alone", "[steps][crash]") {
  FakeMachine fake;
  fake.sysfs.put("proc/vmcore", "");
  CHECK(closed_gate(fake.sysfs, "") == "this is a crash kernel, which only saves the dump");
}
TEST_CASE("a disk that was set up for another machine is left alone", "[steps]") {
  FakeMachine fake;
  fake.sysfs.put(kFingerprintFile, "f00d");
  CHECK_FALSE(closed_gate(fake.sysfs, "f00d"));
  CHECK(closed_gate(fake.sysfs, "beef"));
}

TEST_CASE("a closed gate touches nothing and leaves its reason in the record", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.sysfs.put("proc/cmdline", "vfirst=off");
  const auto report = boot(small_plan(), fake.machine, 60s);
  CHECK(fake.sysfs.writes().empty());
  DiskFiles files(fake.sysfs);
  REQUIRE(record(report, files));
  const auto json = nlohmann::json::parse(*fake.sysfs.read(kResultFile));
  CHECK(json["schema"] == "vfirst.boot/1");
  CHECK_WORDS(json["skipped"] == "vfirst=off on the kernel command line");
  CHECK(json["complete"] == false);
  CHECK_FALSE(read_ready(fake.sysfs));
}

TEST_CASE(
    "the record says what was wanted and got, and the second run leaves it as it is", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.machine.initramfs = true;
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(small_plan(), fake.machine, 60s), files));
  const auto first = *fake.sysfs.read(kResultFile);
  const auto json = nlohmann::json::parse(first);
  CHECK(json["phase"] == "initrd");
  CHECK(json["complete"] == true);
  CHECK(json["steps"][0]["wanted"] == "2");
  CHECK(json["steps"][0]["got"] == "2");
  CHECK(json["steps"][0]["state"] == "done");
  CHECK(json["steps"][0]["kind"] == "create-vfs");
  CHECK(json["steps"][0]["subject"] == "0000:01:00.0");
  REQUIRE(read_ready(fake.sysfs));
  CHECK(read_ready(fake.sysfs)->phase == "initrd");

  fake.machine.initramfs = false;
  const auto again = boot(small_plan(), fake.machine, 60s);
  CHECK(again.writes() == 0);
  REQUIRE(record(again, files));
  CHECK(fake.sysfs.read(kResultFile) == first);
  CHECK(read_ready(fake.sysfs)->phase == "initrd");
}

// An initramfs that was made before the update of the package has the program of 0.1.0.
TEST_CASE(
    "readiness that the initramfs of 0.1.0 recorded is not recorded anew",
    "[steps][provisioning]") {
  FakeMachine fake;
  fake.sysfs.add({});
  const auto plan = small_plan();
  REQUIRE(boot(plan, fake.machine, 60s).complete());
  const auto ready = fmt::format("at=3.5\nphase=initrd\nplan={}\n", legacy::hash(plan));
  fake.sysfs.put(kReadyFile, ready);
  fake.sysfs.put(kResultFile, "{}");
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  CHECK(read_ready(fake.sysfs)->at_s == 3.5);
  CHECK(fake.sysfs.read(kResultFile) == "{}");
  fake.sysfs.put(kReadyFile, "at=3.5\nphase=initrd\nplan=000000000000\n");
  REQUIRE(record(boot(plan, fake.machine, 60s), files));
  CHECK(read_ready(fake.sysfs)->plan_hash == plan.hash());
}

TEST_CASE("a record with a failure has the errno by name and takes readiness back", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  DiskFiles files(fake.sysfs);
  REQUIRE(record(boot(small_plan(), fake.machine, 60s), files));
  fake.sysfs.reload_pf("0000:01:00.0");
  fake.sysfs.remove("sys/bus/pci/devices/0000:01:00.0/driver");
  const auto report = boot(small_plan(), fake.machine, 60s);
  REQUIRE(record(report, files));
  const auto json = nlohmann::json::parse(*fake.sysfs.read(kResultFile));
  CHECK(json["steps"][0]["errno"] == "ENOENT");
  CHECK_FALSE(read_ready(fake.sysfs));
}

TEST_CASE("a best-effort failure does not make the boot incomplete", "[steps]") {
  FakeMachine fake;
  auto plan = small_plan();
  plan.steps[0].required = false;
  const auto report = boot(plan, fake.machine, 60s);
  CHECK(report.count(StepState::failed) == 1);
  CHECK(report.complete());
}
