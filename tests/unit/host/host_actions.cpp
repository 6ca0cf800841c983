// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host_actions.hpp"

#include "host/root.hpp"
#include "unit/tree.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

// What a process says whose root is this tree: 0 it may act, 1 it may not, 2 the kernel lets nobody
// change a root here.
int asked_in_chroot(const TempTree& tree) {
  const auto child = ::fork();
  if (child == 0) {
    const bool inside = (::geteuid() == 0 || ::unshare(CLONE_NEWUSER) == 0) &&
                        ::chroot(tree.path().c_str()) == 0 && ::chdir("/") == 0;
    if (!inside) ::_exit(2);
    const auto root = Root::open("/");
    ::_exit(root && HostActions::of(*root, "this") ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE(
    "an image or a captured tree may not act, and the error says what was asked and where",
    "[facts]") {
  const TempTree tree{{"proc/1/root", "-> ../.."}};
  const auto actions = HostActions::of(tree.root(), "--reboot=kexec");
  REQUIRE_FALSE(actions);
  CHECK(
      actions.error().what == "--reboot=kexec acts on the running system, and " +
                                  tree.path().string() +
                                  " is not its root: only files are written there");
  CHECK(actions.error().code == std::errc::invalid_argument);
}

TEST_CASE("a chroot may not act although its root is called /", "[values]") {
  TempTree tree{{"elsewhere/", ""}};
  if (asked_in_chroot(tree) == 2) SKIP("no chroot is allowed here");
  // without /proc nobody can tell
  CHECK(asked_in_chroot(tree) == 1);
  tree.add("proc/1/root", "-> /elsewhere");
  CHECK(asked_in_chroot(tree) == 1);
  tree.add("proc/1/root", "-> /");
  CHECK(asked_in_chroot(tree) == 0);
}

TEST_CASE("a root is told from PID 1's by what it is and not by its name", "[values]") {
  TempTree tree{{"elsewhere/", ""}};
  CHECK(is_root_of_pid1(tree.root()) == std::nullopt);
  tree.add("proc/1/root", "-> ../../elsewhere");
  CHECK(is_root_of_pid1(tree.root()) == false);
  tree.add("proc/1/root", "-> ../..");
  CHECK(is_root_of_pid1(tree.root()) == true);
}
