// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/link_events.hpp"

#include "base/text.hpp"

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace vfirst {

namespace {

// SD_LISTEN_FDS_START
constexpr int kFirstPassed = 3;

void read_messages(const char* data, std::size_t size, LinkEvents& out) {
  auto left = static_cast<int>(size);
  for (auto* message = reinterpret_cast<const nlmsghdr*>(data); mnl_nlmsg_ok(message, left);
       message = mnl_nlmsg_next(message, &left)) {
    if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_LENGTH(sizeof(ifinfomsg)))
      continue;
    const auto* link = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
    const auto index = static_cast<unsigned>(link->ifi_index);
    if ((link->ifi_flags & IFF_UP) && std::ranges::find(out.up, index) == out.up.end())
      out.up.push_back(index);
  }
}

}  // namespace

std::optional<int> passed_socket() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  if (!pid || !count || parse_number(pid) != static_cast<std::uint64_t>(::getpid()) ||
      parse_number(count).value_or(0) < 1)
    return std::nullopt;
  return kFirstPassed;
}

Result<LinkEvents> take_link_events(int fd, std::chrono::milliseconds quiet) {
  LinkEvents out;
  alignas(nlmsghdr) char buffer[32768];
  const auto end = std::chrono::steady_clock::now() + 10 * quiet;
  for (;;) {
    sockaddr_nl from{};
    iovec piece{buffer, sizeof buffer};
    msghdr header{};
    header.msg_name = &from;
    header.msg_namelen = sizeof from;
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    const auto n = ::recvmsg(fd, &header, MSG_DONTWAIT);
    if (n >= 0) {
      // Only the kernel's own messages count.
      if (from.nl_pid == 0) read_messages(buffer, static_cast<std::size_t>(n), out);
      if (header.msg_flags & MSG_TRUNC) out.lost = true;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == ENOBUFS) {
      out.lost = true;
      continue;
    }
    if (errno != EAGAIN) return failed(errno, "link events: {}", std::strerror(errno));
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd one{fd, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&one, 1, static_cast<int>(std::min(quiet, left).count())) == 0)
      return out;
  }
}

}  // namespace vfirst
