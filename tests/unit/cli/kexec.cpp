// SPDX-License-Identifier: GPL-2.0-or-later
// The way into the next kernel with every part of the host replaced, and each thing that can go
// wrong on it.
#include "cli/kexec.hpp"

#include "bootloader/grub_backend.hpp"
#include "bootloader/selector.hpp"
#include "cli/provision.hpp"
#include "cli/transaction.hpp"
#include "crash/grub_view.hpp"
#include "fakesys/machine.hpp"
#include "plan/legacy.hpp"
#include "steps/apply.hpp"
#include "unit/words.hpp"

#include <spdlog/spdlog.h>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using vfirst::test::CrashingFiles;
using vfirst::test::grub_cfg;

namespace {

struct FakeKexec final : Kexec {
  int error = 0;
  std::optional<KexecImage> loaded;
  Status load(const KexecImage& image) override {
    if (error) return failed(error, "kexec of {}: {}", image.kernel, explain_kexec(error));
    loaded = image;
    return {};
  }
  void unload() override { loaded.reset(); }
};

// A GRUB host with plan "one" written, three VFs, and nobody on them.
struct Host {
  FakeMachine fake;
  CrashingFiles files{
      {{"boot/grub/grub.cfg", grub_cfg(true)},
       {"boot/vmlinuz-6.1", ""},
       {"var/lib/vfirst/keep", ""}}};
  Root tree = std::move(*Root::open("/"));
  Facts facts;
  GrubBackend backend{files, tree, facts.boot};
  FakeKexec kexec;
  Plan plan;
  std::string version = "systemd 257 (257.9-1~deb13u1)\n";
  int exit_code = 0;
  std::vector<std::string> ran;

  explicit Host(bool trial = true) {
    spdlog::set_level(spdlog::level::off);
    facts.boot.loader = Loader::grub;
    facts.boot.filesystem = "ext4";
    facts.boot.device = "vda1";
    fake.sysfs.add({});
    PciFunction nic;
    nic.address = kPf;
    nic.class_code = 0x020000;
    nic.driver = "igb";
    facts.pci.push_back(nic);
    plan.kargs.push_back({*make_arg("one", std::nullopt), {}, {}});
    plan.steps.push_back({CreateVfs{kPf, 3, false}, {}, {}, {}, true});
    REQUIRE(apply(CreateVfs{kPf, 3, false}, fake.machine).state == StepState::done);
    REQUIRE(write(trial));
    fake.sysfs.forget_writes();
  }
  Result<ApplyOutcome> write(bool trial, bool force = false) {
    ApplyOptions options;
    options.plan = plan.hash();
    options.trial = trial;
    options.force = force;
    options.trial_only = "vfirst.trial=" + plan.hash();
    return backend.apply("one", options);
  }
  Status go() {
    return kexec_host(
        {files, kexec, fake.machine,
         [this](const auto& argv, std::string_view) -> Result<Ended> {
           ran.push_back(fmt::format("{}", fmt::join(argv, " ")));
           return argv.back() == "--version" ? Ended{0, version, ""}
                                             : Ended{exit_code, "", "no such target\n"};
         }},
        facts, plan);
  }
  std::string refusal() {
    const auto gone = go();
    return gone ? "" : gone.error().what;
  }
  // a full reboot from here is the one that was planned all along
  bool as_it_was() const {
    return !kexec.loaded && backend.state()->next == "one" &&
           (ran.empty() || ran.back() == "systemctl --version");
  }
};

}  // namespace

