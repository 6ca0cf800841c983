// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/apply.hpp"

#include "bootloader/support.hpp"
#include "crash/grub_view.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

#include <utility>

using namespace vfirst;
using namespace vfirst::test;

namespace {

struct Host {
  CrashingFiles files;
  Root root = std::move(*Root::open("/"));
  BootFacts boot;
  ApplyOptions options;
  int generated = 0;
  std::string generates = grub_cfg(true);

  explicit Host(CrashingFiles::Disk disk) : files(std::move(disk)) {
    files.executable = {"etc/grub.d/09_vfirst"};
    boot.loader = Loader::grub;
    boot.filesystem = "ext4";
    boot.device = "vda1";
    boot.cmdline = "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro quiet";
    options.plan = "p1";
    options.run = [this](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
      if (argv[0] == "grub-mkconfig") return ++generated, Ended{0, generates, ""};
      if (argv[0] == "grub-script-check") return Ended{};
      return failed(ENOENT, "{}: not found", argv[0]);
    };
  }
  Result<ApplyOutcome> apply(const std::string& cmdline) {
    return apply_arguments(files, root, boot, cmdline, options);
  }
  std::string sees() const {
    std::set<std::string> doubtful;
    return grub_sees(files, doubtful);
  }
};

Host golden() {
  return Host({{"boot/grub/grub.cfg", grub_cfg(true)}});
}
Host plain() {
  return Host(
      {{"boot/grub/grub.cfg", grub_cfg(false)},
       {"etc/grub.d/09_vfirst", "#!/bin/sh"},
       {"etc/default/grub.d/zz-vfirst.cfg", "X=\"$X \\$vfirst_args\"\n"}});
}

}  // namespace

TEST_CASE(
    "the first apply selects a slot with the arguments; the second writes nothing",
    "[trial][kernel-arguments][grub]") {
  auto host = golden();
  const auto first = host.apply("iommu=pt  hugepages=8 ");
  REQUIRE(first);
  CHECK(first->changed);
  CHECK(first->wrote);
  CHECK(first->reboot_needed);
  CHECK(!first->regenerated);
  CHECK(first->slot == SlotId::a);
  CHECK(first->diff() == "+ iommu=pt\n+ hugepages=8\n");
  CHECK(host.sees() == "iommu=pt hugepages=8");
  const auto disk = host.files.disk;
  const int writes = host.files.writes;
  host.boot.cmdline += " iommu=pt hugepages=8";
  const auto second = host.apply("iommu=pt hugepages=8");
  REQUIRE(second);
  CHECK(!second->changed);
  CHECK(!second->wrote);
  CHECK(!second->reboot_needed);
  CHECK(second->diff() == "");
  CHECK(host.files.writes == writes);
  CHECK(host.files.disk == disk);
}

TEST_CASE(
    "new arguments go into the slot that is not in use, and grub.cfg is not touched",
    "[trial][kernel-arguments][grub]") {
  auto host = golden();
  REQUIRE(host.apply("one two"));
  const auto config = host.files.disk.at("boot/grub/grub.cfg");
  const auto slot_a = host.files.disk.at("boot/vfirst/a.cfg");
  const auto outcome = host.apply("two three");
  REQUIRE(outcome);
  CHECK(outcome->slot == SlotId::b);
  CHECK(outcome->diff() == "- one\n+ three\n");
  CHECK(host.files.disk.at("boot/vfirst/a.cfg") == slot_a);
  CHECK(host.files.disk.at("boot/grub/grub.cfg") == config);
  CHECK(host.sees() == "two three");
  CHECK(host.generated == 0);
  // back to what slot a still holds
  REQUIRE(host.apply("one two"));
  CHECK(host.files.disk.at("boot/vfirst/a.cfg") == slot_a);
  CHECK(host.sees() == "one two");
}

TEST_CASE("no arguments at all are an argument list too", "[trial][kernel-arguments]") {
  auto host = golden();
  const auto nothing = host.apply("");
  REQUIRE(nothing);
  CHECK(!nothing->wrote);
  CHECK(!nothing->reboot_needed);
  REQUIRE(host.apply("one"));
  const auto back = host.apply("");
  REQUIRE(back);
  CHECK(back->changed);
  CHECK(back->reboot_needed);
  CHECK(host.sees() == "");
}

TEST_CASE("a dry run says the same and writes nothing", "[trial]") {
  auto host = golden();
  host.options.dry_run = true;
  const auto outcome = host.apply("one");
  REQUIRE(outcome);
  CHECK(outcome->changed);
  CHECK(outcome->diff() == "+ one\n");
  CHECK(!outcome->wrote);
  CHECK(host.files.writes == 0);
}

