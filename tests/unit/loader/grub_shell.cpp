// SPDX-License-Identifier: GPL-2.0-or-later
// tests/grub/emu has the real GRUB run random scripts; here is what it cannot show: what the reader
// does not know, and what it makes of that.
#include "loader/grub_menu.hpp"

#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

GrubMachine machine() {
  GrubMachine machine;
  machine.platform = "efi";
  machine.prefix = fmt::format("({})/boot/grub", kGrubDevice);
  machine.file = [](std::string_view path) -> GrubMachine::File {
    if (path.ends_with("/grubenv"))
      return {"# GRUB Environment Block\nsaved_entry=two\n####", true};
    return {{}, path.starts_with(fmt::format("({})", kGrubDevice))};
  };
  return machine;
}

constexpr std::string_view kTwo =
    "menuentry One --id one {\n linux /one $extra\n}\nmenuentry Two --id two {\n linux /two\n}\n";

GrubChoice choice(std::string_view script) {
  const auto host = machine();
  auto state = grub_at_start(host);
  GrubShell(host, state).run(parse_grub(script));
  return default_choice(host, state);
}

std::string title(std::string_view script) {
  const auto made = choice(script);
  return made.doubt.empty() && !made.path.empty() ? made.path.back().title : "?" + made.doubt;
}

std::string with_menu(std::string_view head) {
  return fmt::format("{}\n{}", head, kTwo);
}

}  // namespace

TEST_CASE(
    "a branch that only GRUB can take leaves in doubt what comes out differently, and nothing else",
    "[grub]") {
  CHECK(title(with_menu("if loadfont x; then set gfxmode=auto; fi\nset default=1")) == "Two");
  CHECK(
      title(with_menu("if keystatus --shift; then set timeout=-1; else set timeout=0; fi")) ==
      "One");
  CHECK(title(with_menu("if cpuid -l; then set default=1; else set default=1; fi")) == "Two");
  CHECK_WORDS(
      title(with_menu("if cpuid -l; then set default=1; fi")) ==
      "?which entry is the default is in $default, which only GRUB knows");
  // what only one branch sets does not carry over a value of before
  CHECK(title(with_menu("set default=1\nif cpuid -l; then unset default; fi")).starts_with("?"));
}

TEST_CASE("an entry that the menu may have or not puts those behind it in doubt", "[grub]") {
  const std::string maybe = "if cpuid -l; then\nmenuentry Maybe --id maybe {\n true\n}\nfi\n";
  CHECK(title(maybe + with_menu("set default=two")) == "Two");
  CHECK(title(maybe + with_menu("set default=1")).starts_with("?"));
  CHECK(title(maybe + with_menu("set default=maybe")).starts_with("?"));
  CHECK(title(with_menu("set default=1") + maybe) == "Two");
  CHECK(title(with_menu("set default=no-such") + maybe) == "One");
  // blscfg may bring an entry of any name
  CHECK(title("blscfg\n" + with_menu("set default=two")).starts_with("?"));
  CHECK(title(with_menu("set default=two") + "blscfg\n") == "Two");
}

TEST_CASE(
    "files of the configuration's own device are there or not; of others that is open", "[grub]") {
  CHECK(title(with_menu("load_env\nset default=$saved_entry")) == "Two");
  CHECK(title(with_menu("if [ -f $prefix/custom.cfg ]; then set default=1; fi")) == "One");
  CHECK(title(with_menu("if [ -f (hd1,1)/x ]; then set default=1; fi")).starts_with("?"));
  CHECK(title(with_menu("search --set=root --label x\nif [ -f /x ]; then set default=1; fi"))
            .starts_with("?"));
  CHECK(title(with_menu("search --set=root --label x\nset default=1")) == "Two");
  CHECK_WORDS(
      title(with_menu("source (hd1,1)/x.cfg")) ==
      "?line 1: it reads (hd1,1)/x.cfg, which is not known");
}

TEST_CASE(
    "an entry is a program: the last linux counts, and both where only GRUB can tell", "[grub]") {
  const auto loads = [](const char* body) {
    return choice(fmt::format("menuentry One {{\n{}\n}}\n", body)).loads;
  };
  auto made = loads("linux /first a\nlinux /second b\ninitrd /i");
  REQUIRE(made.size() == 1);
  CHECK(made[0].words == std::vector<std::string>{"/second", "b"});
  CHECK(made[0].initrds == std::vector<std::string>{"/i"});
  made = loads("if [ \"${initrdfail}\" = 1 ]; then\nlinux /k with\ninitrd /i\nelse\nlinux /k\nfi");
  REQUIRE(made.size() == 1);
  CHECK(made[0].words == std::vector<std::string>{"/k"});
  CHECK(loads("if cpuid -l; then linux /k64; else linux /k32; fi").size() == 2);
  CHECK(loads("chainloader +1")[0].command == "chainloader");
  CHECK(loads("true")[0].command.empty());
}

TEST_CASE("another configuration takes over where the script leads to it", "[grub]") {
  auto host = machine();
  host.file = [](std::string_view path) -> GrubMachine::File {
    if (path.ends_with("/other.cfg"))
      return {"menuentry Other {\n linux /other $kept $lost\n}\n", true};
    return {};
  };
  auto state = grub_at_start(host);
  GrubShell(host, state)
      .run(parse_grub(with_menu("kept=1; lost=2; export kept\nconfigfile /other.cfg")));
  const auto made = default_choice(host, state);
  REQUIRE(made.path.size() == 1);
  CHECK(made.path[0].title == "Other");
  CHECK(made.loads[0].words == std::vector<std::string>{"/other", "1"});
}

TEST_CASE("a loop without an end and a file that reads itself are doubts, not hangs", "[grub]") {
  CHECK(title(with_menu("while true; do true; done")).starts_with("?"));
  auto host = machine();
  host.file = [](std::string_view) -> GrubMachine::File { return {"source /x.cfg\n", true}; };
  auto state = grub_at_start(host);
  GrubShell(host, state).run(parse_grub("source /x.cfg\n"));
  CHECK(!state.doubt.empty());
  std::string deep;
  for (int i = 0; i < 5000; ++i)
    deep += "if true; then\n";
  CHECK(!parse_grub(deep).fault.empty());
  CHECK(parse_grub("menuentry x {\n").fault == "line 2: GRUB does not understand it");
  CHECK(parse_grub("function f {\n true}\n").fault == "line 2: GRUB does not understand it");
  CHECK(parse_grub("function f {\n true; }\nmenuentry x { true}\n").fault.empty());
}
