// SPDX-License-Identifier: GPL-2.0-or-later
#include "bls_hosts.hpp"

#include "base/text.hpp"
#include "unit/words.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kArguments =
    "intel_iommu=on iommu=pt default_hugepagesz=1G hugepagesz=1G hugepages=0:8,1:8 hugepagesz=2M "
    "hugepages=0 isolcpus=managed_irq,domain,2-7";
const std::string kOthers = "intel_iommu=on isolcpus=managed_irq,domain,4-7 nosoftlockup";

bool clean_entry(const std::string& path) {
  return path.find("rescue") != std::string::npos || path.find("memtest") != std::string::npos;
}

// Every word of `ours` is there, the sizes and counts of hugepages in their order.
bool carries(const std::string& line, const std::string& ours) {
  const auto all = CommandLine::parse(line);
  std::size_t at = 0;
  for (const auto& arg : CommandLine::parse(ours).args()) {
    const auto& args = all.args();
    auto found = std::find(
        args.begin() + static_cast<std::ptrdiff_t>(is_positional(arg) ? at : 0), args.end(), arg);
    if (found == args.end()) return false;
    if (is_positional(arg)) at = static_cast<std::size_t>(found - args.begin()) + 1;
  }
  return true;
}

}  // namespace

TEST_CASE(
    "on every host, apply reaches each normal entry, and rescue and foreign entries stay as they "
    "are",
    "[bls][trial]") {
  for (auto& host : bls_hosts()) {
    INFO(host.name);
    const auto before = host.files.disk;
    const auto done = host.apply(kArguments);
    if (!done) FAIL(done.error().what);
    CHECK(done->changed);
    CHECK(done->wrote);
    CHECK(done->reboot_needed);
    CHECK(done->before == "");
    CHECK(done->after == kArguments);
    for (const auto& [path, text] : host.files.disk) {
      if (!is_entry(path)) continue;
      INFO(path << "\n" << text);
      if (clean_entry(path))
        CHECK(text == before.at(path));
      else
        CHECK(carries(given(host, path), kArguments));
    }
    CHECK(host.backend().state()->good == kArguments);
    CHECK(host.backend().state()->next == kArguments);
    CHECK(host.backend().state()->damage.empty());
    // those that Linux alone reads
    CHECK(host.files.unsettled.empty() == false);
    for (const auto& path : host.files.unsettled)
      CHECK(!is_entry(path));
  }
}

TEST_CASE("on every host, a second apply writes nothing", "[bls][trial]") {
  for (auto& host : bls_hosts()) {
    INFO(host.name);
    REQUIRE(host.apply(kArguments));
    const auto disk = host.files.disk;
    const int writes = host.files.writes;
    const auto again = host.apply(kArguments);
    REQUIRE(again);
    CHECK(!again->wrote);
    CHECK(!again->changed);
    CHECK(host.files.writes == writes);
    CHECK(host.files.disk == disk);
  }
}

TEST_CASE(
    "on every host, remove gives back every byte, after one apply and after several",
    "[bls][trial]") {
  for (auto& host : bls_hosts()) {
    INFO(host.name);
    const auto original = host.files.disk;
    REQUIRE(host.apply(kArguments));
    auto removed = host.backend().remove(false);
    if (!removed) FAIL(removed.error().what);
    CHECK(removed->wrote);
    CHECK(removed->before == kArguments);
    CHECK(removed->after == "");
    CHECK(removed->notes.empty());
    CHECK(host.files.disk == original);
    REQUIRE(host.apply(kArguments));
    REQUIRE(host.apply(kOthers));
    REQUIRE(host.apply(""));
    REQUIRE(host.apply(kOthers));
    REQUIRE(host.backend().rollback());
    REQUIRE(host.backend().remove(false));
    CHECK(host.files.disk == original);
    const int writes = host.files.writes;
    const auto nothing = host.backend().remove(false);
    REQUIRE(nothing);
    CHECK(!nothing->wrote);
    CHECK(host.files.writes == writes);
  }
}

