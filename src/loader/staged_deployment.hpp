// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// run/ostree/staged-deployment: what ostree writes as a boot loader entry when the host shuts down,
// so that the next boot has it. A GVariant of type a{sv}, in the byte order of this machine
// (ostree_sysroot_stage_tree_with_options in ostree-sysroot-deploy.c).

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct StagedDeployment {
  // The kernel's arguments, one each. `ostree=` is set anew at shutdown.
  std::vector<std::string> arguments;
  // Keys that the entry gets beside the usual ones, "x-options-source-tuned" (ostree 2026.1 and
  // later). An empty value stands for a key that was taken out.
  std::map<std::string, std::string, std::less<>> keys;

  // Refused where the text is no such value, or has no arguments.
  static Result<StagedDeployment> parse(std::string_view text);
};

}  // namespace vfirst
