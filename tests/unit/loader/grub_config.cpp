// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_config.hpp"

#include "crash/grub_view.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::grub_cfg;
using vfirst::test::replaced;

TEST_CASE("every linux line of a generated grub.cfg is found, those of submenus too", "[grub]") {
  const auto config = GrubConfig::parse(grub_cfg(true));
  REQUIRE(config.entries.size() == 3);
  CHECK(config.entries[0].title == "Debian GNU/Linux");
  CHECK(config.entries[0].kernel == "/boot/vmlinuz-6.1");
  CHECK(config.entries[0].words == std::vector<std::string>{"root=UUID=1", "ro", "quiet"});
  CHECK(config.entries[0].generator == "10_linux");
  CHECK(config.entries[0].carries);
  CHECK(config.entries[1].title == "Advanced options>Debian, with Linux 6.1");
  CHECK(config.entries[1].carries);
  CHECK(config.entries[2].recovery);
  CHECK(!config.entries[2].carries);
  CHECK(config.fragment == 2);
  CHECK(config.faults().empty());
}

TEST_CASE("a grub.cfg without the fragment or without the variable is not proved", "[grub]") {
  CHECK(GrubConfig::parse(grub_cfg(false)).faults().size() == 3);
  CHECK(
      GrubConfig::parse("").faults() ==
      std::vector<std::string>{"nothing sets $vfirst_args", "it has no entry that boots Linux"});
}

TEST_CASE("one entry that does not carry the variable is named with its line", "[grub]") {
  const auto config =
      GrubConfig::parse(replaced(grub_cfg(true), "ro  quiet $vfirst_args", "ro  quiet"));
  CHECK(
      config.faults() ==
      std::vector<std::string>{"line 16: entry 'Debian GNU/Linux' does not carry $vfirst_args"});
}

TEST_CASE("a quoted variable does not count: GRUB would pass it as one word", "[grub]") {
  for (const auto quoted :
       {"\"$vfirst_args\"", "'$vfirst_args'", "\\$vfirst_args", "x$vfirst_args"})
    CHECK(
        GrubConfig::parse(replaced(grub_cfg(true), "$vfirst_args\n}", std::string(quoted) + "\n}"))
            .faults()
            .size() == 1);
}

TEST_CASE("a braced variable counts", "[grub]") {
  CHECK(GrubConfig::parse(replaced(grub_cfg(true), "$vfirst_args\n}", "${vfirst_args}\n}"))
            .faults()
            .empty());
}

TEST_CASE(
    "a recovery entry that carries the variable is a fault, whatever language its title is in",
    "[grub]") {
  auto text = replaced(grub_cfg(true), "(recovery mode)", "(Wiederherstellungsmodus)");
  // known by its id alone
  text = replaced(text, "ro single", "ro nomodeset $vfirst_args");
  CHECK(GrubConfig::parse(text).faults().size() == 1);
}

TEST_CASE(
    "a fragment in a comment, in a function that nobody calls or not exported is no fragment",
    "[grub][export]") {
  const auto good = grub_cfg(true);
  CHECK(
      GrubConfig::parse(replaced(good, "export vfirst_args", "# export vfirst_args")).fragment ==
      0);
  CHECK(
      GrubConfig::parse(
          replaced(good, "export vfirst_args", "function later {\n  export vfirst_args\n}"))
          .fragment == 0);
  CHECK(
      GrubConfig::parse(replaced(good, "export vfirst_args", "export vfirst_other")).fragment == 0);
  // GRUB runs an entry after the whole file
  CHECK(
      GrubConfig::parse(replaced(good, "export vfirst_args\n", "") + "export vfirst_args\n")
          .fragment == 2);
  CHECK(
      GrubConfig::parse(replaced(good, "vfirst_fragment=2", "vfirst_fragment=7")).faults() ==
      std::vector<std::string>{"its vfirst fragment is version 7, this is 2"});
}