TEST_CASE(
    "a kexec loads the next boot, removes the VFs, counts the trial and asks systemd, in this "
    "order",
    "[kexec][sriov][trial]") {
  Host host;
  REQUIRE(host.go());
  REQUIRE(host.kexec.loaded);
  CHECK(host.kexec.loaded->kernel == "boot/vmlinuz-6.1");
  CHECK(
      host.kexec.loaded->cmdline ==
      "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet one vfirst.trial=" + host.plan.hash());
  CHECK(
      host.fake.sysfs.writes() ==
      std::vector<std::string>{"sys/bus/pci/devices/0000:01:00.0/sriov_numvfs <- 0"});
  CHECK(host.ran.back() == "systemctl --no-block kexec");
  CHECK(host.files.disk.at(kHistory).ends_with(
      "Z plan " + host.plan.hash() + ": kexec into boot/vmlinuz-6.1\n"));
  // as GRUB leaves a trial that it takes
  CHECK(host.backend.state()->next == "");
  host.facts.boot.cmdline = host.kexec.loaded->cmdline;
  CHECK(host.backend.state()->trial == Trial::running);
  CHECK(host.backend.confirm()->wrote);
}

TEST_CASE(
    "without a trial the arguments stay good and GRUB has them too",
    "[kexec][kernel-arguments][grub]") {
  Host host(false);
  REQUIRE(host.go());
  CHECK(host.kexec.loaded->cmdline == "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet one");
  CHECK(host.backend.state()->next == "one");
}

TEST_CASE("a VF in use, and nothing is touched", "[kexec][sriov]") {
  Host host;
  host.fake.sysfs.add_driver("vfio-pci");
  REQUIRE(
      apply(
          BindDriver{
              kPf, 0, *PciAddress::parse(host.fake.sysfs.vf("0000:01:00.0", 0)),
              *VfDriver::parse("vfio-pci")},
          host.fake.machine)
          .state == StepState::done);
  host.fake.sysfs.guest_opens(host.fake.sysfs.vf("0000:01:00.0", 0));
  host.fake.sysfs.forget_writes();
  const auto gone = host.go();
  REQUIRE_FALSE(gone);
  CHECK(gone.error().kind == Error::Kind::busy);
  CHECK(host.as_it_was());
  CHECK(host.fake.sysfs.writes().empty());
}

TEST_CASE("a driver that is not on the list, and nothing is touched", "[kexec]") {
  Host host;
  host.facts.pci[0].driver = "mlx4_core";
  CHECK_WORDS(host.refusal() == "0000:01:00.0: driver mlx4_core is not known to survive kexec");
  CHECK(host.as_it_was());
  CHECK(host.fake.sysfs.writes().empty());
}

TEST_CASE(
    "a kernel that refuses the load is one line, and the VFs and the armed trial stay",
    "[kexec][sriov][trial]") {
  for (const int error : {EPERM, EKEYREJECTED, ENOSYS, ENOEXEC, ENOMEM, EBUSY}) {
    Host host;
    host.kexec.error = error;
    CHECK(host.go().error().code == std::errc::invalid_argument);
    CHECK_WORDS(host.refusal() == "kexec of boot/vmlinuz-6.1: " + explain_kexec(error));
    CHECK(host.as_it_was());
    CHECK(host.fake.sysfs.writes().empty());
  }
}

TEST_CASE("a kernel file that is gone is said before anything is touched", "[kexec]") {
  Host host;
  host.files.disk.erase("boot/vmlinuz-6.1");
  CHECK_WORDS(host.refusal() == "/boot/vmlinuz-6.1: the boot loader's file is not there");
  CHECK(host.as_it_was());
}

TEST_CASE("systemd that says no leaves no kernel loaded, and the trial armed", "[kexec][trial]") {
  Host host;
  host.exit_code = 1;
  CHECK_WORDS(host.refusal() == "systemctl kexec: exit code 1: no such target");
  CHECK_FALSE(host.kexec.loaded);
  CHECK(host.backend.state()->next == "one");
  CHECK(host.backend.state()->trial == Trial::armed);
}

