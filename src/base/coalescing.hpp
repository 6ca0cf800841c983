// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Interrupt coalescing of a port: how long it may wait before it interrupts, in microseconds.

#include <optional>

namespace vfirst {

// The one list of these settings. `Field` says how one of them is kept: in the policy with the line
// that it came from, in a request or an answer as an optional value. Each has a row in
// policy/vf_keys.hpp and one in host/ethtool_coalescing.hpp; neither compiles while one is missing.
template <template <class> class Field>
struct CoalescingOf {
  // Some drivers refuse the times while adaptive coalescing is on, so that is the first to be set.
  Field<bool> adaptive_rx{}, adaptive_tx{};
  Field<unsigned> rx_usecs{}, tx_usecs{};
  bool operator==(const CoalescingOf&) const = default;
};
// In a request, what is absent is left as it is. In an answer, the device does not have it.
using Coalescing = CoalescingOf<std::optional>;

}  // namespace vfirst
