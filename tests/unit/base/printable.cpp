// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

TEST_CASE("text that a terminal only shows stays as it is", "[values]") {
  for (const auto* text :
       {"", "plain, with \\ and ' and \"", "two\nlines\tand a tab",
        "gr\u00fc\u00df \u65e5\u672c \U0001f600"})
    CHECK(printable(text) == text);
}

TEST_CASE("what a terminal would act on is spelled", "[values]") {
  CHECK(printable("\033[31mred\a\r") == "\\x1b[31mred\\x07\\x0d");
  CHECK(printable("del \x7f") == "del \\x7f");
  CHECK(printable(std::string_view("nul\0", 4)) == "nul\\x00");
  // C1 controls: U+009B is ESC [ in one character, as one byte or as UTF-8
  CHECK(
      printable("\x9b"
                "31m") == "\\x9b31m");
  CHECK(
      printable("\xc2\x9b"
                "31m") == "\\x9b31m");
  CHECK(printable("a\u2028b\u202ec\ufeff") == "a\\u2028b\\u202ec\\ufeff");
}

TEST_CASE("bytes that are not UTF-8 are spelled one by one", "[values]") {
  CHECK(printable("caf\xe9!") == "caf\\xe9!");
  CHECK(printable("\xc3") == "\\xc3");
  // overlong, a surrogate, beyond Unicode
  CHECK(
      printable("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80") ==
      "\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80");
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");
}

TEST_CASE("a line stays one line", "[values]") {
  CHECK(printable_line("a\nb\tc\xe9") == "a\\nb\\tc\\xe9");
}
