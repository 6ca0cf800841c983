// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The kernel arguments that vfirst writes or judges: what each needs, how the kernel reads it and
// where its effect can be seen. Data for plan, explain and verify.

#include "base/kernel_version.hpp"

#include <array>
#include <span>
#include <string_view>

namespace vfirst {

// What happens when a key stands in the line more than once.
enum class Repeat { first_wins, last_wins, accumulates };
// How the kernel declares it: early_param, __setup, a module or core parameter.
enum class Stage { early, setup, module };

struct KargInfo {
  std::string_view key;
  // Configuration options that the kernel needs, all of them. Unused places are empty.
  std::array<std::string_view, 2> config;
  // Empty: any.
  std::string_view hardware;
  // 0.0: every kernel in use.
  KernelVersion since;
  Repeat repeat;
  Stage stage;
  // The file that shows the effect after boot.
  std::string_view verified;
  // One line.
  std::string_view doc;
  // Empty: none worth a word.
  std::string_view risk;
};

// What the kernel says of the CPU's vulnerabilities, a file each.
inline constexpr std::string_view kVulnerabilities = "sys/devices/system/cpu/vulnerabilities";

std::span<const KargInfo> karg_catalogue();
// '-' equals '_'. nullptr: vfirst does not know this argument.
const KargInfo* karg_info(std::string_view key);

}  // namespace vfirst
