// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_version.hpp"

#include "base/text.hpp"

#include <cctype>

namespace vfirst {

namespace {

// Removes the digits at the front. 0 where there are none or too many.
unsigned take_number(std::string_view& text) {
  const auto digits = text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
  text.remove_prefix(digits.size());
  const auto value = parse_number(digits).value_or(0);
  return value > 9999 ? 0u : static_cast<unsigned>(value);
}

// The release of RHEL in "-503.11.1.el9_5.x86_64+rt"; 0 where this is not Red Hat's.
unsigned el_mark(std::string_view text) {
  constexpr std::string_view kMark = ".el";
  const auto at = text.find(kMark);
  if (at == text.npos || text.find("elrepo") != text.npos) return 0;
  text.remove_prefix(at + kMark.size());
  const auto el = take_number(text);
  return text.empty() || !std::isalpha(static_cast<unsigned char>(text.front())) ? el : 0;
}

// What RHEL's kernels begin with. Another kernel that was built on RHEL has ".el9" in its release
// too, but not these numbers.
struct Base {
  unsigned el;
  std::string_view begins;
};
constexpr Base kBases[] = {{7, "3.10.0-"}, {8, "4.18.0-"}, {9, "5.14.0-"}, {10, "6.12.0-"}};

}  // namespace

KernelVersion KernelVersion::of(std::string_view release) {
  KernelVersion out;
  auto rest = release;
  out.major = take_number(rest);
  if (out.major && rest.starts_with('.')) {
    rest.remove_prefix(1);
    out.minor = take_number(rest);
  }
  for (const auto& [el, begins] : kBases) {
    if (!release.starts_with(begins)) continue;
    auto behind = release.substr(begins.size());
    if (el_mark(behind) != el) continue;
    out.el = el;
    out.build = take_number(behind);
  }
  return out;
}

}  // namespace vfirst
