// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/environment_block.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

EnvironmentBlock sample() {
  EnvironmentBlock block;
  REQUIRE(block.set("vfirst_good", "a"));
  REQUIRE(block.set("vfirst_try", "-"));
  return block;
}

}  // namespace

TEST_CASE("a block is 1024 bytes with GRUB's signature and comes back as it was", "[grub]") {
  const auto block = sample();
  const auto bytes = block.bytes();
  CHECK(bytes.size() == 1024);
  CHECK(bytes.starts_with("# GRUB Environment Block\nvfirst_good=a\nvfirst_try=-\n####"));
  const auto again = EnvironmentBlock::parse(bytes);
  REQUIRE(again);
  CHECK(*again == block);
  CHECK(again->value("vfirst_good") == "a");
  CHECK(again->value("nothing") == "");
}

TEST_CASE("an update changes bytes of the first sector only", "[grub]") {
  const auto before = sample().bytes();
  auto block = sample();
  REQUIRE(block.set("vfirst_good", "none"));
  REQUIRE(block.set("vfirst_try", "b"));
  const auto after = block.bytes();
  CHECK(after.size() == before.size());
  CHECK(after.substr(512) == before.substr(512));
  CHECK(after != before);
}

TEST_CASE(
    "arming and disarming moves no byte of another variable: GRUB does the same in place",
    "[grub]") {
  auto block = sample();
  const auto disarmed = block.bytes();
  REQUIRE(block.set("vfirst_try", "b"));
  const auto armed = block.bytes();
  int different = 0;
  for (std::size_t i = 0; i < armed.size(); ++i)
    different += armed[i] != disarmed[i];
  CHECK(different == 1);
}

TEST_CASE("variables of someone else are kept in their place", "[grub]") {
  std::string bytes = "# GRUB Environment Block\nsaved_entry=0\nvfirst_good=a\n";
  bytes.resize(1024, '#');
  auto block = EnvironmentBlock::parse(bytes);
  REQUIRE(block);
  REQUIRE(block->set("vfirst_good", "b"));
  CHECK(block->bytes().starts_with("# GRUB Environment Block\nsaved_entry=0\nvfirst_good=b\n#"));
}

TEST_CASE(
    "a value that does not fit the first sector, or could not be read back, is refused and changes "
    "nothing",
    "[grub]") {
  auto block = sample();
  const auto before = block.bytes();
  CHECK(!block.set("long", std::string(500, 'x')));
  CHECK(!block.set("vfirst_good", "a\nvfirst_try=b"));
  CHECK(!block.set("vfirst_good", "a\\"));
  CHECK(!block.set("a=b", "c"));
  CHECK(!block.set("", "c"));
  CHECK(block.bytes() == before);
}

TEST_CASE("a block that is cut anywhere, overfull or scribbled on is refused", "[grub]") {
  const auto bytes = sample().bytes();
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK(!EnvironmentBlock::parse(bytes.substr(0, n)));
  CHECK(!EnvironmentBlock::parse(bytes + "#"));
  CHECK(!EnvironmentBlock::parse(std::string(1024, '\0')));
  for (const std::size_t at : {0UL, 24UL, 60UL, 600UL, 1023UL}) {
    auto scribbled = bytes;
    scribbled[at] = '\n';
    if (scribbled != bytes) CHECK(!EnvironmentBlock::parse(scribbled));
  }
  std::string overfull = "# GRUB Environment Block\nx=" + std::string(600, 'y') + "\n";
  overfull.resize(1024, '#');
  CHECK(!EnvironmentBlock::parse(overfull));
}
