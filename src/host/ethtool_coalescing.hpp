// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where ethtool's netlink family and its older ioctl keep each coalescing setting.

#include "base/coalescing.hpp"
#include "base/fields.hpp"

#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <cstdint>
#include <tuple>

namespace vfirst::ethtool {

template <class T>
struct CoalescingField {
  std::optional<T> Coalescing::* member;
  // A u8 for a bool, a u32 for a number.
  std::uint16_t attribute;
  __u32 ethtool_coalesce::* legacy;
};

inline constexpr std::tuple kCoalescingFields{
    CoalescingField<bool>{
        .member = &Coalescing::adaptive_rx,
        .attribute = ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX,
        .legacy = &ethtool_coalesce::use_adaptive_rx_coalesce},
    CoalescingField<bool>{
        .member = &Coalescing::adaptive_tx,
        .attribute = ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX,
        .legacy = &ethtool_coalesce::use_adaptive_tx_coalesce},
    CoalescingField<unsigned>{
        .member = &Coalescing::rx_usecs,
        .attribute = ETHTOOL_A_COALESCE_RX_USECS,
        .legacy = &ethtool_coalesce::rx_coalesce_usecs},
    CoalescingField<unsigned>{
        .member = &Coalescing::tx_usecs,
        .attribute = ETHTOOL_A_COALESCE_TX_USECS,
        .legacy = &ethtool_coalesce::tx_coalesce_usecs},
};
static_assert(
    std::tuple_size_v<decltype(kCoalescingFields)> == kFieldCount<CoalescingOf>,
    "a field of CoalescingOf has no row in kCoalescingFields");

// each(field) for every row.
template <class Each>
constexpr void for_each_field(Each&& each) {
  std::apply([&](const auto&... field) { (each(field), ...); }, kCoalescingFields);
}

}  // namespace vfirst::ethtool
