// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The permanent addresses of network interfaces. The address in use says little: a bond gives all
// of its ports one address, and a bridge's owner may set that of a port.

#include "base/mac_address.hpp"
#include "facts/facts.hpp"
#include "host/root.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vfirst::facts {

class PortMacs {
 public:
  // On a host the kernel is asked for all of them at once. A capture has that answer in a file
  // (kCapturedAddresses).
  explicit PortMacs(const Root& root);

  // By sysfs's folder of the interface ("sys/class/net/eth0").
  std::optional<MacAddress> permanent(const std::string& folder) const;
  static MacOrigin origin(const Root& root, const std::string& folder);

  // The interfaces whose permanent address this is. Where none has it, those that use it. Stacked
  // ones may be among them then.
  std::vector<std::string> with(const MacAddress& mac) const;
  // The ports of PCI functions whose permanent address is not shown although another one was set.
  std::vector<std::string> disguised() const;

 private:
  const Root& root_;
  std::map<std::string, MacAddress> by_name_;
};

}  // namespace vfirst::facts
