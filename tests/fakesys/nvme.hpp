// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// NVMe controllers with SR-IOV, as QEMU's hw/nvme/ctrl.c has them: nvme_init_state(),
// nvme_assign_virt_res_to_sec(), nvme_virt_set_state() and nvme_sriov_post_write_config(),
// translated. What it refuses, it refuses with the NVMe status that QEMU gives.

#include "fakesys/sysfs.hpp"
#include "host/nvme.hpp"

#include <map>
#include <string>
#include <vector>

namespace vfirst::fake {

struct NvmeDevice {
  NvmePrimary primary{
      .id = 0,
      .manages = true,
      .queues = {.total = 14, .primary = 0, .most = 14, .step = 1},
      .interrupts = {.total = 7, .primary = 0, .most = 7, .step = 1}};
  // one for each VF that the PF may have; made by FakeNvme::add
  std::vector<NvmeSecondary> secondaries;
  // its driver made no node
  bool no_node = false;
  // this many questions answer EAGAIN
  unsigned starting = 0;
  // this errno to every command that changes something: no privilege, no answer
  int refuses = 0;
  // this VF (from 0 on) alone is refused, with this NVMe status
  unsigned sick_vf = 999, sick_status = 0x006;
  // it says yes and does nothing
  bool ignores = false;
  // VFs that it had VFs for
  unsigned vfs = 0;
};

class FakeNvme : public Nvme {
 public:
  explicit FakeNvme(Sysfs& sysfs) : sysfs_(sysfs) {}
  NvmeDevice& add(const PciAddress& pf, unsigned max_vfs, NvmeDevice device = {});
  NvmeDevice& device(const PciAddress& pf) { return devices_.at(pf.str()); }
  // "assign 1 queues 2", "online 1", "offline 1": refused ones included
  std::vector<std::string> commands;

  Result<NvmePrimary> primary(const PciAddress& pf) override;
  Result<std::vector<NvmeSecondary>> secondaries(const PciAddress& pf) override;
  Status assign(const PciAddress& pf, unsigned id, nvme::Resource kind, unsigned count) override;
  Status set_online(const PciAddress& pf, unsigned id, bool online) override;

 private:
  Status reach(const PciAddress& pf);
  Status change(const PciAddress& pf, unsigned id, std::string command);
  NvmeSecondary* secondary(const PciAddress& pf, unsigned id);
  void follow_vfs(const PciAddress& pf);

  Sysfs& sysfs_;
  std::map<std::string, NvmeDevice> devices_;
};

}  // namespace vfirst::fake