TEST_CASE(
    "other arguments take the place of the old ones, and a rollback brings those back",
    "[bls][trial][kernel-arguments]") {
  for (auto& host : bls_hosts()) {
    INFO(host.name);
    REQUIRE(host.apply(kArguments));
    const auto first = host.files.disk;
    host.options.plan = "p2";
    const auto second = host.apply(kOthers);
    REQUIRE(second);
    CHECK(second->before == kArguments);
    for (const auto& [path, text] : host.files.disk)
      if (is_entry(path) && !clean_entry(path)) {
        CHECK(carries(given(host, path), kOthers));
        CHECK(given(host, path).find("hugepages=") == std::string::npos);
      }
    CHECK(host.backend().state()->can_roll_back);
    const auto back = host.backend().rollback();
    REQUIRE(back);
    CHECK(back->before == kOthers);
    CHECK(back->after == kArguments);
    for (const auto& [path, text] : first)
      if (path != kBlsState) CHECK(host.at(path) == text);
    CHECK(!host.backend().state()->can_roll_back);
    CHECK_WORDS(
        host.backend().rollback().error().what == "there are no earlier arguments to go back to");
  }
}

TEST_CASE(
    "an argument that stands there for someone else's sake is not added, not ours, and survives "
    "remove",
    "[bls][trial][kernel-arguments]") {
  auto host = fedora();
  // has iommu=pt
  const auto path = entries(kMachine + "-6.10.6-200.fc40.x86_64.conf");
  const auto done = host.apply("iommu=pt nosmt");
  REQUIRE(done);
  CHECK(BlsEntry::parse(host.at(path), BlsReader::grub).value(kBlsOwnKey) == "nosmt");
  CHECK(given(host, path).ends_with("iommu=pt nosmt"));
  CHECK_WORDS(
      done->notes ==
      std::vector<std::string>{path + ": iommu=pt stands there already and is not ours"});
  REQUIRE(host.backend().remove(false));
  CHECK(given(host, path).ends_with("iommu=pt"));
}

TEST_CASE(
    "an entry is written as it stands: our words behind the others, our name before its options",
    "[bls][trial]") {
  auto host = rhel9();
  REQUIRE(host.apply("one two=2"));
  CHECK(
      host.at(entries(kMachine + "-5.14.0-503.el9.x86_64.conf")) ==
      "title RHEL 9.5\r\nversion 5.14.0-503.el9.x86_64\r\nlinux "
      "/vmlinuz-5.14.0-503.el9.x86_64\r\nx-options-source-vfirst one two=2\r\n"
      "options root=/dev/mapper/rhel-root ro kvm.nx_huge_pages=off one two=2\r\n");
}

TEST_CASE(
    "kernels to come: the line that kernel-install takes is changed where there is one and made "
    "where it would take the running one",
    "[bls][trial]") {
  auto host = fedora();
  REQUIRE(host.apply("one two"));
  CHECK(
      host.at("etc/kernel/cmdline") ==
      "root=UUID=1f ro rootflags=subvol=root rhgb quiet one two\n");
  auto none = rhel9();
  REQUIRE(none.apply("one two"));
  CHECK(
      none.at("etc/kernel/cmdline") ==
      "root=/dev/mapper/rhel-root ro kvm.nx_huge_pages=off one two\n");
  auto vendor = rhel9();
  vendor.files.disk["usr/lib/kernel/cmdline"] = "root=x\n";
  REQUIRE(vendor.apply("one two"));
  CHECK(!vendor.files.exists("etc/kernel/cmdline"));
  auto machine = debian_systemd_boot();
  REQUIRE(machine.apply("one"));
  // no machine id: the image is cloned
  CHECK(machine.at("etc/kernel/cmdline") == "root=UUID=1f ro quiet one\n");
  auto variables = rhel8();
  REQUIRE(variables.apply("one"));
  CHECK(!variables.files.exists("etc/kernel/cmdline"));
}

