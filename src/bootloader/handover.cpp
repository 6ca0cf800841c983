// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/handover.hpp"

#include "base/printable.hpp"
#include "base/shell.hpp"
#include "base/words.hpp"
#include "kargs/command_line.hpp"
#include "kargs/loader_words.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

namespace {

std::string spelled(std::string_view arguments) {
  std::string out;
  for (const auto& arg : CommandLine::parse(arguments).args())
    append_to_list(out, arg.raw, " ");
  return out;
}

}  // namespace

std::string rpm_ostree_command(std::string_view arguments, const std::vector<std::string>& own) {
  std::string out = "rpm-ostree kargs";
  for (const auto& word : own)
    out += " --delete-if-present=" + shell_word(word);
  for (const auto& arg : CommandLine::parse(arguments).args())
    out += " --append=" + shell_word(arg.raw);
  return out;
}

std::string bootc_command(std::string_view arguments) {
  return bootc_command_for(spelled(arguments));
}

UkiAddon uki_addon(const BootFacts& boot, std::string_view arguments) {
  UkiAddon addon;
  addon.cmdline = spelled(arguments);
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

std::string handover(const BootFacts& boot, std::string_view arguments) {
  if (boot.loader == Loader::ostree)
    return fmt::format(
        "# where bootc has loader-entries (2026 and later); it remembers that they are ours:\n{}\n"
        "# else, each time they change:\n{}\n",
        bootc_command(arguments), rpm_ostree_command(arguments, boot.own_arguments));
  if (boot.loader != Loader::uki) return {};
  const auto addon = uki_addon(boot, arguments);
  auto out = fmt::format(
      "# an addon for systemd-stub 254 or later; it adds to the signed command line. Its section "
      ".cmdline:\n{}\n",
      addon.cmdline);
  out += fmt::format(
      "# build and sign it where the key is{}; ukify adds the section .sbat itself:\n{}\n",
      boot.secure_boot ? " (Secure Boot is on: without a signature it is passed over)" : "",
      addon.build);
  out += fmt::format(
      "# then copy it to {}\n# or, for that image only, to {}\n", printable_line(addon.place),
      printable_line(addon.alternative));
  return out +
         "# it is measured into PCR 12: a disk key that is sealed to that PCR needs to be sealed "
         "anew\n";
}

}  // namespace vfirst
