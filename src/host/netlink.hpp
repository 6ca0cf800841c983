// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Sends a netlink message and takes its answers. An error has the kernel's own sentence.

#include "base/result.hpp"

#include <libmnl/libmnl.h>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace vfirst {

class Netlink {
 public:
  static Result<Netlink> open(int protocol);
  Netlink(Netlink&&) noexcept;
  Netlink& operator=(Netlink&&) noexcept;
  ~Netlink();

  // Sends `message` (made with mnl_nlmsg_put_header in a buffer of the caller) with NLM_F_REQUEST |
  // NLM_F_ACK added, and calls `answer` for every message before the acknowledgement.
  Status ask(nlmsghdr* message, const std::function<void(const nlmsghdr*)>& answer = {});

 private:
  explicit Netlink(mnl_socket* socket) : socket_(socket) {}
  mnl_socket* socket_ = nullptr;
  std::uint32_t sequence_ = 0;
};

// Room for one message that we build. 256 VFs with every attribute fit.
inline constexpr std::size_t kNetlinkBuffer = 65536;

// A conversation with one family of generic netlink.
struct GenericNetlink {
  Netlink socket;
  // The number of its message type on this host.
  std::uint16_t family;

  // ENOENT where the kernel lacks the family.
  static Result<GenericNetlink> open(std::string_view name);
  // The head of a message to the family, in a buffer of the caller.
  nlmsghdr* begin(std::span<char> buffer, std::uint8_t command, std::uint8_t version) const;
};

// Calls `attribute` for each attribute in the payload behind `header` bytes, or inside `nest`.
void for_each_attribute(
    const nlmsghdr* message, std::size_t header,
    const std::function<void(const nlattr*)>& attribute);
void for_each_attribute(const nlattr* nest, const std::function<void(const nlattr*)>& attribute);

}  // namespace vfirst