TEST_CASE(
    "RHEL 8: the arguments go into grubenv's kernelopts, and no entry is touched",
    "[bls][trial][kernel-arguments]") {
  auto host = rhel8();
  const auto before = host.files.disk;
  REQUIRE(host.apply("one two"));
  for (const auto& [path, text] : before)
    if (is_entry(path)) CHECK(host.at(path) == text);
  CHECK(
      EnvironmentBlock::parse(host.at("boot/grub2/grubenv"))->value("kernelopts") ==
      "root=/dev/mapper/rhel-root ro crashkernel=auto rd.lvm.lv=rhel/root rhgb quiet one two ");
  CHECK(host.backend().state()->good_place == "boot/grub2/grubenv");
}

TEST_CASE(
    "RHEL 8: a block that uses both sectors, and one without kernelopts, are refused with the "
    "reason",
    "[bls][trial]") {
  auto host = rhel8();
  host.files.disk["boot/grub2/grubenv"] =
      grubenv("kernelopts=root=x ro\nother=" + std::string(500, 'y') + "\n");
  const auto before = host.files.disk;
  CHECK_WORDS(
      host.apply("one").error().what ==
      "boot/grub2/grubenv: environment block: lines past its first 512 bytes; add them with: "
      "grubby --update-kernel=ALL --args=...");
  host.files.disk["boot/grub2/grubenv"] = grubenv("saved_entry=x\n");
  CHECK_WORDS(
      host.apply("one").error().what ==
      "the entries' options are $kernelopts, which boot/grub2/grubenv does not set; run "
      "grub2-mkconfig first");
  CHECK(host.files.writes == 0);
}

TEST_CASE(
    "RHEL 8 on UEFI: the block is changed where its link points, and the link stays",
    "[bls][trial]") {
  auto host = rhel8();
  host.files.disk["boot/efi/EFI/redhat/grubenv"] = host.at("boot/grub2/grubenv");
  host.tree.add("boot/efi/EFI/redhat/grubenv", "x");
  host.tree.add("boot/grub2/grubenv", "-> ../efi/EFI/redhat/grubenv");
  const auto link = host.at("boot/grub2/grubenv");
  REQUIRE(host.apply("one"));
  CHECK(EnvironmentBlock::parse(host.at("boot/efi/EFI/redhat/grubenv"))
            ->value("kernelopts")
            .ends_with(" one "));
  CHECK(host.at("boot/grub2/grubenv") == link);
}

TEST_CASE(
    "Boom's entries and another installation's are left alone; an image's old machine id is not "
    "another installation",
    "[bls][trial]") {
  auto host = fedora();
  const auto boom =
      "#OsIdentifier: 21e37c8002f33c177524192b15d91dc9612343a3\ntitle snapshot\nlinux "
      "/vmlinuz-x\noptions root=/dev/vg/snap ro\n";
  const auto other = "title other\nlinux /vmlinuz-y\noptions root=UUID=77 ro\n",
             mine = "title image\nlinux /vmlinuz-z\noptions root=UUID=1f ro\n";
  const std::string foreign(32, 'a');
  host.files.disk[entries(kMachine + "-21e37c8-6.9.conf")] = boom;
  host.files.disk[entries(foreign + "-6.9.conf")] = other;
  host.files.disk[entries(foreign + "-6.8.conf")] = mine;
  CHECK_WORDS(
      host.apply("one")->notes ==
      std::vector<std::string>{
          entries(kMachine + "-21e37c8-6.9.conf") + ": is Boom's and boots without these arguments",
          entries(foreign + "-6.9.conf") +
              ": belongs to another installation and boots without these arguments"});
  CHECK(host.at(entries(kMachine + "-21e37c8-6.9.conf")) == boom);
  CHECK(host.at(entries(foreign + "-6.9.conf")) == other);
  CHECK(given(host, entries(foreign + "-6.8.conf")) == "root=UUID=1f ro one");
}

TEST_CASE(
    "a file that someone edited since keeps the edit, loses our arguments, and is named",
    "[bls][trial][kernel-arguments]") {
  auto host = fedora();
  REQUIRE(host.apply("one two"));
  const auto path = entries(kMachine + "-6.10.6-200.fc40.x86_64.conf");
  auto& text = host.files.disk[path];
  text.replace(text.rfind(" one two"), 8, " one edited=1 two");
  const auto removed = host.backend().remove(false);
  REQUIRE(removed);
  CHECK_WORDS(
      removed->notes ==
      std::vector<std::string>{
          path + ": edited by someone else since; only our arguments are taken out of it"});
  CHECK(given(host, path).ends_with("iommu=pt edited=1"));
  CHECK(!host.files.exists("boot/vfirst"));
}

