// SPDX-License-Identifier: GPL-2.0-or-later
// The ioctl that stands in where a kernel lacks ethtool's netlink family, against that family, on a
// veth and a tun device of the running kernel in a network namespace of their own. Needs root.
#include "host/ethtool.hpp"
#include "host/ethtool_ioctl.hpp"
#include "host/netlink.hpp"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <thread>

using namespace vfirst;

namespace {

// A pair of virtual ports, the first with four queues each way.
Status make_veth() {
  auto socket = VFIRST_TRY(Netlink::open(NETLINK_ROUTE));
  std::array<char, 512> buffer{};
  auto* message = mnl_nlmsg_put_header(buffer.data());
  message->nlmsg_type = RTM_NEWLINK;
  message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
  mnl_nlmsg_put_extra_header(message, sizeof(ifinfomsg));
  mnl_attr_put_strz(message, IFLA_IFNAME, "vft0");
  mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 4);
  mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 4);
  auto* info = mnl_attr_nest_start(message, IFLA_LINKINFO);
  mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
  mnl_attr_nest_end(message, info);
  return socket.ask(message);
}

// A thread has its own network namespace, so the rest of the test program keeps the machine's.
template <class Work>
bool in_namespace(Work work) {
  bool there = false;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) return;
    there = work();
  }).join();
  return there;
}

}  // namespace

TEST_CASE(
    "channels by ioctl are those that netlink tells, before and after each has set them",
    "[machine][network]") {
  std::array<Result<Channels>, 6> seen;
  std::array<Status, 3> set;
  const bool there = in_namespace([&] {
    if (!make_veth()) return false;
    const auto port = ::if_nametoindex("vft0");
    Channels wanted;
    seen[0] = ethtool::channels(port), seen[1] = ethtool_ioctl::channels(port);
    wanted.rx = 2, wanted.tx = 3;
    set[0] = ethtool_ioctl::set_channels(port, wanted);
    seen[2] = ethtool::channels(port), seen[3] = ethtool_ioctl::channels(port);
    wanted.rx = 4, wanted.tx = 1;
    set[1] = ethtool::set_channels(port, wanted);
    seen[4] = ethtool::channels(port), seen[5] = ethtool_ioctl::channels(port);
    wanted.rx = 5;
    set[2] = ethtool_ioctl::set_channels(port, wanted);
    return true;
  });
  if (!there) SKIP("no network namespace or no veth: needs root");
  for (const auto& one : seen)
    REQUIRE(one);
  CHECK(seen[0]->rx_max == 4);
  for (int i = 0; i < 6; i += 2)
    CHECK(*seen[i] == *seen[i + 1]);
  CHECK(set[0]);
  CHECK(seen[2]->rx == 2);
  CHECK(seen[2]->tx == 3);
  CHECK(set[1]);
  CHECK(seen[4]->rx == 4);
  REQUIRE_FALSE(set[2]);
  CHECK(set[2].error().code == std::errc::invalid_argument);
}

TEST_CASE(
    "coalescing by ioctl reads a device that has little of it, and is refused what netlink is "
    "refused",
    "[machine][network]") {
  Result<Coalescing> by_netlink, by_ioctl;
  Status set_netlink, set_ioctl;
  const bool there = in_namespace([&] {
    const int tun = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    ifreq request{};
    std::strcpy(request.ifr_name, "vft1");
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (tun < 0 || ::ioctl(tun, TUNSETIFF, &request) != 0) return false;
    const auto port = ::if_nametoindex("vft1");
    by_netlink = ethtool::coalescing(port), by_ioctl = ethtool_ioctl::coalescing(port);
    set_netlink = ethtool::set_coalescing(port, {10, {}, {}, {}}),
    set_ioctl = ethtool_ioctl::set_coalescing(port, {10, {}, {}, {}});
    ::close(tun);
    return true;
  });
  if (!there) SKIP("no network namespace or no tun: needs root");
  REQUIRE(by_netlink);
  REQUIRE(by_ioctl);
  CHECK(by_ioctl->rx_usecs == by_netlink->rx_usecs.value_or(0));
  CHECK(by_ioctl->adaptive_rx == by_netlink->adaptive_rx.value_or(false));
  REQUIRE_FALSE(set_netlink);
  REQUIRE_FALSE(set_ioctl);
  // and the kernel's own sentence, which the ioctl has not
  CHECK(set_netlink.error().code == std::errc::invalid_argument);
  CHECK(set_netlink.error().what.find("unsupported parameter") != std::string::npos);
  CHECK(set_ioctl.error().code == std::errc::operation_not_supported);
}

TEST_CASE("a device that is gone is told by both", "[machine][network]") {
  CHECK(ethtool_ioctl::channels(999999).error().code == std::errc::no_such_device_or_address);
  CHECK(ethtool::channels(999999).error().code == std::errc::no_such_device);
}
