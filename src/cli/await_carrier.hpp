// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// In the initramfs a plan waits, for a bounded time, until it is known what carries the host.

#include "cli/load.hpp"
#include "host/module_loader.hpp"
#include "host/uevent.hpp"

#include <chrono>
#include <string_view>

namespace vfirst {

// A driver with firmware to load takes a few seconds.
inline constexpr Events::Time kCarrierWait = std::chrono::seconds(20);
// The network that root comes over is told by its addresses and routes. Spanning tree and DHCP take
// half a minute at worst, and the boot waits for them in any case.
inline constexpr Events::Time kNetworkCarrierWait = std::chrono::seconds(60);

// The boot NIC is known by its MAC, which only its driver shows. Until then each NIC without a
// network interface may be the boot NIC and is left alone, so the plan waits for the NICs whose
// driver is not bound yet.
void await_boot_nic(
    const Root& root, std::string_view cmdline, Events& events, ModuleLoader& modules);

// Whether the plan leaves a PF alone although nothing shows yet that the host needs it: the disk
// that will be root, or the interface over which it comes, may not be there yet.
bool waits_for_carrier(const Facts& facts, const Plan& plan);
// Makes the plan again until it does not wait any more, at most for kCarrierWait or, where a
// network may be what carries the host, kNetworkCarrierWait.
void await_carriers(
    const Options& options, Events& events, Result<Input>& input, Result<Plan>& plan);

}  // namespace vfirst
