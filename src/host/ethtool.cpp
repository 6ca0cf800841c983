// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/ethtool.hpp"

#include "host/ethtool_coalescing.hpp"
#include "host/ethtool_ioctl.hpp"
#include "host/netlink.hpp"

#include <linux/genetlink.h>
#include <array>
#include <cerrno>

namespace vfirst::ethtool {

namespace {

Result<GenericNetlink> open() {
  return GenericNetlink::open(ETHTOOL_GENL_NAME);
}

bool lacks_family(const Error& error) {
  return error.code == std::errc::no_such_file_or_directory;
}

nlmsghdr* begin(
    const GenericNetlink& talk, std::span<char> buffer, std::uint8_t command, unsigned ifindex) {
  auto* message = talk.begin(buffer, command, ETHTOOL_GENL_VERSION);
  // The header of every request is its attribute 1.
  auto* device = mnl_attr_nest_start(message, 1);
  mnl_attr_put_u32(message, ETHTOOL_A_HEADER_DEV_INDEX, ifindex);
  mnl_attr_nest_end(message, device);
  return message;
}
static_assert(ETHTOOL_A_COALESCE_HEADER == 1 && ETHTOOL_A_CHANNELS_HEADER == 1);

Status get(
    GenericNetlink& talk, std::uint8_t command, unsigned ifindex,
    const std::function<void(const nlattr*)>& attribute) {
  std::array<char, 256> buffer{};
  return talk.socket.ask(begin(talk, buffer, command, ifindex), [&](const nlmsghdr* part) {
    for_each_attribute(part, sizeof(genlmsghdr), attribute);
  });
}

}  // namespace

// The kernel leaves out what the driver does not support: those settings stay absent.
Result<Coalescing> coalescing(unsigned ifindex) {
  auto talk = open();
  if (!talk && lacks_family(talk.error())) return ethtool_ioctl::coalescing(ifindex);
  if (!talk) return std::unexpected(talk.error());
  Coalescing out;
  VFIRST_CHECK(get(*talk, ETHTOOL_MSG_COALESCE_GET, ifindex, [&](const nlattr* attribute) {
    for_each_field([&]<class T>(const CoalescingField<T>& field) {
      if (mnl_attr_get_type(attribute) != field.attribute) return;
      if constexpr (std::is_same_v<T, bool>)
        out.*field.member = mnl_attr_get_u8(attribute) != 0;
      else
        out.*field.member = mnl_attr_get_u32(attribute);
    });
  }));
  return out;
}

Status set_coalescing(unsigned ifindex, const Coalescing& wanted) {
  auto talk = open();
  if (!talk && lacks_family(talk.error())) return ethtool_ioctl::set_coalescing(ifindex, wanted);
  if (!talk) return std::unexpected(talk.error());
  std::array<char, 512> buffer{};
  auto* message = begin(*talk, buffer, ETHTOOL_MSG_COALESCE_SET, ifindex);
  for_each_field([&]<class T>(const CoalescingField<T>& field) {
    const auto& value = wanted.*field.member;
    if (!value) return;
    if constexpr (std::is_same_v<T, bool>)
      mnl_attr_put_u8(message, field.attribute, *value);
    else
      mnl_attr_put_u32(message, field.attribute, *value);
  });
  return talk->socket.ask(message);
}

Result<Channels> channels(unsigned ifindex) {
  auto talk = open();
  if (!talk && lacks_family(talk.error())) return ethtool_ioctl::channels(ifindex);
  if (!talk) return std::unexpected(talk.error());
  Channels out;
  VFIRST_CHECK(get(*talk, ETHTOOL_MSG_CHANNELS_GET, ifindex, [&](const nlattr* attribute) {
    switch (mnl_attr_get_type(attribute)) {
      case ETHTOOL_A_CHANNELS_COMBINED_COUNT: out.combined = mnl_attr_get_u32(attribute); break;
      case ETHTOOL_A_CHANNELS_COMBINED_MAX: out.combined_max = mnl_attr_get_u32(attribute); break;
      case ETHTOOL_A_CHANNELS_RX_COUNT: out.rx = mnl_attr_get_u32(attribute); break;
      case ETHTOOL_A_CHANNELS_RX_MAX: out.rx_max = mnl_attr_get_u32(attribute); break;
      case ETHTOOL_A_CHANNELS_TX_COUNT: out.tx = mnl_attr_get_u32(attribute); break;
      case ETHTOOL_A_CHANNELS_TX_MAX: out.tx_max = mnl_attr_get_u32(attribute); break;
      default: break;
    }
  }));
  return out;
}

Status set_channels(unsigned ifindex, const Channels& wanted) {
  auto talk = open();
  if (!talk && lacks_family(talk.error())) return ethtool_ioctl::set_channels(ifindex, wanted);
  if (!talk) return std::unexpected(talk.error());
  std::array<char, 512> buffer{};
  auto* message = begin(*talk, buffer, ETHTOOL_MSG_CHANNELS_SET, ifindex);
  if (wanted.combined)
    mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_COMBINED_COUNT, wanted.combined);
  if (wanted.rx) mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_RX_COUNT, wanted.rx);
  if (wanted.tx) mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_TX_COUNT, wanted.tx);
  return talk->socket.ask(message);
}

}  // namespace vfirst::ethtool
