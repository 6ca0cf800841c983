// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.hpp"

#include "base/byte_size.hpp"
#include "base/kernel_version.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

TEST_CASE("a size is a number with K, M, G or T", "[values]") {
  CHECK(ByteSize::parse("1G") == ByteSize::gib(1));
  CHECK(ByteSize::parse("2m") == ByteSize::mib(2));
  CHECK(ByteSize::parse("512K") == ByteSize::kib(512));
  CHECK(ByteSize::parse("3T") == ByteSize{3ull << 40});
  CHECK(ByteSize::parse("4096") == ByteSize{4096});
  CHECK(ByteSize::parse("0") == ByteSize{0});
  CHECK(ByteSize::parse("16777215T"));
  for (auto text :
       {"", "G", "1GB", "1 G", "-1G", "1.5G", "1GG", "16777216T", "18446744073709551616", "0x10",
        "1+", "1\x0b", "1-", "1\x07", "1\r"}) {
    INFO(text);
    CHECK_FALSE(ByteSize::parse(text));
  }
}

TEST_CASE("a size is written in the largest unit that divides it", "[values]") {
  CHECK(ByteSize::gib(1).str() == "1G");
  CHECK(ByteSize::mib(1536).str() == "1536M");
  CHECK(ByteSize{1025}.str() == "1025");
  CHECK(ByteSize{0}.str() == "0");
  CHECK(ByteSize{1ull << 40}.str() == "1T");
  CHECK(ByteSize::gib(3).kb() == 3u << 20);
}

TEST_CASE("a number is the whole text, without a sign", "[values]") {
  CHECK(parse_number("42") == 42u);
  CHECK(parse_number("0x3b", 16) == 0x3bu);
  CHECK(parse_number("3B", 16) == 0x3bu);
  CHECK(parse_number("18446744073709551615") == 18446744073709551615ull);
  for (auto text : {"", "+1", "-1", " 1", "1 ", "1a", "18446744073709551616", "0x1"})
    CHECK_FALSE(parse_number(text));
  for (auto text : {"0x", "0x0x1", "x1", "-1", "0x-1"})
    CHECK_FALSE(parse_number(text, 16));
}

TEST_CASE("splitting keeps empty fields, words do not", "[values]") {
  CHECK(split("a,,b,", ',') == std::vector<std::string_view>{"a", "", "b", ""});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(words("  a\tb \n c ") == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(words(" ").empty());
  CHECK(trimmed(" \t a b\r\n") == "a b");
  CHECK(trimmed(" \n").empty());
  CHECK(lowered("PowerEdge-R760\xc4") == "poweredge-r760\xc4");
}

TEST_CASE("a glob matches the whole text", "[values]") {
  CHECK(glob_match("PowerEdge R760*", "PowerEdge R760xs"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("", ""));
  CHECK(glob_match("a*b*c", "aXbXbYc"));
  CHECK(glob_match("*a", "baa"));
  CHECK(glob_match("a?c", "abc"));
  CHECK(glob_match("**", "x"));
  CHECK(glob_match("0000:3b:00.?", "0000:3b:00.1"));
  CHECK_FALSE(glob_match("a?c", "ac"));
  CHECK_FALSE(glob_match("", "a"));
  CHECK_FALSE(glob_match("a*", "ba"));
  CHECK_FALSE(glob_match("a*b", "abc"));
  CHECK_FALSE(glob_match("A", "a"));
  CHECK_FALSE(glob_match("?", ""));
}

TEST_CASE("a glob with many stars does not take exponential time", "[values]") {
  std::string pattern;
  for (int i = 0; i < 100; ++i)
    pattern += "a*";
  CHECK_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
}

TEST_CASE(
    "the nearest name is offered within a third of the word, the first of equals", "[values]") {
  CHECK(nearest("isolat", {"reserved", "isolate"}) == "isolate");
  CHECK(nearest("rx-usec", {"tx-usecs", "rx-usecs"}) == "rx-usecs");
  CHECK(nearest("vfss", {"vfs"}) == "vfs");
  // two letters changed round are one mistake
  CHECK(nearest("vsf", {"vfs"}) == "vfs");
  CHECK(nearest("ac", {"ab", "ad"}) == "ab");
  CHECK_FALSE(nearest("xyzzy", {"isolate", "vfs"}));
  // nothing of the word is left
  CHECK_FALSE(nearest("a", {"b"}));
  CHECK_FALSE(nearest("", {"ab"}));
  CHECK_FALSE(nearest("a", {}));
}

TEST_CASE("a kernel release begins with its version", "[values]") {
  CHECK(KernelVersion::of("6.12.95+deb13-amd64") == KernelVersion{6, 12});
  CHECK(KernelVersion::of("6.1") == KernelVersion{6, 1});
  CHECK(KernelVersion::of("7-rc1") == KernelVersion{7, 0});
  for (auto text : {"", "generic", ".1", "v6.1", "99999999999999999999.1"})
    CHECK_FALSE(KernelVersion::of(text).known());
  CHECK(KernelVersion{5, 16} > KernelVersion{5, 9});
}

TEST_CASE("a kernel of Red Hat's is told by its release, another's is not", "[values]") {
  const auto is = [](std::string_view release, unsigned el, unsigned build) {
    const auto version = KernelVersion::of(release);
    INFO(release);
    CHECK(version.el == el);
    CHECK(version.build == build);
  };
  is("4.18.0-553.el8_10.x86_64", 8, 553);
  is("4.18.0-553.66.1.el8_10.x86_64", 8, 553);
  is("4.18.0-553.rt7.342.el8_10.x86_64", 8, 553);
  is("5.14.0-503.11.1.el9_5.x86_64+rt", 9, 503);
  is("5.14.0-284.11.1.rt14.296.el9_2.x86_64", 9, 284);
  is("5.14.0-503.el9", 9, 503);
  is("5.14.0-503.el9.aarch64+64k", 9, 503);
  is("6.12.0-55.9.1.el10_0.x86_64", 10, 55);
  is("3.10.0-1160.el7.x86_64", 7, 1160);
  for (const auto other :
       {"5.15.0-206.153.7.el8uek.x86_64", "6.12.0-1.23.3.2.el9uek.x86_64", "5.14.0-1.el9uek.x86_64",
        "6.9.1-1.el8.elrepo.x86_64", "5.14.0-1.el9.elrepo.x86_64", "6.12.9-1.el10.x86_64",
        "6.12.0-1.el9.x86_64", "5.14.0-4-amd64", "4.18.0-553", "5.14.0-1.el90.x86_64",
        "6.12.48+deb13-amd64"})
    is(other, 0, 0);
  CHECK(KernelVersion::of("5.14.0-503.el9.x86_64") == KernelVersion{5, 14, 9, 503});
}

}  // namespace vfirst
