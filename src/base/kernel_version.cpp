// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_version.hpp"

#include "base/text.hpp"

namespace vfirst {

KernelVersion KernelVersion::of(std::string_view release) {
  const auto number = [&] {
    const auto digits =
        release.substr(0, std::min(release.find_first_not_of("0123456789"), release.size()));
    release.remove_prefix(digits.size());
    const auto value = parse_number(digits).value_or(0);
    return value > 9999 ? 0u : static_cast<unsigned>(value);
  };
  KernelVersion out;
  out.major = number();
  if (out.major && release.starts_with('.')) {
    release.remove_prefix(1);
    out.minor = number();
  }
  return out;
}

}  // namespace vfirst
