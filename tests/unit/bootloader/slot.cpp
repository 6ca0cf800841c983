// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/journal.hpp"
#include "bootloader/selector.hpp"
#include "loader/slots.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

Result<Slots> slots_in(const Root& root) {
  return current_slots(RootReader(root), {});
}

}  // namespace

TEST_CASE(
    "a slot file is a GRUB script that sets one variable, and comes back as it was", "[grub]") {
  const Slot slot{"intel_iommu=on iommu=pt isolcpus=managed_irq,domain,2-7", "1a2b", ""};
  CHECK(
      slot.text() ==
      "# vfirst: kernel arguments of plan 1a2b\nset vfirst_args=\"intel_iommu=on iommu=pt "
      "isolcpus=managed_irq,domain,2-7\"\n");
  const auto again = Slot::parse(slot.text());
  REQUIRE(again);
  CHECK(*again == slot);
}

TEST_CASE("a dollar sign is escaped, so that GRUB does not look for a variable", "[grub]") {
  const Slot slot{"memmap=1G$4G", "", ""};
  CHECK(
      slot.text() == "# vfirst: kernel arguments of plan -\nset vfirst_args=\"memmap=1G\\$4G\"\n");
  CHECK(Slot::parse(slot.text()).value() == slot);
}

TEST_CASE("a slot file that is cut anywhere is refused", "[grub]") {
  const auto text = Slot{"hugepages=8 memmap=1G$4G quiet", "p-1", ""}.text();
  for (std::size_t n = 0; n < text.size(); ++n)
    CHECK(!Slot::parse(text.substr(0, n)));
  const auto trial = Slot{"hugepages=8", "p-1", "vfirst.trial=p-1 panic=30"}.text();
  for (std::size_t n = 0; n < trial.size(); ++n)
    CHECK(!Slot::parse(trial.substr(0, n)));
}

TEST_CASE("what belongs to the trial alone is a variable of its own", "[grub][trial]") {
  const Slot slot{"hugepages=8", "p-1", "vfirst.trial=p-1 panic=30"};
  CHECK(
      slot.text() ==
      "# vfirst: kernel arguments of plan p-1\nset vfirst_trial_args=\"vfirst.trial=p-1 "
      "panic=30\"\nset vfirst_args=\"hugepages=8\"\n");
  CHECK(Slot::parse(slot.text()).value() == slot);
}

TEST_CASE("a slot file that someone edited is refused, not guessed at", "[grub]") {
  const std::string head = "# vfirst: kernel arguments of plan p\n";
  CHECK(!Slot::parse(head + "set vfirst_args=\"a\"\nreboot\n"));
  CHECK(!Slot::parse(head + "set vfirst_args=\"a  b\"\n"));
  CHECK(!Slot::parse(head + "set vfirst_args=\"$root\"\n"));
  CHECK(!Slot::parse(head + "set vfirst_args='a'\n"));
  CHECK(!Slot::parse("# vfirst: kernel arguments of plan $(x)\nset vfirst_args=\"a\"\n"));
}

TEST_CASE(
    "what GRUB would change on the way to the kernel is refused, with the word and the character",
    "[grub]") {
  CHECK(grub_can_carry("isolcpus=managed_irq,domain,2-7 memmap=1G$4G foo.bar=a;b&c|d<e>{f}#g"));
  CHECK(
      grub_can_carry("ok dyndbg=\"file a +p\"").error().what ==
      "dyndbg=\"file a +p\": GRUB cannot carry \" in a kernel argument");
  for (const auto word : {"a'b", "a\\b", "a*b", "a?b", "\"a\""})
    CHECK(!grub_can_carry(word));
  CHECK(
      grub_can_carry("caf\xc3\xa9").error().what ==
      "caf\xc3\xa9: GRUB carries printable ASCII only");
}

TEST_CASE("a journal comes back as it was, and a cut one is known for one", "[grub]") {
  Journal journal;
  journal.note("boot/vfirst/env");
  journal.note("boot/grub/grub.cfg", "boot/vfirst/grub.cfg.before", "0123");
  journal.note("boot/grub/grub.cfg", "boot/vfirst/later", "4567");
  const auto text = journal.text();
  CHECK(
      text ==
      "vfirst-journal 1\nmade boot/vfirst/env\nreplaced boot/grub/grub.cfg "
      "boot/vfirst/grub.cfg.before 4567\nend\n");
  CHECK(Journal::parse(text).value() == journal);
  for (std::size_t n = 0; n < text.size(); ++n)
    CHECK(!Journal::parse(text.substr(0, n)));
  CHECK(
      Journal::parse("vfirst-journal 2\nend\n").error().what ==
      "journal: 'vfirst-journal 2' is not a version that this vfirst reads");
}

TEST_CASE("the slots on a disk say what the next boot takes", "[grub]") {
  EnvironmentBlock block = selector(std::nullopt, {SlotId::a, SlotId::b, "p2", {}}).value();
  TempTree tree{
      {"boot/vfirst/a.cfg", Slot{"one", "p1", ""}.text()},
      {"boot/vfirst/b.cfg", Slot{"two", "p2", ""}.text()}};
  tree.add("boot/vfirst/env", block.bytes());
  const auto root = Root::open(tree.path());
  REQUIRE(root);
  const auto armed = slots_in(*root);
  REQUIRE(armed);
  CHECK(armed->selection.next() == SlotId::b);
  CHECK(armed->arguments(armed->selection.next()) == "two");
  CHECK(armed->selection.good == SlotId::a);

  tree.add("boot/vfirst/env", selector(block, {SlotId::a, {}, "", {}})->bytes());
  CHECK(slots_in(*root)->arguments(SlotId::a) == "one");
  tree.add("boot/vfirst/a.cfg", "rubbish");
  const auto damaged = slots_in(*root);
  CHECK(damaged->arguments(SlotId::a) == "");
  CHECK(
      damaged->damage == std::vector<std::string>{"boot/vfirst/a.cfg: not a slot file of vfirst"});
}

TEST_CASE("no folder of ours is no slots and no damage", "[grub]") {
  TempTree tree{{"boot/", ""}};
  const auto slots = slots_in(*Root::open(tree.path()));
  REQUIRE(slots);
  CHECK(!slots->selection.next());
  CHECK(slots->arguments(slots->selection.next()) == "");
  CHECK(slots->damage.empty());
}

TEST_CASE("a value in the block that is no slot's name selects nothing", "[grub]") {
  EnvironmentBlock block;
  REQUIRE(block.set("vfirst_good", "../../etc/shadow"));
  REQUIRE(block.set("vfirst_try", "ab"));
  TempTree tree;
  tree.add("boot/vfirst/env", block.bytes());
  CHECK(!slots_in(*Root::open(tree.path()))->selection.next());
}
