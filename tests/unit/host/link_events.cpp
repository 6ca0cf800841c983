// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/link_events.hpp"

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <string>
#include <thread>

using namespace vfirst;
using namespace std::chrono_literals;

namespace {

// A pair of sockets in the place of the kernel's: what is sent at one end is what the kernel would
// say.
struct Wire {
  std::array<int, 2> ends{};
  Wire() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  }
  ~Wire() {
    for (const auto end : ends)
      ::close(end);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  void say(std::uint16_t type, int ifindex, unsigned flags) const {
    struct {
      nlmsghdr header;
      ifinfomsg link;
    } message{};
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = type;
    message.link.ifi_index = ifindex;
    message.link.ifi_flags = flags;
    REQUIRE(::send(ends[1], &message, sizeof message, 0) == static_cast<ssize_t>(sizeof message));
  }
};

}  // namespace

TEST_CASE(
    "of link events the ports that are up are taken, each once, and nothing is left behind",
    "[machine][network]") {
  const Wire wire;
  wire.say(RTM_NEWLINK, 3, IFF_UP | IFF_RUNNING);
  // down
  wire.say(RTM_NEWLINK, 4, IFF_BROADCAST);
  wire.say(RTM_DELLINK, 5, IFF_UP);
  wire.say(RTM_NEWLINK, 3, IFF_UP);
  const auto events = take_link_events(wire.ends[0], 10ms);
  REQUIRE(events);
  CHECK(events->up == std::vector<unsigned>{3});
  CHECK_FALSE(events->lost);
  char left;
  CHECK(::recv(wire.ends[0], &left, 1, MSG_DONTWAIT) == -1);
}
TEST_CASE("what comes within the quiet time is taken along", "[machine][network]") {
  const Wire wire;
  wire.say(RTM_NEWLINK, 3, IFF_UP);
  std::jthread later([&] {
    std::this_thread::sleep_for(20ms);
    wire.say(RTM_NEWLINK, 7, IFF_UP);
  });
  CHECK(take_link_events(wire.ends[0], 2s)->up == std::vector<unsigned>{3, 7});
}
TEST_CASE("a message that is cut short is not read beyond its end", "[machine][network]") {
  const Wire wire;
  const nlmsghdr header{sizeof(nlmsghdr) + 4, RTM_NEWLINK, 0, 0, 0};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += "abcd";
  REQUIRE(
      ::send(wire.ends[1], bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  REQUIRE(::send(wire.ends[1], bytes.data(), 5, 0) == 5);
  CHECK(take_link_events(wire.ends[0], 1ms)->up.empty());
}
TEST_CASE("a socket is ours only where it was passed to this very process", "[machine][network]") {
  ::unsetenv("LISTEN_PID");
  CHECK_FALSE(passed_socket());
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_PID", "1", 1);
  CHECK_FALSE(passed_socket());
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  CHECK(passed_socket() == 3);
  ::setenv("LISTEN_FDS", "0", 1);
  CHECK_FALSE(passed_socket());
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
}
