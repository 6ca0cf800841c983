// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/gates.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "kargs/rescue.hpp"
#include "steps/machine.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {

constexpr std::array<std::string_view, 4> kNo = {"0", "off", "no", "false"};

bool is_no(std::string_view value) {
  return std::ranges::find(kNo, value) != kNo.end();
}

// The last one wins, as with every argument of systemd and dracut, because somebody at the console
// appends. One that begins with "rd." is for the initramfs alone.
std::optional<std::string> switched_off(const std::vector<KernelArg>& arguments, bool initramfs) {
  std::optional<std::string> off;
  for (const auto& arg : arguments)
    if (arg.value && (arg.key == "vfirst" || (initramfs && arg.key == "rd.vfirst")))
      off = is_no(*arg.value) ? std::optional(fmt::format("{} on the kernel command line", arg.raw))
                              : std::nullopt;
  return off;
}

}  // namespace

std::optional<std::string> closed_gate(const Root& root, const std::string& fingerprint) {
  const auto cmdline = root.read(kernel_paths::kCommandLine).value_or("");
  // systemd reads what stands behind `--`, too.
  const auto arguments = split_arguments(cmdline);
  if (auto off = switched_off(arguments, in_initramfs(root))) return off;
  if (root.exists("proc/vmcore")) return "this is a crash kernel, which only saves the dump";
  // Somebody repairs this host, possibly because of what vfirst did.
  if (const auto repair = rescue_argument(arguments))
    return fmt::format("{} on the kernel command line: this host is being repaired", repair->raw);
  if (const auto recorded = root.read(kFingerprintFile);
      recorded && !recorded->empty() && !fingerprint.empty() && trimmed(*recorded) != fingerprint)
    return fmt::format(
        "this disk was set up for another machine (fingerprint {}, this one is {}): run vfirst "
        "apply",
        trimmed(*recorded), fingerprint);
  return std::nullopt;
}

}  // namespace vfirst
