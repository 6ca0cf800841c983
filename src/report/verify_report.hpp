// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What was wanted, what was asked for and what the kernel has, side by side.

#include "plan/verdict.hpp"

#include <string>

namespace vfirst {

// The table, then the warnings, and the receipt as its last line. Under a row that is not ok stand
// the kernel's own message and the cause. Nothing in it but `colour` can act on a terminal.
std::string verify_text(const VerifyReport& report, bool colour);
// Schema vfirst.verify/1.
std::string verify_json(const VerifyReport& report);
// "vfirst: 2 PFs, 14/14 VFs on vfio-pci, 4/4 1G pages (2+2), cpus 2-3,6-7 isolated, ready 1.9 s
// before libvirtd".
std::string receipt_line(const Receipt& receipt);

}  // namespace vfirst
