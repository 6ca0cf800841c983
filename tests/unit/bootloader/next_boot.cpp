// SPDX-License-Identifier: GPL-2.0-or-later
// What the loader does next, worked out without it: tests/vm/kexec compares the line with the one
// that GRUB gives.
#include "loader/next_boot.hpp"

#include "bootloader/grub_backend.hpp"
#include "bootloader/selector.hpp"
#include "crash/grub_view.hpp"
#include "unit/bootloader/bls_hosts.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

// What 00_header writes for GRUB_DEFAULT=`chosen`, and entries with their initrds.
std::string config(const std::string& chosen) {
  auto text = replaced(
      grub_cfg(true), "### END /etc/grub.d/00_header ###",
      "if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\n   set "
      "next_entry=\n   save_env next_entry\nelse\n   set default=\"" +
          chosen + "\"\nfi\n### END /etc/grub.d/00_header ###");
  text = replaced(text, "$vfirst_args\n}", "$vfirst_args\n\tinitrd\t/boot/initrd.img-6.1\n}");
  return replaced(
      text, "$vfirst_args\n\t}",
      "$vfirst_args\n\t\tinitrd\t/boot/ucode.img /boot/initrd.img-6.1\n\t}");
}

struct GrubHost {
  CrashingFiles files;
  Root root = std::move(*Root::open("/"));
  BootFacts boot;
  GrubBackend backend{files, root, boot};

  explicit GrubHost(const std::string& grub_cfg)
      : files(
            {{"boot/grub/grub.cfg", grub_cfg},
             {"boot/vmlinuz-6.1", "kernel"},
             {"boot/initrd.img-6.1", "initrd"},
             {"boot/ucode.img", "microcode"}}) {
    boot.loader = Loader::grub;
    boot.filesystem = "ext4";
    boot.device = "vda1";
    boot.cmdline = "BOOT_IMAGE=/boot/vmlinuz root=/dev/wrong ro quiet";
  }
  void apply(const std::string& cmdline, bool trial) {
    ApplyOptions options;
    options.plan = "p1";
    options.trial = trial;
    options.trial_only = "vfirst.trial=p1 panic=30";
    REQUIRE(backend.apply(cmdline, options));
  }
  Result<NextBoot> next() const { return next_boot(files, boot); }
  std::string refusal() const {
    const auto found = next();
    return found ? "" : found.error().what;
  }
};

Result<NextBoot> next_of(const BlsHost& host) {
  return next_boot(host.files, host.boot);
}

}  // namespace

TEST_CASE(
    "the default is found by number, title, id and by a path of them; what names nothing is the "
    "first",
    "[steps]") {
  GrubMachine machine;
  // No file is there.
  machine.file = [](std::string_view) { return GrubMachine::File{}; };
  const auto title = [&](const char* chosen) {
    return GrubConfig::parse(config(chosen), machine).next.title;
  };
  CHECK(title("0") == "Debian GNU/Linux");
  CHECK(title("") == "Debian GNU/Linux");
  CHECK(title("1>0") == "Advanced options>Debian, with Linux 6.1");
  // a submenu: its own first
  CHECK(title("1") == "Advanced options>Debian, with Linux 6.1");
  CHECK(title("1>1") == "Advanced options>Debian, with Linux 6.1 (recovery mode)");
  CHECK(title("Advanced options>Debian, with Linux 6.1") == title("1>0"));
  CHECK(title("gnulinux-advanced-1>gnulinux-6.1-recovery-1") == title("1>1"));
  CHECK(title("7") == "Debian GNU/Linux");
  CHECK(title("no such entry") == "Debian GNU/Linux");
  const auto next = [&](const std::string& text) { return GrubConfig::parse(text, machine).next; };
  CHECK(
      next("set default='b >> c'\nmenuentry a --id one {\n true\n}\nmenuentry 'b > c' --id two "
           "{\n true\n}\n")
          .title == "b > c");
  CHECK(next("").title.empty());
}

