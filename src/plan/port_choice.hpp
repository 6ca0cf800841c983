// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which of a PF's own ports a [pf] section means. Some devices (ConnectX-3) have several ports on
// one PCI function.

#include "base/mac_address.hpp"

#include <fmt/format.h>
#include <optional>
#include <string>

namespace vfirst {

// As the section's keys say it; all that are given must match. Empty: every port.
struct PortChoice {
  // Globs. `port`: of the physical port's name or of the port's number.
  std::string port, ifname;
  // The permanent address.
  std::optional<MacAddress> mac;
  bool empty() const { return *this == PortChoice{}; }
  // " port 1" for a step's text; "" where the section does not name one.
  std::string phrase() const { return port.empty() ? "" : fmt::format(" port {}", port); }
  bool operator==(const PortChoice&) const = default;
};

}  // namespace vfirst