TEST_CASE(
    "a trial leaves the good slot and arms the other; arguments that are good already need none",
    "[trial][kernel-arguments][grub]") {
  auto host = golden();
  REQUIRE(host.apply("one"));
  host.options.trial = true;
  REQUIRE(host.apply("two"));
  const auto slots = current_slots(host.files, host.boot);
  CHECK(slots->selection.good == SlotId::a);
  CHECK(slots->selection.trial == SlotId::b);
  CHECK(host.sees() == "two");
  REQUIRE(host.apply("one"));
  CHECK(!current_slots(host.files, host.boot)->selection.trial);
  CHECK(host.sees() == "one");
}

TEST_CASE(
    "a grub.cfg that lost our variable is a change to come, though the arguments are as wanted",
    "[trial][kernel-arguments][grub]") {
  auto host = plain();
  REQUIRE(host.apply("one"));
  auto& text = host.files.disk.at("boot/grub/grub.cfg");
  for (auto at = text.find(" $vfirst_args"); at != text.npos; at = text.find(" $vfirst_args"))
    text.erase(at, 13);
  host.options.dry_run = true;
  const auto outcome = host.apply("one");
  REQUIRE(outcome);
  CHECK_FALSE(outcome->changed);
  CHECK_FALSE(outcome->wrote);
  CHECK(outcome->regenerated);
}

TEST_CASE(
    "a grub.cfg without our variable is made anew once, kept as it was beside, and never again",
    "[trial][grub]") {
  auto host = plain();
  const auto before = host.files.disk.at("boot/grub/grub.cfg");
  const auto outcome = host.apply("one");
  REQUIRE(outcome);
  CHECK(outcome->regenerated);
  CHECK(host.generated == 1);
  CHECK(host.sees() == "one");
  CHECK(host.files.disk.at("boot/vfirst/before/boot-grub-grub.cfg") == before);
  CHECK(
      host.files.disk.at("boot/vfirst/journal")
          .find("replaced boot/grub/grub.cfg boot/vfirst/before/boot-grub-grub.cfg ") !=
      std::string::npos);
  REQUIRE(host.apply("two"));
  CHECK(host.generated == 1);
}

TEST_CASE(
    "a grub-mkconfig that fails, or whose result would not carry the arguments, changes nothing",
    "[trial][kernel-arguments]") {
  auto host = plain();
  const auto disk = host.files.disk;
  host.generates = grub_cfg(false);
  CHECK_WORDS(
      host.apply("one").error().what ==
      "a new boot/grub/grub.cfg would not carry our arguments: nothing sets $vfirst_args");
  host.options.run = [](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
    if (argv[0] == "grub-mkconfig") return Ended{1, "", "grub-probe: error: no device\n"};
    return Ended{};
  };
  CHECK_WORDS(
      host.apply("one").error().what == "grub-mkconfig failed (1): grub-probe: error: no device");
  CHECK(host.files.disk == disk);
}

TEST_CASE(
    "each way in which a generated grub.cfg misses the variable has its own cause, and a dry run "
    "finds it",
    "[grub][kernel-arguments]") {
  auto host = plain();
  host.options.dry_run = true;
  const auto cause = [&](const std::string& made) {
    host.generates = made;
    const auto done = host.apply("one");
    REQUIRE_FALSE(done);
    CHECK(host.files.writes == 0);
    constexpr std::string_view kHead = "a new boot/grub/grub.cfg would not carry our arguments: ";
    CHECK_WORDS(done.error().what.starts_with(kHead));
    return done.error().what.substr(std::min(kHead.size(), done.error().what.size()));
  };
  const auto good = grub_cfg(true);
  const std::string line = "ro  quiet $vfirst_args\n}";
  host.files.disk["etc/default/grub"] =
      "X=1\nGRUB_CMDLINE_LINUX=\"ds=nocloud-net;s=http://10.0.0.1/\"\n";
  CHECK_WORDS(
      cause(replaced(good, line, "ro ds=nocloud-net;s=http://10.0.0.1/ $vfirst_args\n}")) ==
      "etc/default/grub:2: a value holds ';', which ends GRUB's command there: quote it for GRUB "
      "as well");
  host.files.disk["etc/default/grub"] = "GRUB_CMDLINE_LINUX=\"audit=1\nvga=normal\"\n";
  CHECK_WORDS(
      cause(replaced(good, line, "ro audit=1\nvga=normal $vfirst_args\n}")) ==
      "etc/default/grub:1: a value goes on in the next line, which ends GRUB's command there: make "
      "it one line");
  host.files.disk["etc/default/grub"] = "GRUB_CMDLINE_LINUX=\"quiet\"\n";
  const auto without = replaced(good, line, "ro  quiet\n}");
  CHECK_WORDS(
      cause(without) ==
      "boot/grub/grub.cfg:16: etc/grub.d/10_linux makes this entry without "
      "GRUB_CMDLINE_LINUX_DEFAULT");
  const auto ours = std::exchange(host.files.disk["etc/default/grub.d/zz-vfirst.cfg"], "\n");
  CHECK_WORDS(
      cause(without) ==
      "etc/default/grub.d/zz-vfirst.cfg does not add $vfirst_args to GRUB_CMDLINE_LINUX_DEFAULT: "
      "install vfirst's package anew, or copy the file from it");
  host.files.disk["etc/default/grub.d/zz-vfirst.cfg"] = ours;
  host.files.disk["etc/default/grub.d/zzz.cfg"] = "GRUB_CMDLINE_LINUX_DEFAULT=mine\n";
  CHECK_WORDS(
      cause(without) ==
      "etc/default/grub.d/zzz.cfg is read after etc/default/grub.d/zz-vfirst.cfg and sets the "
      "arguments anew: rename it");
  host.files.disk["usr/sbin/grub-mkconfig"] = ". /etc/default/grub\n";
  CHECK_WORDS(
      cause(without) ==
      "this usr/sbin/grub-mkconfig does not read etc/default/grub.d: add $vfirst_args at the end "
      "of GRUB_CMDLINE_LINUX_DEFAULT in etc/default/grub");
}

