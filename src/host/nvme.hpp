// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The admin commands that an NVMe PF takes about the controllers of its VFs, through the node that
// its driver makes for it (/dev/nvme0).

#include "base/nvme_controllers.hpp"
#include "base/pci_address.hpp"
#include "base/result.hpp"
#include "host/host_actions.hpp"
#include "host/nvme_data.hpp"
#include "host/root.hpp"

#include <memory>
#include <vector>

namespace vfirst {

// Virtual so that a test can answer as a controller would. An error has the errno and, where the
// controller itself refused the command, its status in words. EAGAIN: the driver still starts or
// resets the controller. ENODEV: there is no node for it.
class Nvme {
 public:
  virtual ~Nvme() = default;
  virtual Result<NvmePrimary> primary(const PciAddress& pf) = 0;
  // Of all VFs that the PF may have, by number.
  virtual Result<std::vector<NvmeSecondary>> secondaries(const PciAddress& pf) = 0;
  // Possible only while it is offline. `id`: NvmeSecondary::id.
  virtual Status assign(const PciAddress& pf, unsigned id, nvme::Resource kind, unsigned count) = 0;
  virtual Status set_online(const PciAddress& pf, unsigned id, bool online) = 0;
};

// Asks the running kernel. The root must outlive it.
std::unique_ptr<Nvme> kernel_nvme(const HostActions&, const Root& root);
// For a captured tree: the answer to every question is ENOTSUP.
std::unique_ptr<Nvme> no_nvme();

// As Nvme::primary() of the running kernel, for facts: it changes nothing.
Result<NvmePrimary> read_nvme_primary(const Root& root, const PciAddress& pf);

}  // namespace vfirst
