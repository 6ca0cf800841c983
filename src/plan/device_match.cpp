// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/device_match.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using Kind = DeviceMatch::Kind;

bool any_glob(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return glob_match(lowered(pattern), lowered(text));
  });
}

Answer yes_if(bool holds) {
  return holds ? Answer::yes : Answer::no;
}

// A name or MAC that is not there yet (no driver in this boot) may still come to match.
template <class Of>
Answer any_port(const PciFunction& f, Of of) {
  return f.ports.empty() ? Answer::maybe : yes_if(std::ranges::any_of(f.ports, of));
}

Answer bare_answer(const DeviceMatch& match, const PciFunction& f) {
  const auto id = [&](std::uint16_t number) {
    return yes_if(any_glob(match.patterns, fmt::format("0x{:04x}", number)));
  };
  switch (match.kind) {
    case Kind::name:
      return any_port(f, [&](const NetPort& port) { return any_glob(match.patterns, port.name); });
    // The kernel's, from before udev.
    case Kind::original_name:
      return std::ranges::find(match.patterns, "*") != match.patterns.end() ? Answer::yes
                                                                            : Answer::maybe;
    case Kind::mac:
      return any_port(f, [&](const NetPort& port) {
        return std::ranges::any_of(match.patterns, [&](const std::string& text) {
          const auto mac = MacAddress::parse(text);
          return mac && (port.mac == *mac || port.permanent_mac == *mac);
        });
      });
    case Kind::path: return yes_if(any_glob(match.patterns, "pci-" + f.address.str()));
    case Kind::driver:
      return f.driver.empty() ? Answer::maybe : yes_if(any_glob(match.patterns, f.driver));
    case Kind::pci: return yes_if(any_glob(match.patterns, f.address.str()));
    case Kind::vendor: return id(f.vendor);
    case Kind::device: return id(f.device);
    case Kind::other: return Answer::maybe;
  }
  return Answer::maybe;
}

}  // namespace

Answer answer(const std::vector<DeviceMatch>& all, const PciFunction& f) {
  auto out = Answer::yes;
  for (const auto& match : all) {
    auto one = bare_answer(match, f);
    if (match.negated && one != Answer::maybe) one = yes_if(one == Answer::no);
    out = std::min(out, one);
  }
  return out;
}

}  // namespace vfirst
