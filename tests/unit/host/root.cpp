// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/recording_root.hpp"
#include "unit/tree.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>

using namespace vfirst;
using vfirst::test::TempTree;
using Kind = RecordingRoot::Entry::Kind;

TEST_CASE(
    "an absolute path is refused, since the kernel would leave the root for it", "[machine]") {
  const TempTree tree{{"etc/hostname", "fixture\n"}};
  const auto root = tree.root();
  CHECK(root.read("etc/hostname").value() == "fixture");
  CHECK(root.read("/etc/hostname").error().code == std::errc::invalid_argument);
  CHECK(!root.exists("/etc"));
}

TEST_CASE("a tree's links stay in the tree, absolute ones and those that climb", "[machine]") {
  const TempTree tree{
      {"etc/hostname", "the tree's\n"},
      {"sys/class/absolute", "-> /etc/hostname"},
      {"sys/class/climbs", "-> ../../../../../../etc/hostname"},
      {"sys/class/outside", "-> /proc/self/status"},
      {"sys/folder", "-> /etc"}};
  const auto root = tree.root();
  CHECK(root.read("sys/class/absolute") == "the tree's");
  CHECK(root.read("sys/class/climbs") == "the tree's");
  CHECK(root.read("sys/class/outside").error().code == std::errc::no_such_file_or_directory);
  CHECK_FALSE(root.exists("sys/class/outside"));
  CHECK(root.exists("sys/class/absolute"));
  CHECK(root.writable("sys/class/absolute"));
  CHECK(root.list("sys/folder") == std::vector<std::string>{"hostname"});
}

TEST_CASE("one newline at the end is no content, others are", "[machine]") {
  const TempTree tree{{"a", "x\n\n"}, {"b", "x"}, {"c", ""}};
  const auto root = tree.root();
  CHECK(root.read("a").value() == "x\n");
  CHECK(root.read("b").value() == "x");
  CHECK(root.read("c").value().empty());
  CHECK(root.bytes("a").value() == "x\n\n");
}

TEST_CASE("a head is no longer than asked for", "[machine]") {
  TempTree tree;
  tree.add("big", std::string(10000, 'x'));
  const auto root = tree.root();
  CHECK(root.read_head("big", 4096).value().size() == 4096);
  CHECK(root.read("big").value().size() == 10000);
}

TEST_CASE("a recording holds what was read, the links on the way, and no more", "[machine]") {
  const TempTree tree{
      {"sys/devices/pci0000:00/0000:00:03.0/vendor", "0x8086\n"},
      {"sys/devices/pci0000:00/0000:00:03.0/device", "0x1592\n"},
      {"sys/bus/pci/devices/0000:00:03.0", "-> ../../../devices/pci0000:00/0000:00:03.0"},
      {"secret", "x\n"}};
  const RecordingRoot root(tree.root());
  CHECK(root.read("sys/bus/pci/devices/0000:00:03.0/vendor").value() == "0x8086");
  CHECK(!root.read("sys/bus/pci/devices/0000:00:03.0/absent"));
  const auto& entries = root.entries();
  CHECK(
      entries.at("sys/bus/pci/devices/0000:00:03.0").content ==
      "../../../devices/pci0000:00/0000:00:03.0");
  CHECK(entries.at("sys/devices/pci0000:00/0000:00:03.0/vendor").content == "0x8086\n");
  CHECK(entries.at("sys/devices/pci0000:00").kind == Kind::directory);
  CHECK(!entries.contains("sys/devices/pci0000:00/0000:00:03.0/device"));
  CHECK(!entries.contains("secret"));
}

TEST_CASE(
    "a listed directory is recorded with all its names, and a later read fills the file in",
    "[machine]") {
  const TempTree tree{
      {"sys/class/net/eth0", "-> ../../devices/net/eth0"},
      {"sys/class/net/bonding_masters", "\n"},
      {"sys/devices/net/eth0/flags", "0x1003\n"}};
  const RecordingRoot root(tree.root());
  CHECK(root.list("sys/class/net").value() == std::vector<std::string>{"bonding_masters", "eth0"});
  CHECK(root.entries().at("sys/class/net/eth0").kind == Kind::link);
  CHECK(root.entries().at("sys/class/net/bonding_masters").content.empty());
  CHECK(root.list("sys/class/net/eth0").value() == std::vector<std::string>{"flags"});
  CHECK(root.read("sys/class/net/eth0/flags").value() == "0x1003");
  CHECK(root.entries().at("sys/devices/net/eth0/flags").content == "0x1003\n");
}

