// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Wanted, asked and got, side by side.

#include "plan/verdict.hpp"

#include <string>

namespace vfirst {

// The table, with the kernel's own words under each miss, and what is to be known of a row under
// it, and the receipt as its last line.
std::string verify_text(const VerifyReport& report, bool colour);
// schema vfirst.verify/1
std::string verify_json(const VerifyReport& report);
// "vfirst: 2 PFs, 14/14 VFs on vfio-pci, 4/4 1G pages (2+2), cpus 2-3,6-7 isolated, ready 1.9 s
// before libvirtd"
std::string receipt_line(const Receipt& receipt);

}  // namespace vfirst
