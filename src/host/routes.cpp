// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink(7): RTM_GETROUTE and RTM_GETRULE as dumps. procfs has less: proc/net/route shows the
// main table alone, and of each route only the first next hop (net/ipv4/fib_trie.c,
// fib_route_seq_show).
#include "host/routes.hpp"

#include "host/netlink.hpp"

#include <linux/fib_rules.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <map>

namespace vfirst {

namespace {

using Interfaces = std::vector<std::uint32_t>;

template <class Header>
Status dump(
    std::uint16_t type, std::uint8_t family, const std::function<void(const nlmsghdr*)>& answer) {
  auto socket = VFIRST_TRY(Netlink::open(NETLINK_ROUTE));
  std::array<char, 256> buffer{};
  auto* message = mnl_nlmsg_put_header(buffer.data());
  message->nlmsg_type = type;
  message->nlmsg_flags = NLM_F_DUMP;
  // The family is the first byte of each of these headers.
  static_cast<std::uint8_t*>(mnl_nlmsg_put_extra_header(message, sizeof(Header)))[0] = family;
  return socket.ask(message, answer);
}

// Next hops that are objects of their own: a group stands for its members.
class NextHops {
 public:
  Interfaces of(std::uint32_t id) {
    if (!asked_) ask();
    Interfaces out;
    for (const auto member : members_.contains(id) ? members_[id] : Interfaces{id})
      if (const auto one = interface_.find(member); one != interface_.end())
        out.push_back(one->second);
    return out;
  }

 private:
  // Kernels before 5.3 have none. What they lack is no failure.
  void ask() {
    asked_ = true;
    [[maybe_unused]] const auto done =
        dump<nhmsg>(RTM_GETNEXTHOP, AF_UNSPEC, [&](const nlmsghdr* message) {
          std::uint32_t id = 0;
          std::optional<std::uint32_t> interface;
          Interfaces members;
          for_each_attribute(message, sizeof(nhmsg), [&](const nlattr* attribute) {
            const auto size = mnl_attr_get_payload_len(attribute);
            switch (mnl_attr_get_type(attribute)) {
              case NHA_ID: id = mnl_attr_get_u32(attribute); break;
              case NHA_OIF: interface = mnl_attr_get_u32(attribute); break;
              case NHA_GROUP:
                for (std::size_t at = 0; at + sizeof(nexthop_grp) <= size;
                     at += sizeof(nexthop_grp)) {
                  nexthop_grp one;
                  std::memcpy(
                      &one, static_cast<const char*>(mnl_attr_get_payload(attribute)) + at,
                      sizeof one);
                  members.push_back(one.id);
                }
                break;
              default: break;
            }
          });
          if (interface) interface_[id] = *interface;
          if (!members.empty()) members_[id] = std::move(members);
        });
  }