TEST_CASE("entries that other generators made are listed and not our fault", "[grub]") {
  const auto text = grub_cfg(true) +
                    "### BEGIN /etc/grub.d/30_os-prober ###\nmenuentry 'Other (on /dev/sdb1)' "
                    "{\n\tlinux /vmlinuz root=/dev/sdb1\n}\n"
                    "### END /etc/grub.d/30_os-prober ###\n";
  const auto config = GrubConfig::parse(text);
  CHECK(config.entries.size() == 4);
  CHECK(config.entries[3].generator == "30_os-prober");
  CHECK(config.faults().empty());
}

TEST_CASE("a hand-written grub.cfg has no generator marks: every entry counts", "[grub]") {
  const std::string head = "set vfirst_fragment=2\nsource /boot/vfirst/a.cfg; export vfirst_args\n";
  CHECK(GrubConfig::parse(
            head + "menuentry \"one\" { linux /vmlinuz root=/dev/sda1 $vfirst_args ; }\n")
            .faults()
            .empty());
  CHECK(
      GrubConfig::parse(head + "menuentry one {\nlinux /vmlinuz root=/dev/sda1\n}\n")
          .faults()
          .size() == 1);
}

TEST_CASE("quotes, escapes and continued lines are read as GRUB reads them", "[grub]") {
  const auto config = GrubConfig::parse(
      "menuentry 'it'\\''s \"here\"' --id x {\n  linux /vmlinuz a=\"b c\" 'd e' \\\n    f # not "
      "g\n}\n");
  REQUIRE(config.entries.size() == 1);
  CHECK(config.entries[0].title == "it's \"here\"");
  CHECK(config.entries[0].words == std::vector<std::string>{"a=b c", "d e", "f"});
}

TEST_CASE(
    "blscfg is a command: the word in a comment or as an argument is none",
    "[grub][kernel-arguments]") {
  CHECK(GrubConfig::parse("insmod blscfg\nblscfg\n").bls);
  CHECK(GrubConfig::parse("if true; then\n  blscfg non-default\nfi\n").bls);
  CHECK(!GrubConfig::parse("insmod blscfg\n").bls);
  CHECK(!GrubConfig::parse("# blscfg is not used here\necho blscfg\n").bls);
}

TEST_CASE(
    "an entry's command line is what GRUB gives to the kernel, ours where the variable stands",
    "[grub][kernel-arguments]") {
  GrubEntry entry;
  entry.kernel = "/boot/vmlinuz";
  entry.words = {"root=/dev/vda1", "ro"};
  entry.ours_at = 2;
  CHECK(entry.command_line({}) == "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro");
  CHECK(entry.command_line("a b") == "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro a b");
  entry.words[1] = "foo=a b";
  entry.ours_at = 1;
  CHECK(entry.command_line("a b") == "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 a b \"foo=a b\"");
}

TEST_CASE("a grub.cfg that is cut anywhere is read without fault of ours", "[grub]") {
  const auto whole = grub_cfg(true);
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const auto config = GrubConfig::parse(std::string_view(whole).substr(0, n));
    CHECK(config.entries.size() <= 3);
  }
}

TEST_CASE(
    "an argument is found among an entry's words whatever its quotes, not inside another's value",
    "[grub][kernel-arguments]") {
  const auto config =
      GrubConfig::parse("menuentry one {\n linux /k foo=\"a isolcpus=4-7 b\" nohz_full=4-7\n}\n");
  const auto& entry = config.entries.front();
  const auto argument = [](const char* text) { return split_arguments(text).front(); };
  CHECK(entry.has(argument("nohz_full=4-7")));
  CHECK(entry.has(argument("\"foo=a isolcpus=4-7 b\"")));
  CHECK_FALSE(entry.has(argument("isolcpus=4-7")));
}

TEST_CASE("a line that ends before ours is told from one that ends behind them", "[grub]") {
  const auto ends = [](const char* words) {
    const auto config =
        GrubConfig::parse(fmt::format("menuentry one {{\n linux /k {}\n}}\n", words));
    return config.entries.front().ends_before_ours();
  };
  CHECK(ends("ro -- x=y $vfirst_args"));
  // this is where ours would go
  CHECK(ends("ro -- x=y"));
  CHECK_FALSE(ends("ro $vfirst_args -- x=y"));
  CHECK_FALSE(ends("ro --x $vfirst_args"));
}
