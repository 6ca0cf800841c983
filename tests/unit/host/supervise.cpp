// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/supervise.hpp"

#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <thread>

using namespace vfirst;
using namespace std::chrono_literals;

TEST_CASE("the work's exit code comes back", "[machine]") {
  const auto ended = supervise([](const Supervisor&) { return 3; }, 10s);
  CHECK(ended.how == Supervised::How::done);
  CHECK(ended.code == 3);
}

TEST_CASE("an answer that is known is not kept by a thread that never ends", "[machine]") {
  const auto began = std::chrono::steady_clock::now();
  const auto ended = supervise(
      [](const Supervisor& above) {
        above.done(7);
        // so that the child of this test goes away
        ::alarm(5);
        for (;;)
          ::pause();
        return 0;
      },
      60s);
  CHECK(ended.how == Supervised::How::done);
  CHECK(ended.code == 7);
  CHECK(std::chrono::steady_clock::now() - began < 4s);
}

TEST_CASE("at the limit the work is left behind, and the work can move the limit", "[machine]") {
  const auto forever = [](std::chrono::milliseconds more) {
    return [more](const Supervisor& above) {
      if (more > 0ms) above.allow(more);
      std::this_thread::sleep_for(1s);
      return 0;
    };
  };
  CHECK(supervise(forever(0ms), 50ms).how == Supervised::How::limit);
  CHECK(supervise(forever(20s), 500ms).how == Supervised::How::done);
}

TEST_CASE("work that dies is told from work that ends", "[machine]") {
  const auto ended = supervise([](const Supervisor&) { return ::raise(SIGKILL); }, 10s);
  CHECK(ended.how == Supervised::How::died);
}
