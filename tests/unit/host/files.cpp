// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/files.hpp"

#include "host/lock.hpp"
#include "host/process.hpp"
#include "unit/tree.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <vector>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

ino_t inode(const std::filesystem::path& path) {
  struct stat now{};
  REQUIRE(::stat(path.c_str(), &now) == 0);
  return now.st_ino;
}

}  // namespace

TEST_CASE(
    "create makes folders and a file of exactly these bytes and mode, and never replaces one",
    "[machine]") {
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

TEST_CASE("overwrite keeps the file and its length", "[machine]") {
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

TEST_CASE("a name outside the root is refused by every verb", "[machine]") {
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

TEST_CASE(
    "rename, settle, list and remove do what they say, and a second remove is ENOENT",
    "[machine][trial]") {
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

TEST_CASE(
    "a program's output, errors and exit status come back, and a missing program is ENOENT",
    "[machine]") {
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

TEST_CASE("more output than a pipe holds on both lines does not block", "[machine]") {
  const auto ended =
      run_process({"sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"});
  REQUIRE(ended);
  CHECK(ended->out.size() == 300000);
  CHECK(ended->err.size() == 300000);
}

TEST_CASE("a program past its limit is killed with its children", "[machine][crash]") {
  const auto start = std::chrono::steady_clock::now();
  const auto ended = run_process({"sh", "-c", "sleep 30 & sleep 30"}, {}, 1);
  CHECK(ended.error() == failed(ETIMEDOUT, "sh: not done after 1 s, killed").error());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("no verb leaves a tree whose folders are links out of it", "[machine]") {
  TempTree outside{{"env", "0123"}, {"d/x", "x"}};
  for (const auto& way :
       {outside.path().native(), "../../../../../../../.." + outside.path().native()}) {
    TempTree tree{{"boot", "-> " + way}, {"new", "n"}};
    const auto root = tree.root();
    DiskFiles files(root, Settle::sync);
    CHECK_FALSE(files.create("boot/made", "m"));
    CHECK_FALSE(files.create("boot/a/b/made", "m"));
    CHECK_FALSE(files.rename("new", "boot/new"));
    CHECK_FALSE(files.rename("boot/env", "env"));
    CHECK_FALSE(files.overwrite("boot/env", "4567"));
    CHECK_FALSE(files.remove("boot/env"));
    CHECK_FALSE(files.remove("boot/d/x"));
    CHECK_FALSE(files.settle("boot"));
    CHECK_FALSE(files.list("boot"));
    CHECK_FALSE(files.read("boot/env"));
    CHECK(files.mode("boot/env") == 0);
    CHECK_FALSE(files.fresh_name("boot/env") != "boot/env.vfirst-" + std::to_string(::getpid()));
    const auto lock = Lock::take(root, "boot");
    CHECK(lock.has_value());
    CHECK(tree.content("new") == "n");
  }
  CHECK(outside.root().list(".") == std::vector<std::string>{"d", "env"});
  CHECK(outside.content("env") == "0123");
  CHECK(outside.content("d/x") == "x");
}

TEST_CASE("a folder that is a link within the tree is written inside of it", "[machine]") {
  TempTree tree{{"usr/boot/env", "0123"}, {"boot", "-> /usr/boot"}};
  const auto root = tree.root();
  DiskFiles files(root, Settle::sync);
  REQUIRE(files.create("boot/vfirst/a.cfg", "a"));
  CHECK(tree.content("usr/boot/vfirst/a.cfg") == "a");
  REQUIRE(files.overwrite("boot/env", "4567"));
  REQUIRE(files.rename("boot/env", "boot/vfirst/env"));
  REQUIRE(files.settle("boot/vfirst"));
  CHECK(tree.content("usr/boot/vfirst/env") == "4567");
  REQUIRE(files.remove("boot/vfirst/env"));
  CHECK(files.list("usr/boot/vfirst") == std::vector<std::string>{"a.cfg"});
}

TEST_CASE(
    "a link at the end of a path is not written through, removed or replaced it is itself",
    "[machine][trial]") {
  TempTree tree{
      {"target", "0123"}, {"a", "-> target"}, {"b", "-> target"}, {"d/x", "x"}, {"c", "-> d"}};
  const auto root = tree.root();
  DiskFiles files(root, Settle::sync);
  CHECK(files.overwrite("a", "4567").error().code == std::errc::too_many_symbolic_link_levels);
  CHECK(files.create("a", "x").error().code == std::errc::file_exists);
  REQUIRE(files.remove("a"));
  REQUIRE(replace(files, "b", "new"));
  CHECK_FALSE(root.link("b"));
  CHECK(files.read("b") == "new");
  REQUIRE(remove_folder(files, "c"));
  CHECK_FALSE(root.link("c"));
  CHECK(tree.content("d/x") == "x");
  CHECK(tree.content("target") == "0123");
}

TEST_CASE("the target of a link is the file behind all of them, in the tree", "[machine]") {
  const TempTree tree{
      {"etc/default/grub", "-> ../grub"},  {"etc/grub", "-> /srv/grub"}, {"srv", "-> data/srv"},
      {"data/srv/grub", "text"},           {"loop", "-> loop"},          {"plain", "x"},
      {"dangling", "-> /etc/nothing.cfg"}, {"to-root", "-> /"}};
  const auto root = tree.root();
  const DiskFiles files(root, Settle::sync);
  CHECK(files.target("etc/default/grub") == "data/srv/grub");
  CHECK(files.target("plain") == "plain");
  CHECK(files.target("absent") == "absent");
  CHECK(files.target("dangling") == "etc/nothing.cfg");
  CHECK(files.target("loop").error().what == "loop: Too many levels of symbolic links");
  CHECK_FALSE(files.target("to-root"));
}

TEST_CASE(
    "what a killed run left on its way is removed, what another process writes is not",
    "[machine][trial][crash]") {
  // Above the largest process number that there is (proc(5), pid_max).
  TempTree tree{{"d/f.vfirst-4194305", "dead"}, {"d/f.vfirst-1", "alive"},
                {"d/f.vfirst", "of 0.1.0"},     {"d/f.vfirst-x", "not ours"},
                {"d/g.vfirst", "another"},      {"d/f", "old"}};
  const auto root = tree.root();
  DiskFiles files(root, Settle::sync);
  REQUIRE(replace(files, "d/f", "new"));
  CHECK(files.list("d") == std::vector<std::string>{"f", "f.vfirst-1", "f.vfirst-x", "g.vfirst"});
  CHECK(files.read("d/f") == "new");
}

TEST_CASE(
    "two processes that replace one file never disturb each other, nor a reader", "[machine]") {
  TempTree tree{{"run/result", std::string(5000, 'z')}};
  const auto root = tree.root();
  std::vector<pid_t> writers;
  for (const char letter : {'a', 'b', 'c'}) {
    writers.push_back(::fork());
    if (writers.back() != 0) continue;
    DiskFiles files(root, Settle::sync);
    const std::string text(5000, letter);
    for (int i = 0; i < 200; ++i)
      if (!replace(files, "run/result", text)) ::_exit(1);
    ::_exit(0);
  }
  const DiskFiles files(root, Settle::sync);
  int torn = 0;
  for (int i = 0; i < 500; ++i) {
    const auto text = files.read("run/result").value_or("");
    if (text.size() != 5000 || text.find_first_not_of(text.front()) != text.npos) ++torn;
  }
  CHECK(torn == 0);
  for (const auto writer : writers) {
    int status = -1;
    ::waitpid(writer, &status, 0);
    CHECK(status == 0);
  }
  CHECK(files.list("run") == std::vector<std::string>{"result"});
}

TEST_CASE("a file that says something else than was written is an error", "[machine]") {
  const TempTree tree{{"a", "x"}};
  const auto root = tree.root();
  const DiskFiles files(root, Settle::sync);
  CHECK(check_written(files, "a", "x"));
  CHECK(
      check_written(files, "a", "y").error() ==
      failed(EIO, "a: does not read back as written").error());
  CHECK_FALSE(check_written(files, "absent", ""));
}

TEST_CASE(
    "a lock that another process holds is busy, and one is free when its holder is gone",
    "[machine]") {
  TempTree tree{{"boot/", ""}};
  const auto root = tree.root();
  {
    const auto lock = Lock::take(root, "boot");
    REQUIRE(lock);
    const auto second = Lock::take(root, "boot");
    CHECK(
        second.error() ==
        busy("boot: another vfirst is writing there; try again when it has ended").error());
  }
  CHECK(Lock::take(root, "boot"));
}
