// SPDX-License-Identifier: GPL-2.0-or-later
// Asks a real kernel, in a network namespace of its own.
#include "host/routes.hpp"

#include <sched.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <string>
#include <thread>

using namespace vfirst;

namespace {

// Two interfaces, a default route over both, one in a table that no rule names, a table of a rule,
// and a route over a group of next hop objects.
constexpr auto kSetUp =
    "set -e; ip link set lo up; for i in 0 1; do ip tuntap add t$i mode tap; ip link set t$i up; "
    "ip addr add 10.$i.0.5/24 dev t$i; done; "
    "ip route add default nexthop dev t0 nexthop dev t1; ip route add default dev t1 table 1001; "
    "ip rule add from 10.0.0.0/8 table 100; ip route add 10.9.0.0/24 dev t1 table 100; "
    // So the kernel does not resolve the objects itself. Only lo has a carrier here.
    "echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode; ip nexthop add id 10 dev lo; "
    "ip nexthop add id 3 group 10; ip route add 10.7.0.0/16 nhid 3; "
    "ip route add blackhole default table 7; ip -6 route add fd00:9::/64 dev t0 table 100";

}  // namespace

TEST_CASE(
    "the kernel tells its routes of every table, over every next hop, and the tables of its rules",
    "[network]") {
  bool there = false;
  Result<KernelRoutes> read = failed(0, "not asked");
  const auto address = [](std::string_view text) { return *IpAddress::parse(text); };
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) return;
    there = std::system((std::string("{ ") + kSetUp + "; } >/dev/null 2>&1").c_str()) == 0;
    if (there)
      read = kernel_routes(
          {address("10.9.0.1"), address("10.7.1.1"), address("10.0.0.5"), address("fd00:9::1")});
  }).join();
  if (!there) SKIP("no network namespace with two interfaces can be made here");
  REQUIRE(read);
  const auto has = [&](std::string_view destination, unsigned prefix, unsigned table,
                       std::string_view interface, bool local = false) {
    return std::ranges::find(
               read->routes,
               KernelRoute{address(destination), prefix, table, local, std::string(interface)}) !=
           read->routes.end();
  };
  CHECK(has("0.0.0.0", 0, 254, "t0"));
  CHECK(has("0.0.0.0", 0, 254, "t1"));
  CHECK(has("0.0.0.0", 0, 1001, "t1"));
  CHECK(has("10.9.0.0", 24, 100, "t1"));
  CHECK(has("10.7.0.0", 16, 254, "lo"));
  CHECK(has("10.0.0.5", 32, 255, "t0", true));
  CHECK(has("fd00:9::", 64, 100, "t0"));
  // What no address asks for is left out, and what carries nothing.
  CHECK(std::ranges::none_of(read->routes, [&](const KernelRoute& route) {
    return route.destination == address("10.1.0.0") || route.table == 7;
  }));
  CHECK(std::ranges::find(read->rule_tables, 100u) != read->rule_tables.end());
  CHECK(std::ranges::find(read->rule_tables, 1001u) == read->rule_tables.end());
}
