// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/default_grub.hpp"

#include "crash/crashing_files.hpp"
#include "kargs/arguments.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

KernelArg argument(std::string_view text) {
  return split_arguments(text).front();
}

// The arguments of a text, as the kernel will see them.
std::string kernel_sees(std::string_view text) {
  Arguments all;
  for (const auto& found : default_arguments(text))
    all.append(found.argument);
  return all.str();
}

std::string without(std::string_view text, std::string_view gone) {
  return without_argument(text, argument(gone));
}

}  // namespace

TEST_CASE(
    "an argument is found where it is assigned, and nowhere else", "[grub][kernel-arguments]") {
  const std::string text =
      "# If you change this file, run 'update-grub' afterwards\n"
      "GRUB_DEFAULT=0\n"
      "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet isolcpus=1 splash\"   # isolcpus=2 was for the old card\n"
      "GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'\n"
      "#GRUB_CMDLINE_LINUX=\"isolcpus=3\"\n"
      "GRUB_CMDLINE_LINUX_RECOVERY=single\n";
  CHECK(kernel_sees(text) == "quiet isolcpus=1 splash console=tty0 console=ttyS0,115200");
  CrashingFiles files(
      {{"etc/default/grub", text},
       {"etc/default/grub.d/50-cloud.cfg", "GRUB_CMDLINE_LINUX_DEFAULT=isolcpus=1\n"},
       {"etc/default/grub.d/README", "GRUB_CMDLINE_LINUX=isolcpus=1\n"}});
  CHECK(
      default_sources(files, argument("isolcpus=1")) ==
      std::vector<ForeignSource>{{"etc/default/grub", 3}, {"etc/default/grub.d/50-cloud.cfg", 1}});
  CHECK(
      default_sources(files, argument("console=ttyS0,115200")).front().str() ==
      "etc/default/grub:4");
  CHECK(default_sources(files, argument("isolcpus")).empty());
  CHECK(default_sources(files, argument("console=ttyS0")).empty());
}

TEST_CASE(
    "an argument inside another's quoted value is none, whoever takes the quotes away",
    "[grub][kernel-arguments]") {
  // The shell, GRUB and the kernel each take quotes of their own away.
  for (const std::string text :
       {"GRUB_CMDLINE_LINUX='foo=\"a isolcpus=4-7 b\" quiet'\n",
        "GRUB_CMDLINE_LINUX=\"foo=\\\"a isolcpus=4-7 b\\\" quiet\"\n",
        "GRUB_CMDLINE_LINUX=\"foo='a isolcpus=4-7 b' quiet\"\n",
        "GRUB_CMDLINE_LINUX=\"'foo=a isolcpus=4-7 b' quiet\"\n"}) {
    INFO(text);
    CHECK(kernel_sees(text) == "\"foo=a isolcpus=4-7 b\" quiet");
    CHECK(without(text, "isolcpus=4-7") == text);
    CHECK(kernel_sees(without(text, "\"foo=a isolcpus=4-7 b\"")) == "quiet");
    CHECK(without(text, "foo=\"a isolcpus=4-7 b\"").find("foo") == std::string::npos);
  }
}

TEST_CASE(
    "an assignment goes on over lines, and the line of an argument is its own",
    "[grub][kernel-arguments]") {
  const std::string text = "GRUB_CMDLINE_LINUX=\"quiet \\\n  isolcpus=1 \\\n  splash\"\nX=1\n";
  CHECK(kernel_sees(text) == "quiet isolcpus=1 splash");
  CHECK(default_arguments(text)[1].line == 2);
  CHECK(without(text, "isolcpus=1") == "GRUB_CMDLINE_LINUX=\"quiet \\\n  \\\n  splash\"\nX=1\n");
}

TEST_CASE("the shell's spellings of an assignment are read", "[grub]") {
  CHECK(kernel_sees("  export GRUB_CMDLINE_LINUX=a") == "a");
  CHECK(kernel_sees("GRUB_CMDLINE_LINUX+=\" a\"\n") == "a");
  CHECK(
      kernel_sees("GRUB_CMDLINE_LINUX=a GRUB_CMDLINE_LINUX_DEFAULT=b; GRUB_CMDLINE_LINUX=c\n") ==
      "a b c");
  CHECK(
      kernel_sees("GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX memmap=1G\\$4G\"\n") ==
      "$GRUB_CMDLINE_LINUX memmap=1G$4G");
  // a command with a variable, and its argument
  CHECK(kernel_sees("GRUB_CMDLINE_LINUX=a b\n") == "a");
  for (const auto text :
       {"", "\n", "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX=", "GRUB_CMDLINE_LINUX=\"",
        "GRUB_CMDLINE_LINUX='' \\"})
    CHECK(kernel_sees(text) == "");
}

TEST_CASE(
    "an argument goes out of its assignment and leaves every other byte",
    "[grub][kernel-arguments]") {
  CHECK(
      without(
          "X=1\nGRUB_CMDLINE_LINUX=\"quiet isolcpus=1 splash\"   # isolcpus=1 was\n",
          "isolcpus=1") == "X=1\nGRUB_CMDLINE_LINUX=\"quiet splash\"   # isolcpus=1 was\n");
  CHECK(without("GRUB_CMDLINE_LINUX=\"a b\"\n", "a") == "GRUB_CMDLINE_LINUX=\"b\"\n");
  CHECK(without("GRUB_CMDLINE_LINUX=\"a b\"\n", "b") == "GRUB_CMDLINE_LINUX=\"a\"\n");
  CHECK(without("GRUB_CMDLINE_LINUX='a'\n", "a") == "GRUB_CMDLINE_LINUX=''\n");
  CHECK(without("  export GRUB_CMDLINE_LINUX=a\n", "a") == "  export GRUB_CMDLINE_LINUX=\n");
  CHECK(without("GRUB_CMDLINE_LINUX=\"a=1 x b=1\"\n", "b=1") == "GRUB_CMDLINE_LINUX=\"a=1 x\"\n");
  CHECK(without("GRUB_CMDLINE_LINUX=\"a x a a\"\n", "a") == "GRUB_CMDLINE_LINUX=\"x\"\n");
  CHECK(
      without("GRUB_CMDLINE_LINUX=\"x \"iso'lcpus=1'\n", "isolcpus=1") ==
      "GRUB_CMDLINE_LINUX=\"x\"''\n");
  // The blank of the shell is not the value's: without it the comment would become the value.
  CHECK(without("GRUB_CMDLINE_LINUX=a # c\n", "a") == "GRUB_CMDLINE_LINUX= # c\n");
  CHECK(
      without("GRUB_CMDLINE_LINUX_RECOVERY=\"a\"\n", "a") == "GRUB_CMDLINE_LINUX_RECOVERY=\"a\"\n");
}