TEST_CASE(
    "GRUB's next boot is the entry's own line with ours where the variable stands, never the "
    "running kernel's",
    "[steps][grub]") {
  GrubHost host(config("0"));
  host.apply("one two=2", false);
  const auto next = host.next();
  REQUIRE(next);
  CHECK(
      *next == NextBoot{
                   "boot/vmlinuz-6.1",
                   {"boot/initrd.img-6.1"},
                   "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet one two=2",
                   false});
  GrubHost middle(
      replaced(config("0"), "ro  quiet $vfirst_args", "ro $vfirst_args 'file=a b' quiet"));
  middle.apply("one", false);
  CHECK(
      middle.next()->cmdline ==
      "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro one \"file=a b\" quiet");
}

TEST_CASE(
    "an armed trial is GRUB's next boot, with what only a trial has", "[steps][grub][trial]") {
  GrubHost host(config("1>0"));
  host.apply("good", false);
  host.apply("one", true);
  const auto next = host.next();
  REQUIRE(next);
  CHECK(next->trial);
  CHECK(
      next->cmdline ==
      "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet one vfirst.trial=p1 panic=30");
  CHECK(next->initrds == std::vector<std::string>{"boot/ucode.img", "boot/initrd.img-6.1"});
}

TEST_CASE(
    "a trial that counts as taken is what GRUB would have made of it: this boot's, gone in the "
    "next, kept by confirm",
    "[steps][grub][trial]") {
  GrubHost host(config("0"));
  host.apply("one", true);
  const auto cmdline = host.next()->cmdline;
  REQUIRE(count_trial(host.files, host.boot, true));
  // seen from a boot that is not it: the power cut before the jump
  CHECK(host.backend.state()->trial == Trial::failed);
  CHECK(host.backend.state()->next == "");
  CHECK(host.next()->cmdline == "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet");
  host.boot.cmdline = cmdline;
  CHECK(host.backend.state()->trial == Trial::running);
  REQUIRE(host.backend.confirm());
  CHECK(host.backend.state()->good == "one");
}

TEST_CASE("a trial whose jump was called off is armed again", "[steps][trial]") {
  GrubHost host(config("0"));
  host.apply("one", true);
  const auto before = host.files.disk;
  REQUIRE(count_trial(host.files, host.boot, true));
  CHECK(host.files.disk != before);
  REQUIRE(count_trial(host.files, host.boot, false));
  CHECK(host.files.disk == before);
  REQUIRE(count_trial(host.files, host.boot, false));
  CHECK(host.files.disk == before);
}

TEST_CASE(
    "saved_entry is GRUB's default where grub.cfg says so, and an entry chosen for one boot is "
    "left to GRUB",
    "[steps][grub]") {
  GrubHost host(config("${saved_entry}"));
  CHECK(host.next()->initrds.size() == 1);
  host.files.disk["boot/grub/grubenv"] =
      grubenv("saved_entry=gnulinux-advanced-1>gnulinux-6.1-advanced-1\n");
  CHECK(host.next()->initrds.size() == 2);
  host.files.disk["boot/grub/grubenv"] = grubenv("saved_entry=0\nprev_saved_entry=1>0\n");
  CHECK(host.next()->initrds.size() == 2);
  host.files.disk["boot/grub/grubenv"] = grubenv("next_entry=1>1\n");
  CHECK_WORDS(host.refusal() == "boot/grub/grubenv: '1>1' is to boot next, once (grub-reboot)");
}