TEST_CASE("a recording holds the lines that either of two readers keeps", "[machine]") {
  const TempTree tree{{"etc/x.service", "[Service]\nCPUAffinity=1\nSecret=2\nExecStart=/bin/a\n"}};
  const RecordingRoot root(tree.root());
  const auto affinity = [](std::string_view line) { return line.starts_with("CPU"); };
  const auto start = [](std::string_view line) { return line.starts_with("Exec"); };
  CHECK(root.read_lines("etc/x.service", affinity) == "\nCPUAffinity=1\n\n");
  CHECK(root.read_lines("etc/x.service", start) == "\n\n\nExecStart=/bin/a");
  CHECK(root.entries().at("etc/x.service").content == "\nCPUAffinity=1\n\nExecStart=/bin/a\n");
}

TEST_CASE("a link's text is found inside the tree, too", "[machine]") {
  const TempTree tree{
      {"p", "-> /proc"}, {"d", "-> /e"}, {"e/driver", "-> ../drivers/ice"}, {"plain", "x"}};
  const auto root = tree.root();
  // This machine has a link /proc/self.
  CHECK_FALSE(root.link("p/self"));
  CHECK(root.link("d/driver") == "../drivers/ice");
  CHECK(root.link_name("d/driver") == "ice");
  CHECK(root.link("plain").error() == failed(EINVAL, "plain: Invalid argument").error());
  CHECK(root.link("absent").error().code == std::errc::no_such_file_or_directory);
}

TEST_CASE("a FIFO, or a link to one, is refused and holds nobody up", "[machine]") {
  TempTree tree{{"etc/link", "-> fifo"}};
  REQUIRE(::mkfifo((tree.path() / "etc/fifo").c_str(), 0644) == 0);
  const auto root = tree.root();
  // Where the code waits for a writer, that ends this program.
  ::alarm(20);
  CHECK(root.read("etc/fifo").error() == refuse("etc/fifo: not a regular file").error());
  CHECK(root.bytes("etc/link").error() == refuse("etc/link: not a regular file").error());
  CHECK_FALSE(root.read_head("etc/fifo", 10));
  CHECK_FALSE(root.list("etc/fifo"));
  CHECK_FALSE(root.write("etc/fifo", "x"));
  CHECK(root.read("etc").error().code == std::errc::is_a_directory);
  ::alarm(0);
}

TEST_CASE("a file of a foreign tree is read up to 16 MiB", "[machine]") {
  TempTree tree{{"large", ""}, {"largest", ""}};
  std::filesystem::resize_file(tree.path() / "largest", 16 << 20);
  std::filesystem::resize_file(tree.path() / "large", (16 << 20) + 1);
  const auto root = tree.root();
  CHECK(root.bytes("largest")->size() == 16 << 20);
  CHECK(
      root.bytes("large").error() ==
      refuse("large: larger than 16 MiB, the limit of a file").error());
  CHECK(root.read_head("large", 100)->size() == 100);
}

TEST_CASE("a path with a NUL is no path", "[machine]") {
  const TempTree tree{{"a", "x"}};
  CHECK(tree.root().read(std::string_view("a\0b", 3)).error().kind == Error::Kind::refused);
}

TEST_CASE(
    "the root of a process that lives in another tree is not this host's (needs root)",
    "[machine]") {
  const TempTree tree{{"etc/hostname", "the tree's\n"}};
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::chroot(tree.path().c_str()) != 0) ::_exit(77);
    [[maybe_unused]] const auto told = ::write(ready[1], "x", 1);
    ::pause();
  }
  ::close(ready[1]);
  char word = 0;
  const bool there = ::read(ready[0], &word, 1) == 1;
  ::close(ready[0]);
  const auto root = Root::open("/proc/" + std::to_string(child) + "/root");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  if (!there) SKIP("needs root, for chroot(2)");
  REQUIRE(root);
  CHECK_FALSE(root->is_host());
  CHECK(root->read("etc/hostname") == "the tree's");
  CHECK(Root::open("/")->is_host());
  CHECK(Root::open("/proc/self/root")->is_host());
}
