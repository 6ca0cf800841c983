// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/command_line.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

namespace {

// key and value of each argument as the kernel would hand them on: "a|b=c".
std::string tokens(std::string_view text) {
  std::string out;
  for (const auto& arg : CommandLine::parse(text).args())
    out += (out.empty() ? "" : "|") + arg.key + (arg.value ? "=" + *arg.value : "");
  return out;
}

KernelArg arg(std::string_view key, std::optional<std::string_view> value = std::nullopt) {
  auto made = make_arg(key, value);
  if (!made) FAIL(made.error().what);
  return *made;
}

}  // namespace

TEST_CASE("arguments are read in order, duplicates kept", "[kernel-arguments]") {
  CHECK(
      tokens("ro quiet console=tty0 console=ttyS0 quiet")
          .compare("ro|quiet|console=tty0|console=ttyS0|quiet") == 0);
  CHECK(tokens("  a\t\tb=1\n").compare("a|b=1") == 0);
  CHECK(tokens("").empty());
  CHECK(tokens("a= b").compare("a=|b") == 0);
}

TEST_CASE(
    "double quotes keep blanks, around the value or the whole argument, and there is no escape",
    "[kernel-arguments]") {
  CHECK(tokens(R"(dyndbg="file x +p" b)") == "dyndbg=file x +p|b");
  CHECK(tokens(R"("dyndbg=file x +p" b)") == "dyndbg=file x +p|b");
  CHECK(tokens(R"("a b" c)") == "a b|c");
  CHECK(tokens(R"(a="b\" c)") == R"(a=b\|c)");
  CHECK(tokens(R"(a='b c')") == R"(a='b|c')");
}