TEST_CASE("what only GRUB can know is refused with the reason", "[steps][grub]") {
  const auto searched = [](const char* name, const std::string& chosen) {
    return replaced(
        config(chosen), "### END /etc/grub.d/00_header ###",
        fmt::format("search --set={} --label x; ### END /etc/grub.d/00_header ###", name));
  };
  GrubHost host(replaced(searched("mine", "0"), "set default=\"0\"", "set default=\"${mine}\""));
  CHECK(host.refusal() == "");
  host.files.disk["boot/grub/grub.cfg"] += "set default=\"${mine}\"\n";
  CHECK_WORDS(
      host.refusal() ==
      "boot/grub/grub.cfg: which entry is the default is in $mine, which only GRUB knows");
  GrubHost variable(replaced(searched("extra", "0"), "ro  quiet", "ro $extra quiet"));
  CHECK_WORDS(variable.refusal() == "boot/grub/grub.cfg:23: $extra is GRUB's to replace");
  // one that nobody sets is nothing
  GrubHost unset(replaced(config("0"), "ro  quiet", "ro $extra quiet"));
  CHECK(unset.next()->cmdline == "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet");
  GrubHost recovery(config("1>1"));
  recovery.apply("one", false);
  CHECK_WORDS(
      recovery.refusal() ==
      "boot/grub/grub.cfg:32: entry 'Advanced options>Debian, with Linux 6.1 (recovery mode)' "
      "boots by default and does not carry our arguments");
  GrubHost gone(config("0"));
  gone.files.disk.erase("boot/initrd.img-6.1");
  CHECK_WORDS(gone.refusal() == "/boot/initrd.img-6.1: the boot loader's file is not there");
  GrubHost other(config("0") + "menuentry 'firmware' --id fw {\n fwsetup\n}\n");
  CHECK(other.refusal() == "");
  other.files.disk["boot/grub/grub.cfg"] =
      config("fw") + "menuentry 'firmware' --id fw {\n fwsetup\n}\n";
  CHECK_WORDS(
      other.refusal() ==
      "boot/grub/grub.cfg:36: entry 'firmware' boots by default, and it boots no Linux");
  other.files.disk["boot/grub/grub.cfg"] =
      config("xen") +
      "menuentry 'Debian GNU/Linux, with Xen hypervisor' --id xen {\n"
      " multiboot2 /boot/xen-4.17-amd64.gz placeholder\n module2 /boot/vmlinuz-6.1 ro\n}\n";
  CHECK_WORDS(
      other.refusal() ==
      "boot/grub/grub.cfg:36: entry 'Debian GNU/Linux, with Xen hypervisor' boots by default, and "
      "it boots Xen; vfirst sets up hosts whose hypervisor is KVM");
}

TEST_CASE(
    "a loader's path is found under /boot, below a subvolume's name, and nowhere else", "[steps]") {
  CrashingFiles files({{"boot/vmlinuz", ""}, {"vmlinuz-old", ""}, {"boot/efi/abc/linux", ""}});
  CHECK(loader_file(files, "boot", "/vmlinuz") == "boot/vmlinuz");
  CHECK(loader_file(files, "boot", "/boot/vmlinuz") == "boot/vmlinuz");
  CHECK(loader_file(files, "boot", "/@rootfs/boot/vmlinuz") == "boot/vmlinuz");
  CHECK(loader_file(files, "boot/efi", "/abc/linux") == "boot/efi/abc/linux");
  CHECK_FALSE(loader_file(files, "boot", "/vmlinuz-old"));
  CHECK_FALSE(loader_file(files, "boot", "(hd0,gpt2)/vmlinuz"));
}

