// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/handover.hpp"
#include "bootloader/ostree_commands.hpp"
#include "bootloader/support.hpp"
#include "facts/read.hpp"
#include "host/process.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kOddArguments =
    "iommu=pt hugepagesz=1G hugepages=0:8,1:8 hugepagesz=2M hugepages=0 dyndbg=\"file 'a' +p\" "
    "memmap=1G$4G";

// The words that a shell makes of a command line, a line each.
std::vector<std::string> shell_words(const std::string& line) {
  const auto ended = run_process({"sh", "-c", "printf '%s\\n' " + line});
  REQUIRE(ended);
  REQUIRE(ended->code == 0);
  std::vector<std::string> out;
  std::string word;
  for (const char c : ended->out) {
    if (c != '\n')
      word += c;
    else
      out.push_back(std::move(word)), word.clear();
  }
  return out;
}

}  // namespace

TEST_CASE(
    "a shell reads each argument of the ostree command back as it is, in order, old ones out "
    "first",
    "[bls][kexec][kernel-arguments]") {
  OstreeNext next;
  next.own = next.all = split_arguments("isolcpus=2-7 \"a b\"");
  CHECK(
      shell_words(command_text(rpm_ostree_words(next, kOddArguments))) ==
      std::vector<std::string>{
          "rpm-ostree", "kargs", "--delete=isolcpus=2-7", "--delete=\"a b\"", "--append=iommu=pt",
          "--append=hugepagesz=1G", "--append=hugepages=0:8,1:8", "--append=hugepagesz=2M",
          "--append=hugepages=0", "--append=dyndbg=\"file 'a' +p\"", "--append=memmap=1G$4G"});
}

TEST_CASE(
    "a shell reads bootc's options back as one word; without arguments the source is removed",
    "[bls][kexec][kernel-arguments][trial]") {
  CHECK(
      shell_words(command_text(bootc_words(kOddArguments))) ==
      std::vector<std::string>{
          "bootc", "loader-entries", "set-options-for-source", "--source", "vfirst", "--options",
          kOddArguments});
  CHECK(
      command_text(bootc_words("")) ==
      "bootc loader-entries set-options-for-source --source vfirst");
}

TEST_CASE(
    "a UKI gets an addon to sign: its command line, its sections, the build line and the place",
    "[bls][kexec][kernel-arguments]") {
  BootFacts boot;
  boot.loader = Loader::uki;
  boot.evidence = "boot/efi/EFI/Linux/debian-6.12.efi";
  const auto addon = uki_addon(boot, kOddArguments);
  CHECK(addon.cmdline == kOddArguments);
  CHECK(addon.place == "/boot/efi/loader/addons/vfirst.addon.efi");
  CHECK(addon.alternative == "/boot/efi/EFI/Linux/debian-6.12.efi.extra.d/vfirst.addon.efi");
  const auto words = shell_words(addon.build);
  CHECK(words[0] == "ukify");
  CHECK(words[1] == "build");
  CHECK(words[2] == "--cmdline=" + kOddArguments);
  CHECK(words.back() == "--output=vfirst.addon.efi");
  CHECK(
      handover(boot, kOddArguments).find("Its section .cmdline:\n" + kOddArguments + "\n") !=
      std::string::npos);
}

TEST_CASE(
    "roots of an ostree host and of a UKI host are told apart; the UKI is refused with what to run",
    "[bls][kexec]") {
  TempTree ostree{
      {"run/ostree-booted", ""},
      {"boot/loader/entries/ostree-1.conf",
       "title x\nlinux /x\noptions root=x ostree=/ostree/boot.1\n"},
      {"boot/grub2/grub.cfg", "blscfg\n"},
      {"sys/devices/system/cpu/online", "0\n"},
      {"sys/devices/system/cpu/possible", "0\n"}};
  TempTree uki{
      {"boot/efi/EFI/Linux/debian-6.12.efi", "MZ"},
      {"sys/firmware/efi/", ""},
      {"sys/devices/system/cpu/online", "0\n"},
      {"sys/devices/system/cpu/possible", "0\n"}};
  const auto boot_of = [](const TempTree& tree) {
    const auto root = Root::open(tree.path());
    REQUIRE(root);
    const auto facts = read_facts(*root);
    if (!facts) FAIL(facts.error().what);
    return facts->boot;
  };
  const auto first = boot_of(ostree), second = boot_of(uki);
  CHECK(first.loader == Loader::ostree);
  CHECK(second.loader == Loader::uki);
  CHECK(first.next.source == "boot/loader/entries/ostree-1.conf");
  CHECK(first.next.cmdline() == "root=x ostree=/ostree/boot.1");
  const auto refused = can_apply(second, "iommu=pt");
  CHECK(refused.error().code == std::errc::operation_not_supported);
  CHECK(
      refused.error().what.find("copy it to /boot/efi/loader/addons/vfirst.addon.efi: ukify "
                                "build --cmdline=iommu=pt --secureboot-private-key=") !=
      std::string::npos);
}