TEST_CASE("GRUB's tools under their other names are found", "[trial][grub]") {
  auto host = plain();
  host.options.run = [](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
    if (argv[0] == "grub2-mkconfig") return Ended{0, grub_cfg(true), ""};
    if (argv[0] == "grub2-script-check") return Ended{};
    return failed(ENOENT, "{}: not found", argv[0]);
  };
  CHECK(host.apply("one"));
}

TEST_CASE(
    "where grub.cfg cannot be made anew, apply says what is missing before it writes",
    "[trial][grub]") {
  auto host = plain();
  host.files.disk.erase("etc/default/grub.d/zz-vfirst.cfg");
  CHECK_WORDS(
      host.apply("one").error().what ==
      "boot/grub/grub.cfg: nothing sets $vfirst_args, and "
      "etc/default/grub.d/zz-vfirst.cfg is not installed");
  auto image = plain();
  image.root = std::move(*Root::open("/usr"));
  CHECK_WORDS(
      image.apply("one").error().what ==
      "boot/grub/grub.cfg: nothing sets $vfirst_args; run update-grub "
      "inside /usr and then apply again");
  CHECK(image.files.writes == 0);
}

TEST_CASE(
    "a command line past the limit is refused with the entry and both parts, before a write",
    "[trial][kernel-arguments]") {
  auto host = golden();
  host.options.limit = 60;
  const auto refused = host.apply("isolcpus=2-7");
  REQUIRE(!refused);
  CHECK_WORDS(
      refused.error().what ==
      "entry 'Debian GNU/Linux': its command line would have 62 bytes, the kernel takes 60: "
      "12 of ours, 50 that stand there already");
  CHECK(host.files.writes == 0);
  host.options.limit = 70;
  CHECK(host.apply("isolcpus=2-7"));
}

TEST_CASE(
    "each entry's whole line is proved before a write, with the kernel that it boots; recovery "
    "entries are not ours",
    "[trial]") {
  auto host = golden();
  std::vector<std::string> asked;
  host.options.prove = [&](std::string_view kernel, std::string_view line) -> Status {
    asked.push_back(fmt::format("{} {}", kernel, line));
    if (asked.size() == 2) return refuse("too many words for init");
    return {};
  };
  CHECK_WORDS(
      host.apply("one").error().what ==
      "entry 'Advanced options>Debian, with Linux 6.1': too many words for init");
  CHECK(
      asked == std::vector<std::string>(
                   2, "/boot/vmlinuz-6.1 BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1 ro quiet one"));
  CHECK(host.files.writes == 0);
}

TEST_CASE("a word that GRUB cannot carry is refused before a write", "[trial][grub]") {
  auto host = golden();
  const auto refused = host.apply("one dyndbg=\"file a +p\"");
  REQUIRE(!refused);
  CHECK(refused.error().code == std::errc::invalid_argument);
  CHECK(host.files.writes == 0);
}

TEST_CASE(
    "each loader that vfirst does not write is refused by its name, with what its owner can do",
    "[trial]") {
  for (const auto& [loader, hint] :
       {std::pair{Loader::uki, "ukify"}, {Loader::none, "vfirst plan --cmdline"}}) {
    auto host = golden();
    host.boot.loader = loader;
    const auto refused = host.apply("one");
    REQUIRE(!refused);
    CHECK(refused.error().code == std::errc::operation_not_supported);
    CHECK_WORDS(refused.error().what.find(hint) != std::string::npos);
    CHECK(host.files.writes == 0);
    // nothing wanted is nothing to refuse
    CHECK(host.apply(""));
  }
}

