// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakesys/nvme.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>

namespace vfirst::fake {

namespace {

std::unexpected<Error> refused(unsigned status) {
  return failed(nvme::status_errno(status), "{}", nvme::status_text(status));
}

}  // namespace

// nvme_subsys_register_ctrl(): the VFs' controllers are numbered behind their PF's.
NvmeDevice& FakeNvme::add(const PciAddress& pf, unsigned max_vfs, NvmeDevice device) {
  for (unsigned i = 1; i <= max_vfs; ++i)
    device.secondaries.push_back(
        {.id = device.primary.id + i,
         .vf_number = i,
         .online = false,
         .queues = 0,
         .interrupts = 0});
  return devices_[pf.str()] = std::move(device);
}

Status FakeNvme::reach(const PciAddress& pf) {
  const auto found = devices_.find(pf.str());
  if (found == devices_.end() || found->second.no_node) return error(ENODEV);
  if (found->second.starting) {
    --found->second.starting;
    return error(EAGAIN);
  }
  follow_vfs(pf);
  return {};
}

// nvme_sriov_post_write_config(): the controller of a VF that is gone is offline and has nothing.
void FakeNvme::follow_vfs(const PciAddress& pf) {
  auto& device = devices_.at(pf.str());
  const auto now =
      static_cast<unsigned>(sysfs_.number(kDevices + pf.str() + "/sriov_numvfs").value_or(0));
  for (auto i = now; i < device.vfs && i < device.secondaries.size(); ++i)
    device.secondaries[i].online = false, device.secondaries[i].queues = 0,
    device.secondaries[i].interrupts = 0;
  device.vfs = now;
}

Result<NvmePrimary> FakeNvme::primary(const PciAddress& pf) {
  VFIRST_CHECK(reach(pf));
  return device(pf).primary;
}

Result<std::vector<NvmeSecondary>> FakeNvme::secondaries(const PciAddress& pf) {
  VFIRST_CHECK(reach(pf));
  return device(pf).secondaries;
}

NvmeSecondary* FakeNvme::secondary(const PciAddress& pf, unsigned id) {
  auto& all = device(pf).secondaries;
  const auto found = std::ranges::find(all, id, &NvmeSecondary::id);
  return found == all.end() ? nullptr : &*found;
}

Status FakeNvme::change(const PciAddress& pf, unsigned id, std::string command) {
  commands.push_back(std::move(command));
  VFIRST_CHECK(reach(pf));
  auto& one = device(pf);
  if (one.refuses) return error(one.refuses);
  if (!one.primary.manages) return refused(0x001);
  const auto* vf = secondary(pf, id);
  if (!vf) return refused(0x11f);
  if (vf->vf_number == one.sick_vf + 1) return refused(one.sick_status);
  return {};
}

Status FakeNvme::assign(const PciAddress& pf, unsigned id, nvme::Resource kind, unsigned count) {
  const bool queues = kind == nvme::Resource::queues;
  VFIRST_CHECK(
      change(pf, id, fmt::format("assign {} {} {}", id, queues ? "queues" : "interrupts", count)));
  auto& one = device(pf);
  if (one.ignores) return {};
  auto& vf = *secondary(pf, id);
  if (vf.online) return refused(0x120);
  const auto& pool = queues ? one.primary.queues : one.primary.interrupts;
  if (count > pool.most) return refused(0x121);
  const auto amount = queues ? &NvmeSecondary::queues : &NvmeSecondary::interrupts;
  unsigned given = pool.primary;
  for (const auto& other : one.secondaries)
    given += other.*amount;
  if (given - vf.*amount + count > pool.total) return refused(0x122);
  vf.*amount = count;
  return {};
}

Status FakeNvme::set_online(const PciAddress& pf, unsigned id, bool online) {
  VFIRST_CHECK(change(pf, id, fmt::format("{} {}", online ? "online" : "offline", id)));
  auto& one = device(pf);
  if (one.ignores) return {};
  auto& vf = *secondary(pf, id);
  if (online) {
    const bool exists = vf.vf_number <= one.vfs;
    if (!exists || (one.primary.interrupts.total && vf.interrupts == 0) ||
        (one.primary.queues.total && vf.queues < 2))
      return refused(0x120);
    vf.online = true;
    return {};
  }
  vf.online = false;
  vf.queues = vf.interrupts = 0;
  return {};
}

}  // namespace vfirst::fake
