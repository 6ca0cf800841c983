// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/netlink.hpp"

#include <linux/genetlink.h>
#include <sys/socket.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace vfirst {

namespace {

// The text of the extended acknowledgement: NLMSGERR_ATTR_MSG, behind the copy of our own message,
// of which the kernel may have kept the header only.
std::string kernel_sentence(const nlmsghdr* message) {
  if (!(message->nlmsg_flags & NLM_F_ACK_TLVS)) return {};
  const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message));
  std::size_t skip = sizeof *error;
  if (!(message->nlmsg_flags & NLM_F_CAPPED))
    skip += MNL_ALIGN(error->msg.nlmsg_len) - sizeof(nlmsghdr);
  std::string text;
  for_each_attribute(message, skip, [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG) text = mnl_attr_get_str(attribute);
  });
  return text;
}

}  // namespace

Result<Netlink> Netlink::open(int protocol) {
  auto* socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
  if (!socket) return failed(errno, "netlink socket: {}", std::strerror(errno));
  Netlink out(socket);
  if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
    return failed(errno, "netlink socket: {}", std::strerror(errno));
  // Older kernels do not have these options. Their errors are bare numbers.
  int on = 1;
  mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof on);
  mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof on);
  return out;
}

Netlink::Netlink(Netlink&& other) noexcept
    : socket_(std::exchange(other.socket_, nullptr)), sequence_(other.sequence_) {}
Netlink& Netlink::operator=(Netlink&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(sequence_, other.sequence_);
  return *this;
}
Netlink::~Netlink() {
  if (socket_) mnl_socket_close(socket_);
}

Status Netlink::ask(nlmsghdr* message, const std::function<void(const nlmsghdr*)>& answer) {
  message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  message->nlmsg_seq = ++sequence_;
  if (mnl_socket_sendto(socket_, message, message->nlmsg_len) < 0)
    return failed(errno, "{}", std::strerror(errno));
  // The answer for a PF with 256 VFs is longer than libmnl's usual page.
  std::vector<char> buffer(4 * kNetlinkBuffer);
  for (;;) {
    const auto got = mnl_socket_recvfrom(socket_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno, "{}", std::strerror(errno));
    auto left = static_cast<int>(got);
    for (auto* part = reinterpret_cast<const nlmsghdr*>(buffer.data()); mnl_nlmsg_ok(part, left);
         part = mnl_nlmsg_next(part, &left)) {
      if (part->nlmsg_seq != sequence_) continue;
      if (part->nlmsg_type == NLMSG_DONE) return {};
      if (part->nlmsg_type != NLMSG_ERROR) {
        if (answer) answer(part);
        continue;
      }
      const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(part));
      if (error->error == 0) return {};
      const auto detail = kernel_sentence(part);
      return failed(
          -error->error, "{}{}{}", std::strerror(-error->error), detail.empty() ? "" : ": ",
          detail);
    }
  }
}

Result<GenericNetlink> GenericNetlink::open(std::string_view name) {
  GenericNetlink out{VFIRST_TRY(Netlink::open(NETLINK_GENERIC)), GENL_ID_CTRL};
  std::array<char, 256> buffer{};
  auto* message = out.begin(buffer, CTRL_CMD_GETFAMILY, 1);
  mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, std::string(name).c_str());
  std::uint16_t id = 0;
  VFIRST_CHECK(out.socket.ask(message, [&](const nlmsghdr* part) {
    for_each_attribute(part, sizeof(genlmsghdr), [&](const nlattr* attribute) {
      if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID) id = mnl_attr_get_u16(attribute);
    });
  }));
  if (id == 0) return failed(ENOENT, "no generic netlink family {}", name);
  out.family = id;
  return out;
}

nlmsghdr* GenericNetlink::begin(
    std::span<char> buffer, std::uint8_t command, std::uint8_t version) const {
  auto* message = mnl_nlmsg_put_header(buffer.data());
  message->nlmsg_type = family;
  auto* header = static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(message, sizeof(genlmsghdr)));
  header->cmd = command;
  header->version = version;
  return message;
}

void for_each_attribute(
    const nlmsghdr* message, std::size_t header,
    const std::function<void(const nlattr*)>& attribute) {
  const auto* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(message));
  for (auto* at = static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(message, header));
       mnl_attr_ok(at, static_cast<int>(end - reinterpret_cast<const char*>(at)));
       at = mnl_attr_next(at))
    attribute(at);
}

void for_each_attribute(const nlattr* nest, const std::function<void(const nlattr*)>& attribute) {
  const auto* end =
      static_cast<const char*>(mnl_attr_get_payload(nest)) + mnl_attr_get_payload_len(nest);
  for (auto* at = static_cast<const nlattr*>(mnl_attr_get_payload(nest));
       mnl_attr_ok(at, static_cast<int>(end - reinterpret_cast<const char*>(at)));
       at = mnl_attr_next(at))
    attribute(at);
}

}  // namespace vfirst
