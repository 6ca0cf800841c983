// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// ACPI's IORT table: how the interrupts and the DMA of an arm64 machine are routed.

#include "host/root.hpp"

#include <string_view>

namespace vfirst::facts {

// Whether the table names an SMMU (any version). Firmware writes this table for the interrupt
// controller, too, so that a machine without an SMMU, or with one that is switched off, has one as
// well. A table that is cut off counts as one without.
bool names_smmu(std::string_view table);

// The same of this machine. Only root can read the table: where it is there and cannot be read, the
// answer is yes.
bool has_smmu(const Root& root);

}  // namespace vfirst::facts