TEST_CASE("a shutdown that cannot end in a kexec is known beforehand", "[kexec]") {
  Host host;
  host.version = "systemd 239 (239-82.el8)\n";
  CHECK_WORDS(host.refusal() == "systemd 239 needs kexec-tools for a kexec");
  host.fake.sysfs.put("run/initramfs/.need_shutdown", "");
  CHECK_WORDS(
      host.refusal() ==
      "this host's shutdown ends in the initramfs, which can kexec only with kexec-tools: install "
      "kexec-tools and rebuild the initramfs");
  CHECK(host.as_it_was());
  host.fake.sysfs.put("usr/sbin/kexec", "");
  CHECK(host.refusal() == "");
}

TEST_CASE(
    "an entry without the planned arguments is not jumped into", "[kexec][kernel-arguments]") {
  Host host;
  host.plan.kargs.push_back({*make_arg("two", "2"), {}, {}});
  CHECK_WORDS(host.refusal() == "the entry that boots next lacks two=2");
  CHECK(host.as_it_was());
}

// Boots of a host from its first: `comes_up` says whether a kexec ends in the kernel that it
// loaded.
namespace {

std::string life(bool trial, bool loads, bool comes_up) {
  Host host(trial);
  host.kexec.error = loads ? 0 : EPERM;
  std::string out;
  const std::string plain = "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet";
  for (int boot = 1; boot <= 6; ++boot) {
    const bool running = vfirst::holds_arguments(host.facts.boot.cmdline, "one");
    // as run_apply has it
    REQUIRE(host.write(trial, kexec_begun(host.files, host.plan)));
    auto next = next_provisioning(host.files, !running, Reboot::kexec, host.plan.hash());
    REQUIRE(next);
    bool jumped = false;
    if (*next == Provisioning::kexec_now) {
      jumped = host.go().has_value();
      out += jumped ? "kexec " : "refused ";
      if (!jumped) next = next_provisioning(host.files, !running, Reboot::kexec, host.plan.hash());
    }
    if (*next == Provisioning::done) return out + "done";
    if (*next == Provisioning::spent) return out + "spent";
    if (*next == Provisioning::reboot_now) out += "reboot ";
    if (jumped && comes_up) {
      host.facts.boot.cmdline = host.kexec.loaded->cmdline;
    } else {  // the firmware, and GRUB takes what there is
      const auto through = next_boot(host.files, host.facts.boot);
      host.facts.boot.cmdline = through->cmdline;
      if (through->trial) REQUIRE(count_trial(host.files, host.facts.boot, true));
    }
    host.kexec.unload();
  }
  return out + "loop";
}

}  // namespace

TEST_CASE(
    "a kexec that comes up is the only boot; one that does not is followed by exactly one full "
    "reboot",
    "[kexec]") {
  CHECK(life(true, true, true) == "kexec done");
  CHECK(life(false, true, true) == "kexec done");
  CHECK(life(true, false, false) == "refused reboot done");
  CHECK(life(false, false, false) == "refused reboot done");
  // hung, power cycled into the arguments from before
  CHECK(life(true, true, false) == "kexec reboot done");
  // hung, power cycled: GRUB has the arguments
  CHECK(life(false, true, false) == "kexec done");
}

TEST_CASE("the stamp of a kexec names its plan and goes once its boot is known", "[kexec]") {
  CrashingFiles files{{{"var/lib/vfirst/keep", ""}}};
  Plan a, b;
  a.kargs.push_back({*make_arg("a", std::nullopt), {}, {}});
  b.kargs.push_back({*make_arg("b", std::nullopt), {}, {}});
  CHECK_FALSE(kexec_begun(files, a));
  REQUIRE(stamp_kexec(files, a.hash()));
  CHECK(kexec_begun(files, a));
  CHECK_FALSE(kexec_begun(files, b));
  CHECK(files.unsettled.empty());
  // a kexec that 0.1.0 began
  REQUIRE(stamp_kexec(files, legacy::hash(b)));
  CHECK(kexec_begun(files, b));
  CHECK_FALSE(kexec_begun(files, a));
  REQUIRE(clear_kexec(files));
  CHECK_FALSE(kexec_begun(files, b));
  const auto writes = files.writes;
  REQUIRE(clear_kexec(files));
  CHECK(files.writes == writes);
}
