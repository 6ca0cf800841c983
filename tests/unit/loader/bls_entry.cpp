// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_entry.hpp"

#include "loader/bls_state.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

BlsEntry grub(std::string_view text) {
  return BlsEntry::parse(text, BlsReader::grub);
}
BlsEntry direct(std::string_view text) {
  return BlsEntry::parse(text, BlsReader::systemd_boot);
}

}  // namespace

TEST_CASE("every text is an entry and is written back as it was read", "[bls]") {
  for (const std::string text :
       {"", "\n", "options", "options \n", "  # c\r\n\toptions\t a  b \r\n\r\nkey  v",
        "options \"a\" ", "options \"\nx", "\xff\xfe\n=\n"}) {
    CHECK(grub(text).text() == text);
    CHECK(direct(text).text() == text);
  }
}

TEST_CASE(
    "GRUB takes the first options line only, systemd-boot all of them; ours go where each ends",
    "[bls][grub]") {
  const auto text = "linux /x\noptions a b\noptions c\n";
  CHECK(grub(text).options().str() == "a b");
  CHECK(direct(text).options().str() == "a b c");
  CHECK(
      grub(text).with_own("one")->text() ==
      "linux /x\nx-options-source-vfirst one\noptions a b one\noptions c\n");
  CHECK(
      direct(text).with_own("one")->text() ==
      "linux /x\noptions a b\nx-options-source-vfirst one\noptions c one\n");
}

TEST_CASE(
    "GRUB stops reading at a line without a value, so options behind one are none", "[bls][grub]") {
  for (const std::string stop : {"\n", "title\n", "\r\n"}) {
    const auto text = "linux /x\n" + stop + "options a\n";
    CHECK(!grub(text).has_options());
    CHECK(
        grub(text).with_own("one").error().what == "it has no options that the boot loader reads");
    CHECK(direct(text).options().str() == "a");
  }
  CHECK(grub("linux /x\n# a comment\noptions a\n").has_options());
}

TEST_CASE("of several lines with one key GRUB takes the first, systemd-boot the last", "[bls]") {
  const auto text = "version 1\nlinux /a\nversion 2\n";
  CHECK(grub(text).value("version") == "1");
  CHECK(direct(text).value("version") == "2");
  CHECK(grub(text).with_value("version", "3").text() == "version 3\nlinux /a\nversion 2\n");
  CHECK(direct(text).with_value("version", "3").text() == "version 1\nlinux /a\nversion 3\n");
}

TEST_CASE("to systemd-boot a carriage return ends a line", "[bls]") {
  const auto text = "linux /a\roptions a\roptions b \r\n\rtitle x\n";
  CHECK(direct(text).text() == text);
  CHECK(direct(text).options().str() == "a b");
  CHECK(direct(text).value("title") == "x");
  CHECK(grub(text).value("linux").find('\r') != std::string::npos);
}

TEST_CASE("systemd-boot takes quotes off a whole value, so ours go inside them", "[bls]") {
  CHECK(
      direct("options \"a b\"\n").with_own("one")->text() ==
      "x-options-source-vfirst one\noptions \"a b one\"\n");
  CHECK(
      direct("options \"a\" b\n").with_own("one")->text() ==
      "x-options-source-vfirst one\noptions \"a\" b one\n");
  CHECK(
      direct("options \"a\" b\n").with_own("k=\"v w\"").error().what ==
      "its options begin with a double quote, so the last argument must not end with one");
  CHECK(grub("options \"a b\"\n").options().args().size() == 1);
}

TEST_CASE(
    "a line that ends inside a quote is refused: ours would become part of its last argument",
    "[bls][kernel-arguments]") {
  CHECK(
      grub("options a b=\"c d\n").with_own("one").error().what ==
      "the command line ends inside a double quote: b=\"c d");
}

TEST_CASE(
    "a size of hugepages is added even where it stands already: the count behind it belongs to "
    "it",
    "[bls][hugepages]") {
  const auto entry = grub("options hugepagesz=2M hugepages=4 quiet\n")
                         .with_own("quiet hugepagesz=1G hugepages=8 hugepagesz=2M hugepages=4");
  REQUIRE(entry);
  CHECK(
      entry->options().str() ==
      "hugepagesz=2M hugepages=4 quiet hugepagesz=1G hugepages=8 hugepagesz=2M hugepages=4");
  CHECK(entry->without_own().text() == "options hugepagesz=2M hugepages=4 quiet\n");
}

TEST_CASE(
    "an argument is the same one by its name and value, '-' for '_', not by a part of either",
    "[bls][kernel-arguments]") {
  std::vector<std::string> already;
  const auto entry = grub("options kvm.nx_huge=1 iommu.pt=1 isolcpus=2-71\n")
                         .with_own("kvm.nx-huge=1 iommu.pt isolcpus=2-7", &already);
  REQUIRE(entry);
  CHECK(already == std::vector<std::string>{"kvm.nx-huge=1"});
  CHECK(entry->options().str() == "kvm.nx_huge=1 iommu.pt=1 isolcpus=2-71 iommu.pt isolcpus=2-7");
}

TEST_CASE(
    "ours are taken out where someone moved them to another line, and what is gone stays gone",
    "[bls]") {
  CHECK(
      direct("x-options-source-vfirst one two three\noptions a one\noptions b\noptions two c\n")
          .without_own()
          .text() == "options a\noptions b\noptions c\n");
}

TEST_CASE(
    "the state is read back as it was written, and a cut or strange one is refused", "[bls]") {
  BlsState state;
  state.good = {"p1", "a b=\"c d\""};
  CHECK(BlsState::parse(state.text()) == state);
  state.wanted = BlsState::OfPlan{"p2", ""};
  state.previous = BlsState::OfPlan{"", "x"};
  state.trial = BlsState::OfPlan{"p3", "y z"};
  state.failed = "p4";
  state.removing = true;
  state.kernel_cmdline = "a";
  state.kernel_cmdline_wanted = "b";
  state.kernelopts = "c";
  state.kernelopts_wanted = "d";
  state.files = {
      {"boot/x", "boot/vfirst/before/x", false},
      {"etc/kernel/cmdline", "boot/vfirst/before/kernel-cmdline", true}};
  const auto text = state.text();
  CHECK(BlsState::parse(text) == state);
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK(!BlsState::parse(std::string_view(text).substr(0, size)));
  CHECK(
      BlsState::parse("vfirst-bls 2\nend\n").error().what ==
      "'vfirst-bls 2' is not a version that this vfirst reads");
  CHECK(BlsState::parse("vfirst-bls 1\nwhat\nend\n").error().what == "line 2: 'what'");
}
