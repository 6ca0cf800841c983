// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/measured.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace vfirst {

std::vector<std::string> tpm_volumes(const Root& root) {
  std::vector<std::string> volumes;
  const auto text = root.read("etc/crypttab").value_or("");
  for (const auto line : split(text, '\n')) {
    const auto fields = words(line);
    if (fields.size() < 4 || fields[0].starts_with('#')) continue;
    for (const auto option : split(fields[3], ','))
      if (option.starts_with("tpm2-device=")) {
        volumes.emplace_back(fields[0]);
        break;
      }
  }
  return volumes;
}

// GRUB measures commands and the kernel's line into PCR 8 and the files it reads, our slots too,
// into PCR 9; systemd's stub measures an addon into PCR 12, and systemd-boot the line that it hands
// over.
std::string measured_warning(const std::vector<std::string>& volumes, Loader loader) {
  if (volumes.empty()) return {};
  const bool grub = loader == Loader::grub || loader == Loader::grub_bls;
  return fmt::format(
      "/etc/crypttab: the TPM unlocks {}. If that key is sealed to PCR {}, the TPM refuses it to a "
      "boot with other kernel arguments. Have the recovery key at hand, and seal the key again "
      "after that boot",
      fmt::join(volumes, ", "), grub ? "8 or 9" : "12");
}

}  // namespace vfirst