TEST_CASE(
    "what grub2-mkconfig takes out of the entries is seen, and apply puts it back",
    "[bls][trial]") {
  auto host = fedora();
  REQUIRE(host.apply("one two"));
  const auto path = entries(kMachine + "-6.11.4-301.fc41.x86_64.conf");
  auto& text = host.files.disk[path];
  text.erase(text.find(" one two\ngrub"), 8);
  CHECK_WORDS(
      host.backend().state()->damage ==
      std::vector<std::string>{
          path + ": someone took out arguments of ours; apply writes them again"});
  const auto again = host.apply("one two");
  REQUIRE(again);
  CHECK(again->wrote);
  CHECK(again->changed);
  CHECK(host.backend().state()->damage.empty());
  CHECK(carries(given(host, path), "one two"));
}

TEST_CASE("a kernel that the hook added carries our name, and remove cleans it", "[bls][trial]") {
  auto host = fedora();
  REQUIRE(host.apply("one two"));
  const auto path = entries(kMachine + "-6.12.1.conf");
  host.files.disk[path] =
      "title new\nversion 6.12.1\nlinux /vmlinuz-6.12.1\nx-options-source-vfirst one two\noptions "
      "root=UUID=1f ro one two\n";
  CHECK(!host.apply("one two")->wrote);
  REQUIRE(host.apply("three"));
  CHECK(given(host, path) == "root=UUID=1f ro three");
  REQUIRE(host.backend().remove(false));
  CHECK(
      host.at(path) ==
      "title new\nversion 6.12.1\nlinux /vmlinuz-6.12.1\noptions root=UUID=1f ro\n");
}

TEST_CASE("words that someone put behind ours do not make a second apply write", "[bls][trial]") {
  for (auto& host : bls_hosts()) {
    INFO(host.name);
    REQUIRE(host.apply("one two"));
    for (auto& [path, text] : host.files.disk) {
      if (path.starts_with("boot/vfirst/") || text.find(" one two") == std::string::npos) continue;
      // the key of ours stands before the options
      text.replace(text.rfind(" one two"), 8, " one two after=1");
      if (path.ends_with("grubenv")) text.resize(1024);
    }
    const int writes = host.files.writes;
    const auto again = host.apply("one two");
    if (!again) FAIL(again.error().what);
    CHECK(!again->wrote);
    CHECK(host.files.writes == writes);
  }
}

TEST_CASE("an entry whose counter changed since is still the one that was copied", "[bls][trial]") {
  auto host = debian_systemd_boot();
  const std::string folder = "boot/efi/loader/entries/", id = kMachine + "-6.12.48+deb13-amd64";
  auto node = host.files.disk.extract(folder + id + ".conf");
  const auto original = node.mapped();
  host.files.disk[folder + id + "+3.conf"] = original;
  REQUIRE(host.apply("one"));
  node = host.files.disk.extract(folder + id + "+3.conf");
  node.key() = folder + id + "+2-1.conf";
  host.files.disk.insert(std::move(node));
  CHECK(!host.apply("one")->wrote);
  const auto removed = host.backend().remove(false);
  REQUIRE(removed);
  CHECK(removed->notes.empty());
  CHECK(host.at(folder + id + "+2-1.conf") == original);
}

TEST_CASE("what the loader would change is refused before a write", "[bls][trial]") {
  auto host = fedora();
  for (const auto& [word, why] :
       {std::pair{"memmap=1G$4G", "memmap=1G$4G: GRUB would not take $ in an entry as it stands"},
        {"a=1;b", "a=1;b: GRUB would not take ; in an entry as it stands"},
        {"dyndbg=\"file a +p\"",
         "dyndbg=\"file a +p\": GRUB cannot carry \" in a kernel argument"}})
    CHECK_WORDS(host.apply(word).error().what == why);
  CHECK_WORDS(
      host.apply("one -- two").error().what ==
      "kernel arguments hold a -- : what follows is for init");
  CHECK(host.files.writes == 0);
  auto direct = arch();
  CHECK(direct.apply("memmap=1G$4G dyndbg=\"file a +p\" last"));
}

