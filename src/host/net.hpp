// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a PF needs of its network device: that it is up, the attributes of its VFs, interrupt
// coalescing, channels. Devices are named by ifindex, since udev may rename them at any moment of
// the boot.

#include "base/coalescing.hpp"
#include "base/mac_address.hpp"
#include "base/pci_address.hpp"
#include "base/result.hpp"
#include "base/vf_attributes.hpp"
#include "host/host_actions.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

struct Channels {
  unsigned combined = 0, combined_max = 0;
  unsigned rx = 0, rx_max = 0, tx = 0, tx_max = 0;
  bool operator==(const Channels&) const = default;
};

// Virtual so that a test can answer as a driver would. An error has the errno and, where the kernel
// gave one, the kernel's sentence (extended acknowledgement).
class Net {
 public:
  virtual ~Net() = default;
  virtual Result<MacAddress> permanent_mac(unsigned ifindex) = 0;
  virtual Status set_up(unsigned ifindex) = 0;
  virtual Result<std::vector<VfConfig>> vfs(unsigned ifindex) = 0;
  // One RTM_SETLINK for all of them. The kernel applies them in order and stops at the first that
  // it refuses. Those before it stay applied.
  virtual Status set_vfs(unsigned ifindex, const std::vector<VfConfig>& vfs) = 0;
  virtual Result<Coalescing> coalescing(unsigned ifindex) = 0;
  virtual Status set_coalescing(unsigned ifindex, const Coalescing& wanted) = 0;
  virtual Result<Channels> channels(unsigned ifindex) = 0;
  // Sends the counts that are not 0. The maxima are not sent.
  virtual Status set_channels(unsigned ifindex, const Channels& wanted) = 0;
  // "legacy" or "switchdev"; EOPNOTSUPP where the device has no embedded switch.
  virtual Result<std::string> eswitch_mode(const PciAddress& pf) = 0;
  virtual Status set_eswitch_mode(const PciAddress& pf, const std::string& mode) = 0;
};

// Asks the running kernel.
std::unique_ptr<Net> kernel_net(const HostActions&);
// For a captured tree: the answer to every question is ENOTSUP.
std::unique_ptr<Net> no_net();

}  // namespace vfirst
