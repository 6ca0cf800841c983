// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/scratch.hpp"

#include "unit/tree.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <fstream>

using namespace vfirst;
namespace fs = std::filesystem;

namespace {

void fill(const fs::path& directory) {
  fs::create_directories(directory / "a/b");
  std::ofstream(directory / "a/b/file") << "x";
  fs::permissions(directory / "a/b", fs::perms::none);
}

bool goes(const fs::path& directory) {
  for (int i = 0; i < 1000 && fs::exists(directory); ++i)
    ::usleep(10000);
  return !fs::exists(directory);
}

}  // namespace

TEST_CASE(
    "a scratch directory goes with its object, also from where nobody may enter", "[machine]") {
  fs::path path;
  {
    const auto scratch = ScratchDirectory::make();
    REQUIRE(scratch);
    path = scratch->path();
    fill(path);
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a scratch directory goes when its process is killed", "[machine][crash]") {
  for (const int signal : {SIGKILL, SIGTERM}) {
    const test::TempTree tree{{"here/", ""}};
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("TMPDIR", (tree.path() / "here").c_str(), 1);
      const auto scratch = ScratchDirectory::make();
      if (!scratch) ::_exit(1);
      // Not a handler of Catch2's.
      ::signal(signal, SIG_DFL);
      fill(scratch->path());
      ::kill(::getpid(), signal);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    for (const auto& entry : fs::directory_iterator(tree.path() / "here"))
      CHECK(goes(entry.path()));
  }
}