TEST_CASE("a quote in the middle switches blanks but stays in the value", "[kernel-arguments]") {
  CHECK(tokens(R"(a=b"c d"e f)") == R"(a=b"c d"e|f)");
  CHECK(tokens(R"(a=b" c)") == R"(a=b" c)");
  CHECK(tokens(R"(a" b"=c)") == R"(a" b"=c)");
}

TEST_CASE(
    "a text splits into arguments at the kernel's blanks, quoted ones aside",
    "[kernel-arguments]") {
  const auto all = split_arguments("  a=\"b c\"\tquiet -- \"d e\" f\n");
  CHECK(join_arguments(all) == "a=\"b c\" quiet -- \"d e\" f");
  REQUIRE(all.size() == 5);
  CHECK(all[0].key == "a");
  CHECK(all[0].value == "b c");
  CHECK(all[2].raw == "--");
  CHECK(all[3].key == "d e");
  CHECK(split_arguments("").empty());
  CHECK(split_arguments(" \t").empty());
  CHECK(split_arguments(std::string_view("a\0 b", 4)).size() == 1);
}

TEST_CASE("next_arg's corners are the kernel's", "[kernel-arguments]") {
  // an '=' in front is part of the name
  CHECK(tokens("=a") == "=a");
  CHECK_FALSE(CommandLine::parse("=a").args()[0].value);
  CHECK(CommandLine::parse("\"=a b\"").args()[0].key == "=a b");
  CHECK_FALSE(CommandLine::parse("\"=a b\"").args()[0].value);
  CHECK(tokens("=a=b") == "=a=b");
  CHECK(CommandLine::parse("=a=b").args()[0].key == "=a");
  CHECK(tokens("a=b=c") == "a=b=c");
  CHECK(CommandLine::parse("a=b=c").args()[0].key == "a");
  CHECK(tokens("\"").empty());
  CHECK(CommandLine::parse("\"").args().size() == 1);
  CHECK(CommandLine::parse("\"\"").args()[0].key.empty());
  CHECK(CommandLine::parse("a=\"").args()[0].value == "");
  CHECK(CommandLine::parse("a=\"\"").args()[0].value == "");
  CHECK(CommandLine::parse("\"a=\"b\"").args()[0].value == "b");
  // the quote before b closed the first one
  CHECK(CommandLine::parse("\"a=\"b c\" d\"").args()[0].value == "b");
  // the kernel's isspace
  CHECK(
      tokens("a\xa0"
             "b") == "a|b");
}

TEST_CASE("everything from -- on belongs to init", "[kernel-arguments]") {
  const auto line = CommandLine::parse("a b -- c=1 isolcpus=2");
  CHECK(line.args().size() == 2);
  CHECK(line.init_part() == "-- c=1 isolcpus=2");
  CHECK_FALSE(line.has("isolcpus"));
  CHECK(CommandLine::parse("a \"--\" b").args().size() == 1);
  CHECK(CommandLine::parse("a --b").args().size() == 2);
  CHECK(CommandLine::parse("a --=b").args().size() == 2);
}

TEST_CASE("a hyphen equals an underscore in names, case counts", "[kernel-arguments]") {
  CHECK(same_key("vfio-pci.ids", "vfio_pci.ids"));
  CHECK_FALSE(same_key("isolcpus", "isolcpu"));
  CHECK_FALSE(same_key("isolcpus", "Isolcpus"));
  const auto line = CommandLine::parse("vfio_pci.ids=1 a vfio-pci.ids=2");
  CHECK(line.find("vfio-pci.ids") == std::vector<std::size_t>{0, 2});
  CHECK(line.first("vfio_pci.ids")->value == "1");
  CHECK(line.last("vfio_pci.ids")->value == "2");
  CHECK(CommandLine::parse("a-b=c-d").args()[0].value == "c-d");
}

TEST_CASE("a line that nobody changed is written back byte for byte", "[kernel-arguments]") {
  for (std::string_view text :
       {"", " ", "  a   b=\"c d\"\t\"e f\"  -- x  y ", "BOOT_IMAGE=/vmlinuz ro\n", "a=\"b", "\"",
        "--", " -- ",
        "a\xa0"
        "b"})
    CHECK(CommandLine::parse(text).str() == text);
  const std::string_view nul("a b\0c d", 7);
  CHECK(CommandLine::parse(nul).str() == nul);
  CHECK(CommandLine::parse(nul).args().size() == 2);
}

TEST_CASE("what is appended and taken out again leaves the original bytes", "[kernel-arguments]") {
  for (std::string_view text : {"", "quiet", "a b ", " a\n", "a  -- x", "ro isolcpus=1"}) {
    auto line = CommandLine::parse(text);
    const std::vector<KernelArg> own{
        arg("isolcpus", "2-3"), arg("dyndbg", "file x +p"), arg("nosoftlockup")};
    for (const auto& each : own)
      REQUIRE(line.append(each));
    CHECK(CommandLine::parse(line.str()).args() == line.args());
    CHECK(CommandLine::parse(line.str()).init_part() == CommandLine::parse(text).init_part());
    CHECK(line.remove(own) == 3);
    CHECK(line.str() == text);
  }
}

TEST_CASE("an appended argument stands before -- and behind the others", "[kernel-arguments]") {
  auto line = CommandLine::parse("a -- b");
  REQUIRE(line.append(arg("c", "1")));
  CHECK(line.str() == "a c=1 -- b");
}

TEST_CASE(
    "removing takes our own instance and leaves foreign ones of the same key",
    "[kernel-arguments]") {
  auto line = CommandLine::parse("console=tty0 isolcpus=1 console=ttyS0 isolcpus=2-3");
  CHECK(line.remove({arg("isolcpus", "2-3"), arg("console", "ttyS1")}) == 1);
  CHECK(line.str() == "console=tty0 isolcpus=1 console=ttyS0");
  line = CommandLine::parse("a isolcpus=2 b isolcpus=2");
  CHECK(line.remove({arg("isolcpus", "2")}) == 1);
  CHECK(line.str() == "a isolcpus=2 b");
}

TEST_CASE("an argument goes with its blank, the first one with the next", "[kernel-arguments]") {
  auto line = CommandLine::parse("a b  c");
  line.erase(0);
  CHECK(line.str() == "b  c");
  line.erase(1);
  CHECK(line.str() == "b");
}

TEST_CASE("nothing is appended inside an open quote", "[kernel-arguments]") {
  auto line = CommandLine::parse("a=\"b c");
  const auto status = line.append(arg("d"));
  REQUIRE_FALSE(status);
  CHECK(status.error().what == "the command line ends inside a double quote: a=\"b c");
}

TEST_CASE(
    "values are quoted where they hold a blank, and what has no spelling is refused",
    "[kernel-arguments]") {
  CHECK(arg("a").raw == "a");
  CHECK(arg("a", "").raw == "a=");
  CHECK(arg("a", "b=c").raw == "a=b=c");
  CHECK(arg("a", "b c").raw == "a=\"b c\"");
  CHECK_FALSE(make_arg("a", "b\"c"));
  CHECK_FALSE(make_arg("a b", "c"));
  CHECK_FALSE(make_arg("", "c"));
  CHECK_FALSE(make_arg("--", std::nullopt));
  for (std::string_view value : {"", "x", "b c", " ", "=", "-- "}) {
    const auto line = CommandLine::parse("z " + arg("k", value).raw + " y");
    REQUIRE(line.args().size() == 3);
    CHECK(line.args()[1].key == "k");
    CHECK(line.args()[1].value == value);
  }
}

}  // namespace vfirst
