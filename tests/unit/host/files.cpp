// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/files.hpp"

#include "host/process.hpp"
#include "unit/tree.hpp"

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

using namespace vfirst;
#include <cerrno>
using vfirst::test::TempTree;

namespace {

ino_t inode(const std::filesystem::path& path) {
  struct stat now{};
  REQUIRE(::stat(path.c_str(), &now) == 0);
  return now.st_ino;
}

}  // namespace

TEST_CASE(
    "create makes folders and a file of exactly these bytes and mode, and never replaces one") {
  TempTree tree;
  const auto root = Root::open(tree.path());
  DiskFiles files(*root, Settle::sync);
  REQUIRE(files.create("boot/vfirst/a.cfg", "text\n"));
  CHECK(files.read("boot/vfirst/a.cfg").value() == "text\n");
  CHECK(files.mode("boot/vfirst/a.cfg") == 0644);
  CHECK(files.mode("boot/vfirst") == 0755);
  CHECK(
      files.create("boot/vfirst/a.cfg", "other").error() ==
      failed(EEXIST, "boot/vfirst/a.cfg: File exists").error());
  CHECK(files.read("boot/vfirst/a.cfg").value() == "text\n");
  REQUIRE(files.create("secret", "", 0600));
  CHECK(files.mode("secret") == 0600);
  CHECK(files.mode("nothing") == 0);
}

TEST_CASE("overwrite keeps the file and its length") {
  TempTree tree{{"env", "0123"}};
  const auto root = Root::open(tree.path());
  DiskFiles files(*root, Settle::sync);
  const auto before = inode(tree.path() / "env");
  REQUIRE(files.overwrite("env", "4567"));
  CHECK(files.read("env").value() == "4567");
  CHECK(inode(tree.path() / "env") == before);
  CHECK(
      files.overwrite("env", "456").error().what ==
      "env: holds 4 bytes, 3 asked: an overwrite keeps the length");
  CHECK(files.read("env").value() == "4567");
  CHECK(files.overwrite("none", "456").error().code == std::errc::no_such_file_or_directory);
}

TEST_CASE("a name outside the root is refused by every verb") {
  TempTree tree{{"x", "y"}};
  const auto root = Root::open(tree.path());
  DiskFiles files(*root, Settle::sync);
  CHECK(!files.create("/tmp/x", ""));
  CHECK(!files.rename("x", "/tmp/x"));
  CHECK(!files.overwrite("/x", "y"));
  CHECK(!files.settle("/tmp"));
  CHECK(!files.remove("/x"));
  CHECK(!files.read("/x"));
}

TEST_CASE("rename, settle, list and remove do what they say, and a second remove is ENOENT") {
  TempTree tree{{"d/new", "n"}, {"d/old", "o"}};
  const auto root = Root::open(tree.path());
  DiskFiles files(*root, Settle::sync);
  REQUIRE(files.rename("d/new", "d/old"));
  REQUIRE(files.settle("d"));
  CHECK(files.list("d").value() == std::vector<std::string>{"old"});
  CHECK(files.read("d/old").value() == "n");
  REQUIRE(files.remove("d/old"));
  CHECK(files.remove("d/old").error().code == std::errc::no_such_file_or_directory);
  REQUIRE(files.remove("d"));
  CHECK(!files.exists("d"));
}

TEST_CASE("a program's output, errors and exit status come back, and a missing program is ENOENT") {
  const auto ended = run_process({"sh", "-c", "cat; echo oops >&2; exit 3"}, "said\n");
  REQUIRE(ended);
  CHECK(ended->code == 3);
  CHECK(ended->out == "said\n");
  CHECK(ended->err == "oops\n");
  CHECK(run_process({"sh", "-c", "kill -9 $$"})->code == 137);
  CHECK(
      run_process({"no-such-program-of-ours"}).error().code ==
      std::errc::no_such_file_or_directory);
}

TEST_CASE("more output than a pipe holds on both lines does not block") {
  const auto ended =
      run_process({"sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"});
  REQUIRE(ended);
  CHECK(ended->out.size() == 300000);
  CHECK(ended->err.size() == 300000);
}

TEST_CASE("a program past its limit is killed with its children") {
  const auto start = std::chrono::steady_clock::now();
  const auto ended = run_process({"sh", "-c", "sleep 30 & sleep 30"}, {}, 1);
  CHECK(ended.error() == failed(ETIMEDOUT, "sh: not done after 1 s, killed").error());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}
