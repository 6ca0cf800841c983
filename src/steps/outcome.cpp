// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/outcome.hpp"

#include "plan/place.hpp"

#include <fmt/format.h>
#include <cstring>

namespace vfirst {

std::string state_name(StepState state) {
  switch (state) {
    case StepState::done: return "done";
    case StepState::unchanged: return "unchanged";
    case StepState::deferred: return "deferred";
    case StepState::failed: return "failed";
    case StepState::skipped: return "skipped";
  }
  return {};
}

std::string errno_name(int error) {
  if (error == 0) return {};
  if (error == kNotSupported) return "ENOTSUPP";
  const char* name = ::strerrorname_np(error);
  return name ? name : fmt::format("errno {}", error);
}

}  // namespace vfirst
