// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a plan asks a port for where the policy sets interrupt delays.

#include "plan/draft.hpp"

namespace vfirst {

// The policy's settings, and adaptive coalescing off where they set a time and do not mention it:
// it would overrule the time, and some drivers refuse a time while it is on.
Coalescing planned_coalescing(const CoalescingOf<Maybe>& settings);
std::string reason_for_coalescing(const CoalescingOf<Maybe>& settings);

// Findings about times that the driver of `device` does not take, or rounds. `driver`: "" where it
// is not known.
void report_coalescing(
    Draft& draft, const PciAddress& device, std::string_view driver,
    const CoalescingOf<Maybe>& settings, bool required);

}  // namespace vfirst