TEST_CASE(
    "a trial is refused where GRUB cannot write; arguments without one are not",
    "[trial][kernel-arguments][grub]") {
  for (const auto& [filesystem, device] :
       {std::pair{"btrfs", "vda1"},
        {"zfs", "vda1"},
        {"ext4", "dm-0"},
        {"ext4", "md0"},
        {"", "vda1"}}) {
    auto host = golden();
    host.boot.filesystem = filesystem;
    host.boot.device = device;
    CHECK(host.apply("one"));
    host.options.trial = true;
    CHECK(host.apply("two").error().code == std::errc::operation_not_supported);
    CHECK(host.sees() == "one");
  }
}

TEST_CASE("entries of other generators are noted, not refused", "[trial]") {
  auto host = golden();
  host.files.disk.at("boot/grub/grub.cfg") +=
      "### BEGIN /etc/grub.d/40_custom ###\nmenuentry 'mine' {\n linux /k root=/dev/sdb1\n}\n### "
      "END /etc/grub.d/40_custom ###\n";
  const auto outcome = host.apply("one");
  REQUIRE(outcome);
  CHECK_WORDS(
      outcome->notes ==
      std::vector<std::string>{
          "boot/grub/grub.cfg:29: entry 'mine' is not ours and boots without these arguments"});
}

TEST_CASE(
    "arguments behind -- in an entry would not count, so apply refuses and names the line",
    "[trial][kernel-arguments]") {
  const auto dashed = [](bool dry_run) {
    auto host = golden();
    host.options.dry_run = dry_run;
    host.files.disk["boot/grub/grub.cfg"] =
        replaced(grub_cfg(true), "quiet $vfirst_args", "quiet -- x=y $vfirst_args");
    return host;
  };
  for (const bool dry_run : {true, false}) {
    auto host = dashed(dry_run);
    const auto refused = host.apply("iommu=pt");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == std::errc::invalid_argument);
    CHECK_WORDS(
        refused.error().what ==
        "boot/grub/grub.cfg:16: the kernel arguments hold \"--\", and the kernel reads none behind "
        "it, so vfirst's would have no effect; take it and what follows it out");
    CHECK(host.files.writes == 0);
  }
  auto named = dashed(false);
  named.files.disk["etc/default/grub"] = "X=1\nGRUB_CMDLINE_LINUX=\"quiet -- x=y\"\n";
  CHECK_WORDS(
      named.apply("iommu=pt").error().what.starts_with("etc/default/grub:2: the kernel arguments"));
  // nothing of ours is wanted there
  CHECK(named.apply(""));
}

TEST_CASE(
    "a trial is refused where another entry boots next; it could only be spent there",
    "[trial][grub]") {
  auto host = golden();
  auto& config = host.files.disk.at("boot/grub/grub.cfg");
  config = replaced(
               config, "### END /etc/grub.d/00_header ###",
               "set default=\"${saved_entry}\"\n### END /etc/grub.d/00_header ###") +
           "### BEGIN /etc/grub.d/40_custom ###\nmenuentry 'RT' --id rt {\n linux /k "
           "root=/dev/sdb1\n}\n### END /etc/grub.d/40_custom ###\n";
  const auto saved = [&](std::string_view name, std::string_view value) {
    EnvironmentBlock block;
    REQUIRE(block.set(name, value));
    host.files.disk["boot/grub/grubenv"] = block.bytes();
  };
  saved("saved_entry", "rt");
  host.options.dry_run = true;
  CHECK_WORDS(
      host.apply("one")->passed_over ==
      "boot/grub/grub.cfg:30: entry 'RT' boots by default and does not take vfirst's arguments");
  host.options.dry_run = false;
  host.options.trial = true;
  const auto custom = host.apply("one");
  REQUIRE_FALSE(custom);
  CHECK_WORDS(
      custom.error().what ==
      "boot/grub/grub.cfg:30: entry 'RT' boots by default and does not take vfirst's arguments: "
      "the next boot would not be the trial. Make one of the distribution's own entries the "
      "default, or use --no-trial");
  CHECK(host.files.writes == 0);
  SECTION("set by grub-reboot for one boot") {
    saved("next_entry", "rt");
    CHECK_FALSE(host.apply("one"));
    CHECK(host.files.writes == 0);
  }
  SECTION("without a trial they are written") {
    host.options.trial = false;
    CHECK(host.apply("one"));
  }
  SECTION("one of 10_linux is the default") {
    saved("saved_entry", "0");
    const auto outcome = host.apply("one");
    REQUIRE(outcome);
    CHECK(outcome->trial);
  }
}
