// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/handover.hpp"

#include "base/printable.hpp"
#include "base/shell.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

UkiAddon uki_addon(const BootFacts& boot, const Arguments& arguments) {
  UkiAddon addon;
  addon.cmdline = arguments.str();
  addon.build = fmt::format(
      "ukify build --cmdline={} --secureboot-private-key=KEY.pem "
      "--secureboot-certificate=CERTIFICATE.pem --output=vfirst.addon.efi",
      shell_word(addon.cmdline));
  // The file that showed the UKI tells which mount is the ESP.
  std::string esp = "ESP";
  if (const auto at = boot.evidence.find("/EFI/Linux/"); at != std::string::npos)
    esp = "/" + boot.evidence.substr(0, at);
  addon.place = fmt::format("{}/loader/addons/vfirst.addon.efi", esp);
  addon.alternative = boot.evidence.ends_with(".efi")
                          ? fmt::format("/{}.extra.d/vfirst.addon.efi", boot.evidence)
                          : fmt::format("{}/EFI/Linux/NAME.efi.extra.d/vfirst.addon.efi", esp);
  return addon;
}

std::string handover(const BootFacts& boot, const Arguments& arguments) {
  if (boot.loader != Loader::uki) return {};
  const auto addon = uki_addon(boot, arguments);
  return fmt::format(
      "# An addon for systemd-stub 254 or later adds to the signed command line. Its section "
      ".cmdline:\n{}\n"
      "# Build and sign it where the key is{}. ukify adds the section .sbat itself:\n{}\n"
      "# Then copy it to {}\n# or, for that image only, to {}\n"
      "# The addon is measured into PCR 12. A disk key that is sealed to that PCR must be sealed "
      "again.\n",
      addon.cmdline,
      boot.secure_boot ? " (Secure Boot is on: an addon without a signature is ignored)" : "",
      addon.build, printable_line(addon.place), printable_line(addon.alternative));
}

}  // namespace vfirst
