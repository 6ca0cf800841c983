// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network_events.hpp"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>

namespace vfirst {

NetworkEvents::NetworkEvents(const HostActions&)
    : fd_(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups =
      RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  // poll skips a descriptor below 0.
  if (fd_ >= 0 && ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fd_.close();
}

void NetworkEvents::wait(std::chrono::milliseconds limit) {
  pollfd one{fd_, POLLIN, 0};
  if (::poll(&one, 1, static_cast<int>(limit.count())) <= 0) return;
  // What changed does not matter, nor does a lost message.
  char text[8192];
  while (::recv(fd_, text, sizeof text, MSG_DONTWAIT) >= 0 || errno == ENOBUFS || errno == EINTR) {
  }
}

}  // namespace vfirst
