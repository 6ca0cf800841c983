// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The kernel arguments that we write or have an opinion on: what each needs, how the kernel takes
// it, how its effect is seen. Data for plan, explain and verify.

#include "base/kernel_version.hpp"

#include <array>
#include <span>
#include <string_view>

namespace vfirst {

// when the same key stands in the line more than once
enum class Repeat { first_wins, last_wins, accumulates };
// early_param, __setup, module or core parameter
enum class Stage { early, setup, module };

struct KargInfo {
  std::string_view key;
  // all of these in the kernel; "" where less is needed
  std::array<std::string_view, 2> config;
  // "" : any
  std::string_view hardware;
  // 0.0: any kernel of today
  KernelVersion since;
  Repeat repeat;
  Stage stage;
  // where the effect is seen after boot
  std::string_view verified;
  // one line
  std::string_view doc;
  // "" : none to speak of
  std::string_view risk;
};

std::span<const KargInfo> karg_catalogue();
// '-' equals '_'; nullptr for what is not ours to know
const KargInfo* karg_info(std::string_view key);

}  // namespace vfirst