TEST_CASE(
    "an entry's next boot: GRUB's saved one with its variables, systemd-boot's first",
    "[steps][grub][bls]") {
  auto host = fedora();
  host.boot.cmdline = "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.10.6-200.fc40.x86_64 root=/dev/wrong";
  for (const auto name :
       {"boot/vmlinuz-6.11.4-301.fc41.x86_64", "boot/initramfs-6.11.4-301.fc41.x86_64.img",
        "boot/vmlinuz-6.10.6-200.fc40.x86_64"})
    host.files.disk[name] = "";
  REQUIRE(host.apply("one two=2"));
  auto next = next_of(host);
  REQUIRE(next);
  CHECK(
      *next == NextBoot{
                   "boot/vmlinuz-6.11.4-301.fc41.x86_64",
                   {"boot/initramfs-6.11.4-301.fc41.x86_64.img"},
                   "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.11.4-301.fc41.x86_64 root=UUID=1f ro "
                   "rootflags=subvol=root rhgb quiet one two=2",
                   false});
  // none saved: the newest
  host.files.disk["boot/grub2/grubenv"] = grubenv("boot_success=1\n");
  CHECK(next_of(host) == next);
  host.files.disk["boot/grub2/grubenv"] =
      grubenv("saved_entry=" + kMachine + "-6.10.6-200.fc40.x86_64\n");
  CHECK(next_of(host)->initrds.empty());
  host.files.disk["boot/grub2/grub.cfg"] =
      "load_env\nset default=$saved_entry\nset tuned_params=\"skew_tick=1 nosmt\"\nblscfg\n";
  host.files.disk["boot/grub2/grubenv"] =
      grubenv("saved_entry=" + kMachine + "-6.11.4-301.fc41.x86_64\n");
  REQUIRE(next_of(host));
  CHECK(
      next_of(host)->cmdline ==
      replaced(next->cmdline, " one two=2", "") + " skew_tick=1 nosmt one two=2");
  host.files.disk["boot/grub2/grub.cfg"] = "search --set=tuned_params --label x\nblscfg\n";
  REQUIRE_FALSE(next_of(host));
  CHECK_WORDS(
      next_of(host).error().what ==
      entries(kMachine + "-6.11.4-301.fc41.x86_64.conf") + ": only GRUB knows $tuned_params");
  host.files.disk["boot/grub2/grub.cfg"] = grub2_config();
  // As GRUB: the entry that is saved, whatever it is, and the first where it is gone.
  host.files.disk["boot/vmlinuz-0-rescue"] = "";
  host.files.disk["boot/grub2/grubenv"] = grubenv("saved_entry=" + kMachine + "-0-rescue\n");
  CHECK(next_of(host)->kernel == "boot/vmlinuz-0-rescue");
  host.files.disk["boot/grub2/grubenv"] = grubenv("saved_entry=gone\n");
  CHECK(next_of(host) == next);
  host.files.disk["boot/grub2/grubenv"] = grubenv("next_entry=0\n");
  CHECK_WORDS(
      next_of(host).error().what == "boot/grub2/grubenv: '0' is to boot next, once (grub-reboot)");

  auto old = rhel8();
  old.files.disk["boot/vmlinuz-4.18.0-553.el8_10.x86_64"] =
      old.files.disk["boot/initramfs-4.18.0-553.el8_10.x86_64.img"] = "";
  old.files.disk["boot/grub2/grubenv"] =
      replaced(old.at("boot/grub2/grubenv"), "saved_entry=x", "boot_index=00");
  REQUIRE(old.apply("one"));
  REQUIRE(next_of(old));
  CHECK(
      next_of(old)->cmdline ==
      "BOOT_IMAGE=/vmlinuz-4.18.0-553.el8_10.x86_64 root=/dev/mapper/rhel-root ro "
      "crashkernel=auto rd.lvm.lv=rhel/root rhgb quiet one skew_tick=1 tsc=reliable");

  auto debian = debian_systemd_boot();
  const auto folder = "boot/efi/" + kMachine + "/6.12.48+deb13-amd64/";
  debian.files.disk[folder + "linux"] =
      debian.files.disk[folder + "initrd.img-6.12.48+deb13-amd64"] = "";
  REQUIRE(debian.apply("one"));
  next = next_of(debian);
  REQUIRE(next);
  CHECK(next->kernel == folder + "linux");
  CHECK(next->cmdline == "root=UUID=1f ro quiet systemd.machine_id=" + kMachine + " one");
  debian.options.trial = true;
  debian.options.plan = "p2";
  REQUIRE(debian.apply("two"));
  CHECK_WORDS(
      next_of(debian).error().what ==
      "systemd-boot counts the boots of a trial's entry itself: only a full reboot is a trial "
      "there");
  CHECK_FALSE(count_trial(debian.files, debian.boot, true));
}