TEST_CASE(
    "entries: a command line past the limit is refused with the entry and both parts, before a "
    "write",
    "[bls][trial][kernel-arguments]") {
  auto host = rhel9();
  host.options.limit = 115;
  const auto refused = host.apply("isolcpus=2-7");
  REQUIRE(!refused);
  CHECK_WORDS(
      refused.error().what == entries(kMachine + "-5.14.0-503.el9.x86_64.conf") +
                                  ": its command line would have 116 bytes, the kernel takes "
                                  "115: 13 of ours, 103 that stand there already");
  CHECK(host.files.writes == 0);
  host.options.limit = 116;
  CHECK(host.apply("isolcpus=2-7"));
  // RHEL 8: what GRUB puts in the variables' place counts.
  auto variables = rhel8();
  variables.options.limit = 150;
  CHECK(variables.apply("isolcpus=2-7").error().code == std::errc::invalid_argument);
}

TEST_CASE("entries: a dry run says the same and writes nothing", "[bls][trial]") {
  auto host = fedora();
  host.options.dry_run = true;
  const auto outcome = host.apply("one");
  REQUIRE(outcome);
  CHECK(outcome->changed);
  CHECK(outcome->diff() == "+ one\n");
  CHECK(!outcome->wrote);
  CHECK(host.files.writes == 0);
  host.options.dry_run = false;
  REQUIRE(host.apply("one"));
  const int writes = host.files.writes;
  const auto removed = host.backend().remove(true);
  REQUIRE(removed);
  CHECK(removed->before == "one");
  CHECK(!removed->wrote);
  CHECK(host.files.writes == writes);
}

TEST_CASE(
    "a state file that is cut or lost is said, and the entries still tell whose arguments they "
    "are",
    "[bls][trial][kernel-arguments]") {
  auto host = fedora();
  const auto original = host.files.disk;
  REQUIRE(host.apply("one two"));
  host.files.disk[std::string(kBlsState)] = "vfirst-bls 1\ngood p1 one";
  CHECK_WORDS(
      host.backend().state()->damage == std::vector<std::string>{"boot/vfirst/bls: cut short"});
  CHECK(host.backend().state()->good == "one two");
  REQUIRE(host.apply("one two"));
  CHECK(host.backend().state()->damage.empty());
  host.files.disk.erase(std::string(kBlsState));
  REQUIRE(host.backend().remove(false));
  for (const auto& [path, text] : original)
    if (is_entry(path)) CHECK(host.at(path) == text);
}

TEST_CASE(
    "a folder without entries is refused by the places that were looked at, unless nothing is "
    "wanted",
    "[bls][trial]") {
  BlsHost host("empty", Loader::systemd_boot, {{"boot/loader/loader.conf", ""}});
  CHECK_WORDS(
      host.apply("one").error().what ==
      "no entries: nothing under boot/loader/entries, boot/efi/loader/entries, efi/loader/entries");
  CHECK(host.apply(""));
  CHECK(host.files.writes == 0);
}

TEST_CASE(
    "the running kernel needs a reboot until it has the arguments, and after remove while it has "
    "them",
    "[bls][trial][kernel-arguments]") {
  auto host = fedora();
  CHECK(host.apply("one two=2")->reboot_needed);
  host.boot.cmdline = "root=UUID=1f ro quiet one two=2";
  CHECK(!host.apply("one two=2")->reboot_needed);
  CHECK(host.backend().remove(false)->reboot_needed);
  auto other = fedora();
  CHECK(other.apply("one")->reboot_needed);
  CHECK(!other.backend().remove(false)->reboot_needed);
}

