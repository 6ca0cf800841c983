// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/arguments.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

TEST_CASE(
    "the running kernel has our arguments only if they stand together and in order",
    "[kernel-arguments]") {
  CHECK(holds_arguments("root=x ro a=1 b=2 quiet", "a=1 b=2"));
  CHECK(!holds_arguments("root=x ro b=2 a=1", "a=1 b=2"));
  CHECK(!holds_arguments("root=x ro a=1", "a=1 b=2"));
  CHECK(!holds_arguments("root=x ro a=12", "a=1"));
  CHECK(holds_arguments("root=x", ""));
  CHECK(holds_arguments("", ""));
}

TEST_CASE(
    "arguments behind -- are init's, and those inside a quoted value are none",
    "[kernel-arguments]") {
  CHECK(!holds_arguments("root=x -- a=1 b=2", "a=1 b=2"));
  CHECK(holds_arguments("root=x a=1 b=2 -- c", "a=1 b=2"));
  CHECK(!holds_arguments("root=x foo=\"c a=1 b=2 d\"", "a=1 b=2"));
}

TEST_CASE(
    "a text is a list of arguments, and the list is written with one blank between two",
    "[kernel-arguments]") {
  const Arguments arguments = "  a=1\t\tfoo=\"b  c\" ";
  CHECK(arguments.size() == 2);
  CHECK(arguments.str() == "a=1 foo=\"b  c\"");
  CHECK(arguments == "a=1 foo=\"b  c\"");
  CHECK(arguments.then("d").str() == "a=1 foo=\"b  c\" d");
  CHECK(Arguments().then("d") == "d");
  CHECK(arguments.contains(split_arguments("\"foo=b  c\"").front()));
  CHECK(!arguments.contains(split_arguments("a").front()));
}
