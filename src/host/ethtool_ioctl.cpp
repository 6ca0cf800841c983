// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/ethtool_ioctl.hpp"

#include "host/ethtool_coalescing.hpp"
#include "host/fd.hpp"

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vfirst::ethtool_ioctl {

namespace {

template <class Command>
Status call(unsigned ifindex, Command& command) {
  ifreq request{};
  // The name may change between this call and the next. The kernel then answers ENODEV, and nothing
  // is lost.
  if (!if_indextoname(ifindex, request.ifr_name))
    return failed(errno, "ifindex {}: {}", ifindex, std::strerror(errno));
  const Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return failed(errno, "socket: {}", std::strerror(errno));
  request.ifr_data = reinterpret_cast<char*>(&command);
  if (::ioctl(fd, SIOCETHTOOL, &request) < 0) return failed(errno, "{}", std::strerror(errno));
  return {};
}

}  // namespace

Result<Coalescing> coalescing(unsigned ifindex) {
  ethtool_coalesce now{};
  now.cmd = ETHTOOL_GCOALESCE;
  VFIRST_CHECK(call(ifindex, now));
  Coalescing out;
  ethtool::for_each_field([&]<class T>(const ethtool::CoalescingField<T>& field) {
    out.*field.member = static_cast<T>(now.*field.legacy);
  });
  return out;
}

Status set_coalescing(unsigned ifindex, const Coalescing& wanted) {
  // The ioctl takes all values at once, so they are read, changed and written back.
  ethtool_coalesce all{};
  all.cmd = ETHTOOL_GCOALESCE;
  VFIRST_CHECK(call(ifindex, all));
  all.cmd = ETHTOOL_SCOALESCE;
  ethtool::for_each_field([&](const auto& field) {
    if (const auto& value = wanted.*field.member) all.*field.legacy = *value;
  });
  return call(ifindex, all);
}

Result<Channels> channels(unsigned ifindex) {
  ethtool_channels now{};
  now.cmd = ETHTOOL_GCHANNELS;
  VFIRST_CHECK(call(ifindex, now));
  return Channels{now.combined_count, now.max_combined, now.rx_count,
                  now.max_rx,         now.tx_count,     now.max_tx};
}

Result<MacAddress> permanent_mac(unsigned ifindex) {
  // MAX_ADDR_LEN bytes of address behind the head (linux/netdevice.h).
  constexpr std::uint32_t kMaxLength = 32;
  alignas(ethtool_perm_addr) std::uint8_t request[sizeof(ethtool_perm_addr) + kMaxLength]{};
  ethtool_perm_addr head{};
  head.cmd = ETHTOOL_GPERMADDR;
  head.size = kMaxLength;
  std::memcpy(request, &head, sizeof head);
  VFIRST_CHECK(call(ifindex, request));
  std::memcpy(&head, request, sizeof head);
  MacAddress mac;
  std::copy_n(request + sizeof head, mac.bytes.size(), mac.bytes.begin());
  if (head.size != mac.bytes.size() || mac.is_zero())
    return failed(ENODATA, "ifindex {} has no permanent Ethernet address", ifindex);
  return mac;
}

Status set_channels(unsigned ifindex, const Channels& wanted) {
  ethtool_channels all{};
  all.cmd = ETHTOOL_GCHANNELS;
  VFIRST_CHECK(call(ifindex, all));
  all.cmd = ETHTOOL_SCHANNELS;
  if (wanted.combined) all.combined_count = wanted.combined;
  if (wanted.rx) all.rx_count = wanted.rx;
  if (wanted.tx) all.tx_count = wanted.tx;
  return call(ifindex, all);
}

}  // namespace vfirst::ethtool_ioctl