TEST_CASE(
    "on a FAT, a staged file that may share its clusters with the entry is left and named; any "
    "other is removed",
    "[bls][trial]") {
  auto host = debian_systemd_boot();
  const auto path = "boot/efi/loader/entries/" + kMachine + "-6.12.48+deb13-amd64.conf";
  host.files.disk[path + ".vfirst"] = host.at(path);
  host.files.disk["boot/efi/loader/entries/memtest86.conf.vfirst"] = "half";
  const auto done = host.apply("one");
  REQUIRE(done);
  CHECK_WORDS(
      done->notes == std::vector<std::string>{
                         path +
                         ".vfirst: left by a power cut. Run fsck.fat -a before you remove it: it "
                         "may share its clusters with " +
                         kMachine + "-6.12.48+deb13-amd64.conf"});
  CHECK(host.files.exists(path + ".vfirst"));
  CHECK(!host.files.exists("boot/efi/loader/entries/memtest86.conf.vfirst"));
  CHECK(given(host, path).ends_with(" one"));
  auto grub = fedora();
  const auto entry = entries(kMachine + "-0-rescue.conf");
  grub.files.disk[entry + ".vfirst"] = grub.at(entry);
  REQUIRE(grub.apply("one"));
  CHECK(!grub.files.exists(entry + ".vfirst"));
}

TEST_CASE(
    "remove takes the history out, too, and leaves the stamp of first provisioning",
    "[bls][trial][provisioning]") {
  auto host = fedora();
  const auto original = host.files.disk;
  REQUIRE(host.apply("one"));
  host.files.disk["var/lib/vfirst/history"] = "2026 plan p1 made good: one\n";
  host.files.disk["var/lib/vfirst/provisioned"] = "";
  REQUIRE(host.backend().remove(false));
  auto left = host.files.disk;
  CHECK(left.erase("var/lib/vfirst/provisioned") == 1);
  CHECK(left == original);
  CHECK(!host.backend().remove(false)->wrote);
}

TEST_CASE(
    "RHEL 8: a block with GRUB's own warning line in it takes the arguments, and gives them back",
    "[bls][trial][kernel-arguments][grub]") {
  auto host = rhel8();
  auto& block = host.files.disk["boot/grub2/grubenv"];
  const std::string signature = "# GRUB Environment Block\n";
  block = signature + "# WARNING: Do not edit this file by tools other than grub2-editenv!!!\n" +
          block.substr(signature.size());
  block.resize(1024);
  const auto original = host.files.disk;
  REQUIRE(host.apply("one two"));
  CHECK(EnvironmentBlock::parse(host.at("boot/grub2/grubenv"))
            ->value("kernelopts")
            .ends_with(" one two "));
  CHECK(host.at("boot/grub2/grubenv").starts_with(original.at("boot/grub2/grubenv").substr(0, 90)));
  REQUIRE(host.backend().remove(false));
  CHECK(host.files.disk == original);
}

TEST_CASE("a directory and a dangling link among the entries stop no verb", "[bls][trial]") {
  auto host = fedora();
  const auto disk = host.files.disk;
  TempTree tree;
  for (const auto& [path, text] : disk)
    tree.add(path, text);
  tree.add("boot/loader/entries/old.conf/", "");
  tree.add("boot/loader/entries/gone.conf", "-> ../no-such-file");
  const auto root = tree.root();
  DiskFiles files(root, Settle::sync);
  BlsBackend backend(files, root, host.boot);
  const auto passed_over = [](const std::vector<std::string>& notes) {
    return std::ranges::count_if(
        notes, [](const auto& note) { return note.ends_with("passed over"); });
  };
  const auto applied = backend.apply("nosmt", host.options);
  REQUIRE(applied);
  CHECK(applied->wrote);
  CHECK_WORDS(passed_over(applied->notes) == 2);
  CHECK_WORDS(passed_over(backend.state()->notes) == 2);
  const auto removed = backend.remove(false);
  REQUIRE(removed);
  CHECK_WORDS(passed_over(removed->notes) == 2);
  for (const auto& [path, text] : disk)
    CHECK(files.read(path) == text);
  CHECK_FALSE(files.exists("boot/vfirst"));
  CHECK(files.exists("boot/loader/entries/old.conf"));
}
