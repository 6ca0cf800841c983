// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/open_inside.hpp"

#include "host/fd.hpp"
#include "host/root.hpp"
#include "unit/tree.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <functional>
#include <iterator>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

TempTree links() {
  TempTree tree{
      {"etc/hostname", "the tree's\n"},
      {"d/e/f", "f\n"},
      {"absolute", "-> /etc/hostname"},
      {"climbs", "-> ../../../../../../etc/hostname"},
      {"folder", "-> d/e"},
      {"d/up", "-> ../etc"},
      {"d/e/far", "-> ../../folder/../up/hostname"},
      {"root", "-> /"},
      {"gone", "-> /proc/self/status"},
      {"loop", "-> loop"},
      {"nothing", "-> not/there"}};
  std::string path = "chain0";
  for (int i = 0; i < 45; ++i)
    tree.add(
        fmt::format("chain{}", i),
        fmt::format("-> {}", i < 44 ? fmt::format("chain{}", i + 1) : "etc/hostname"));
  return tree;
}

constexpr const char* kPaths[] = {
    "etc/hostname",
    "absolute",
    "climbs",
    "folder/f",
    "folder/../up/hostname",
    "d/e/far",
    "root",
    "root/etc",
    "gone",
    "loop",
    "nothing",
    "chain4",
    "chain5",
    "chain0",
    "etc/hostname/",
    "folder/",
    "d//e/./f",
    "..",
    "../etc",
    "d/../../etc/hostname",
    ".",
    "absent",
    "absent/x",
    "etc/hostname/x",
    "root/root/folder/../e/f"};

// What open says: the inode, or the errno.
std::string outcome(int fd) {
  const int error = errno;
  const Fd file(fd);
  struct stat found{};
  if (fd < 0) return std::strerror(error);
  if (::fstat(file, &found) != 0) return "?";
  return fmt::format("inode {}", found.st_ino);
}

// A container runtime that does not know openat2(2).
void without_openat2(int error) {
  const auto action = static_cast<unsigned>(SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA));
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1), BPF_STMT(BPF_RET | BPF_K, action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{std::size(code), code};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(77);
}

// 0 where `claim` holds in a process of its own without openat2(2).
int in_child(int error, const std::function<bool()>& claim) {
  const pid_t child = ::fork();
  if (child == 0) {
    without_openat2(error);
    ::_exit(claim() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("the walk by components finds what openat2 finds, and fails as it does", "[machine]") {
  const auto tree = links();
  const Fd root(::open(tree.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const int flags :
       {O_RDONLY, O_PATH, O_PATH | O_NOFOLLOW, O_RDONLY | O_NOFOLLOW, O_RDONLY | O_DIRECTORY})
    for (const auto* path : kPaths) {
      INFO(path << ", flags " << flags);
      CHECK(outcome(walk_inside(root, path, flags)) == outcome(open_inside(root, path, flags)));
    }
}

TEST_CASE(
    "a file is made inside, through a folder that is a link, and never through a link",
    "[machine]") {
  const TempTree tree{{"d/", ""}, {"folder", "-> /d"}, {"out", "-> /new"}};
  const Fd root(::open(tree.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (auto* const open : {open_inside, walk_inside}) {
    CHECK(Fd(open(root, "folder/new", O_WRONLY | O_CREAT | O_EXCL, 0644)) >= 0);
    CHECK(std::filesystem::remove(tree.path() / "d/new"));
    CHECK(Fd(open(root, "out", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644)) < 0);
    CHECK_FALSE(std::filesystem::exists(tree.path() / "new"));
  }
}

TEST_CASE(
    "a tree is read where openat2 is not there, or not allowed, and its links stay in it",
    "[machine]") {
  const auto tree = links();
  for (const int error : {ENOSYS, EPERM}) {
    const auto ended = in_child(error, [&] {
      const auto root = tree.root();
      return root.read("etc/hostname") == "the tree's" && root.read("absolute") == "the tree's" &&
             root.read("d/e/far") == "the tree's" && !root.read("gone") && !root.exists("gone") &&
             root.list("d") == std::vector<std::string>{"e", "up"};
    });
    if (ended == 77) SKIP("seccomp(2) is not allowed here");
    CHECK(ended == 0);
  }
}
