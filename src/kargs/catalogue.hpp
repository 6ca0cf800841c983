// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The kernel arguments that we write or have an opinion on: what each needs, how the kernel takes it, how its effect is
// seen. Data for plan, explain and verify.

#include "base/kernel_version.hpp"

#include <array>
#include <span>
#include <string_view>

namespace vfirst {

enum class Repeat { first_wins, last_wins, accumulates };        // when the same key stands in the line more than once
enum class Stage { early, setup, module };                       // early_param, __setup, module or core parameter

struct KargInfo {
  std::string_view key;
  std::array<std::string_view, 2> config;                        // all of these in the kernel; "" where less is needed
  std::string_view hardware;                                     // "" : any
  KernelVersion since;                                           // 0.0: any kernel of today
  Repeat repeat;
  Stage stage;
  std::string_view verified;                                     // where the effect is seen after boot
  std::string_view doc;                                          // one line
  std::string_view risk;                                         // "" : none to speak of
};

std::span<const KargInfo> karg_catalogue();
const KargInfo* karg_info(std::string_view key);                 // '-' equals '_'; nullptr for what is not ours to know

}  // namespace vfirst