  bool asked_ = false;
  std::map<std::uint32_t, std::uint32_t> interface_;
  std::map<std::uint32_t, Interfaces> members_;
};

// RTA_MULTIPATH: struct rtnexthop one after the other, each with its length.
Interfaces hops_of(const nlattr* attribute) {
  Interfaces out;
  const auto* at = static_cast<const char*>(mnl_attr_get_payload(attribute));
  auto left = static_cast<std::size_t>(mnl_attr_get_payload_len(attribute));
  while (left >= sizeof(rtnexthop)) {
    rtnexthop hop;
    std::memcpy(&hop, at, sizeof hop);
    if (hop.rtnh_len < sizeof hop || hop.rtnh_len > left) break;
    out.push_back(static_cast<std::uint32_t>(hop.rtnh_ifindex));
    const auto step = std::min<std::size_t>(left, RTNH_ALIGN(hop.rtnh_len));
    at += step;
    left -= step;
  }
  return out;
}

void add_route(
    const nlmsghdr* message, const std::vector<IpAddress>& addresses, NextHops& next_hops,
    std::vector<KernelRoute>& out) {
  if (message->nlmsg_type != RTM_NEWROUTE) return;
  const auto* head = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  if (head->rtm_type != RTN_UNICAST && head->rtm_type != RTN_LOCAL) return;
  // What the kernel learned of a path, not a route that somebody set.
  if (head->rtm_flags & RTM_F_CLONED) return;
  KernelRoute route;
  route.destination.v6 = head->rtm_family == AF_INET6;
  route.prefix = head->rtm_dst_len;
  route.table = head->rtm_table;
  route.local = head->rtm_type == RTN_LOCAL;
  Interfaces interfaces;
  std::optional<std::uint32_t> next_hop;
  for_each_attribute(message, sizeof(rtmsg), [&](const nlattr* attribute) {
    const auto size = mnl_attr_get_payload_len(attribute);
    switch (mnl_attr_get_type(attribute)) {
      case RTA_DST:
        std::memcpy(
            route.destination.bytes.data(), mnl_attr_get_payload(attribute),
            std::min<std::size_t>(size, route.destination.bytes.size()));
        break;
      case RTA_TABLE: route.table = mnl_attr_get_u32(attribute); break;
      case RTA_OIF: interfaces.push_back(mnl_attr_get_u32(attribute)); break;
      case RTA_MULTIPATH:
        for (const auto interface : hops_of(attribute))
          interfaces.push_back(interface);
        break;
      case RTA_NH_ID: next_hop = mnl_attr_get_u32(attribute); break;
      default: break;
    }
  });
  const bool wanted = std::ranges::any_of(addresses, [&](const IpAddress& address) {
    return route.destination.shares_prefix(address, route.prefix) &&
           route.destination.v6 == address.v6;
  });
  if (!wanted && (route.prefix != 0 || route.local)) return;
  // The kernel adds the interfaces of a next hop object itself unless
  // net.ipv4.nexthop_compat_mode is 0 (net/ipv4/fib_semantics.c, fib_dump_info).
  if (interfaces.empty() && next_hop) interfaces = next_hops.of(*next_hop);
  for (const auto interface : interfaces) {
    char name[IF_NAMESIZE];
    if (!::if_indextoname(interface, name)) continue;
    route.interface = name;
    out.push_back(route);
  }
}

void add_rule(const nlmsghdr* message, std::vector<unsigned>& tables) {
  if (message->nlmsg_type != RTM_NEWRULE) return;
  const auto* head = static_cast<const fib_rule_hdr*>(mnl_nlmsg_get_payload(message));
  if (head->action != FR_ACT_TO_TBL) return;
  unsigned table = head->table;
  for_each_attribute(message, sizeof(fib_rule_hdr), [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == FRA_TABLE) table = mnl_attr_get_u32(attribute);
  });
  if (table != RT_TABLE_UNSPEC) tables.push_back(table);
}

}  // namespace

Result<KernelRoutes> kernel_routes(const std::vector<IpAddress>& addresses) {
  KernelRoutes out;
  NextHops next_hops;
  // A kernel without IPv6 answers with an error; then there are no such routes.
  for (const std::uint8_t family : {AF_INET, AF_INET6}) {
    const auto routes = dump<rtmsg>(RTM_GETROUTE, family, [&](const nlmsghdr* message) {
      add_route(message, addresses, next_hops, out.routes);
    });
    if (!routes && family == AF_INET) return std::unexpected(routes.error());
    [[maybe_unused]] const auto rules = dump<fib_rule_hdr>(
        RTM_GETRULE, family, [&](const nlmsghdr* message) { add_rule(message, out.rule_tables); });
  }
  std::ranges::sort(out.routes);
  out.routes.erase(std::ranges::unique(out.routes).begin(), out.routes.end());
  std::ranges::sort(out.rule_tables);
  out.rule_tables.erase(std::ranges::unique(out.rule_tables).begin(), out.rule_tables.end());
  return out;
}

}  // namespace vfirst
