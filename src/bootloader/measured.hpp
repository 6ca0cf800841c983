// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Disk keys that the TPM gives out only to a boot that measures as the one before did.

#include "host/root.hpp"
#include "loader/boot_facts.hpp"

#include <string>
#include <vector>

namespace vfirst {

// The volumes of etc/crypttab that the TPM unlocks (crypttab(5), tpm2-device=), in the file's
// order.
std::vector<std::string> tpm_volumes(const Root& root);

// What new kernel arguments do to them, for a person; "" where there is none. Which PCRs a key is
// sealed to is in its LUKS header, which is not read.
std::string measured_warning(const std::vector<std::string>& volumes, Loader loader);

}  // namespace vfirst
