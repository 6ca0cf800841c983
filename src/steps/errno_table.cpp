// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/errno_table.hpp"

#include "plan/driver_errnos.hpp"
#include "steps/outcome.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace vfirst {

namespace {

// The functions that answer so are named above the rows, in Linux 7.3.4 where no other release is
// named; what is called measured was seen on 6.12 with QEMU's igb and nvme. What one driver means
// by an errno is a row of plan/driver_errnos.cpp.
constexpr auto kTable = std::to_array<ErrnoRow>({
    // drivers/pci/iov.c, sriov_pf_attrs_are_visible().
    {Place::open_numvfs, ENOENT, Reaction::fail, "the device shows no SR-IOV capability",
     "it is off in the card's firmware (SRIOV_EN) or in the BIOS, or this is not a PF"},
    // iov.c, sriov_numvfs_store(): no driver, or one without sriov_configure; more than
    // pci_sriov_get_totalvfs(); another number than num_VFs.
    {Place::write_numvfs, ENOENT, Reaction::wait, "the PF has no driver yet",
     "check that this image has the driver and its firmware"},
    {Place::write_numvfs, kMakesNone, Reaction::fail,
     "its driver is bound and makes no VFs through sysfs", ""},
    {Place::write_numvfs, ERANGE, Reaction::fail, "more VFs than the device has", ""},
    // iov.c, sriov_enable(), and drivers: bnx2x_sriov_configure(), num_vfs_valid() of nitrox.
    {Place::write_numvfs, EINVAL, Reaction::fail, "the driver refuses this number of VFs", ""},
    // iov.c, pci_sriov_configure_simple() while a guest has a VF; igb_enable_sriov().
    {Place::write_numvfs, EPERM, Reaction::fail, "the driver refuses to create VFs now", ""},
    // iov.c, sriov_numvfs_store() where there are VFs; else the driver, as
    // virtio_pci_sriov_configure().
    {Place::write_numvfs, EBUSY, Reaction::fail, "a different number of VFs exists",
     "allow-recreate = yes replaces them if none is in use"},
    {Place::write_numvfs, kNotReady, Reaction::retry, "the driver is not ready", ""},
    // ice_sriov.c, ice_set_per_vf_res().
    {Place::write_numvfs, ENOSPC, Reaction::fail, "the device has nothing left for this many VFs",
     "ask for fewer VFs"},
    // ice_sriov.c, ice_check_sriov_allowed(); idpf_lib.c, idpf_sriov_configure(). ENOTSUPP:
    // cxgb4_main.c, cxgb4_iov_configure().
    {Place::write_numvfs, EOPNOTSUPP, Reaction::fail,
     "the driver makes no VFs on this device as it is now", ""},
    {Place::write_numvfs, kNotSupported, Reaction::fail, "the driver makes no VFs in this place",
     ""},
    // iov.c, sriov_enable(): the Function Dependency Link; its InitialVFs; its memory and buses.
    // xe_pci_sriov.c, xe_pci_sriov_configure(); adf_sriov.c, adf_sriov_configure().
    {Place::write_numvfs, ENODEV, Reaction::fail,
     "the device, or the one that its VFs depend on, is not there as a PF", ""},
    {Place::write_numvfs, ENOSYS, Reaction::fail, "the device that its VFs depend on is no PF", ""},
    {Place::write_numvfs, EIO, Reaction::fail,
     "the device does not answer, or its SR-IOV capability contradicts itself",
     "update its firmware"},
    {Place::write_numvfs, EFAULT, Reaction::fail, "the driver has not started the device", ""},
    {Place::write_numvfs, ENOMEM, Reaction::fail,
     "no MMIO window, bus number or BAR is left for the VFs",
     "turn on SR-IOV, ARI and MMIO above 4G in the BIOS, or add the kernel argument pci=realloc"},
    // i40e_virtchnl_pf.c, i40e_pci_sriov_configure().
    {Place::write_numvfs, EAGAIN, Reaction::retry, "the device is busy", ""},
    // bnxt_sriov.c, bnxt_sriov_configure(); be_main.c, be_pci_sriov_configure().
    {Place::write_numvfs, kNothingHappened, Reaction::raise_port,
     "the driver reported success but created no VF",
     "its port is down, its firmware resets, or VFs are in use"},
    // iov.c, sriov_numvfs_store(): "%d VFs requested; only %d enabled"; adf_sriov.c,
    // adf_enable_sriov().
    {Place::write_numvfs, kPartly, Reaction::fail, "the driver created fewer VFs than asked", ""},
    {Place::write_numvfs, kTooMany, Reaction::fail, "the driver created more VFs than asked", ""},
    // drivers/base/bus.c, drivers_probe_store(), which does not tell a device without a driver;
    // pci-driver.c, pci_device_can_probe() (measured).
    {Place::drivers_probe, kNothingHappened, Reaction::fail, "no driver was bound to it", ""},
    // drivers/vfio/group.c, vfio_group_find_or_alloc() (measured).
    {Place::bind, EINVAL, Reaction::fail, "the device has no IOMMU group",
     "it needs intel_iommu=on (Intel), or VT-d / AMD-Vi / SMMU turned on in the BIOS"},
    // drivers/base/bus.c, bind_store(); drivers/base/dd.c, __driver_probe_device() and
    // device_driver_attach() (measured).
    {Place::bind, ENODEV, Reaction::fail,
     "the driver does not match: driver_override names another, or probing is off for these VFs",
     ""},
    {Place::bind, EBUSY, Reaction::accept, "a driver is bound already", ""},
    {Place::bind, EAGAIN, Reaction::retry, "the driver waits for another driver", ""},
    // igb_main.c, igb_ndo_set_vf_mac() and igb_ndo_set_vf_vlan(); net/core/rtnetlink.c,
    // do_setvfinfo() (measured).
    {Place::set_vf, EINVAL, Reaction::fail, "the driver refuses this value",
     "no such VF, a multicast address, or a rate while the link is down"},
    {Place::set_vf, EOPNOTSUPP, Reaction::fail, "the driver has no such VF setting", ""},
    {Place::set_vf, EPROTONOSUPPORT, Reaction::fail,
     "the driver does not support this VLAN protocol", ""},
    // i40e_virtchnl_pf.c, i40e_ndo_set_vf_mac(); ice_vf_lib.c, ice_check_vf_ready_for_cfg();
    // os-net-config 65f240f.
    {Place::set_vf, EAGAIN, Reaction::retry, "the VF is still in reset", ""},
    {Place::set_vf, EBUSY, Reaction::retry, "the VF is still in reset", ""},
    // kernel/irq/proc.c, write_irq_affinity(), which said EIO before Linux 6.12 (irqbalance
    // 3685d33).
    {Place::smp_affinity, EPERM, Reaction::note, "the kernel places this interrupt",
     "isolcpus=managed_irq keeps it off isolated CPUs"},
    {Place::smp_affinity, EIO, Reaction::note, "the kernel places this interrupt",
     "isolcpus=managed_irq keeps it off isolated CPUs"},
    // kernel/irq/matrix.c, irq_matrix_alloc().
    {Place::smp_affinity, ENOSPC, Reaction::widen, "these CPUs have no free interrupt vector",
     "reserve more cores, or give the PF fewer queues"},
    // kernel/irq/manage.c, __setup_irq() makes the file, by register_irq_proc() (measured).
    {Place::smp_affinity, ENOENT, Reaction::defer,
     "this interrupt exists only while the port is up", ""},
    // lib/bitmap-str.c, bitmap_parselist(); kernel/irq/proc.c, write_irq_affinity().
    {Place::smp_affinity, ERANGE, Reaction::fail, "a CPU of the list does not exist", ""},
    {Place::smp_affinity, EINVAL, Reaction::fail, "no CPU of the list is online", ""},
    // net/ethtool/coalesce.c, ethnl_set_coalesce_validate(), and drivers; net/ethtool/ioctl.c,
    // ethtool_set_coalesce(); en_ethtool.c, mlx5e_ethtool_set_coalesce().
    {Place::coalesce, EINVAL, Reaction::drop, "the driver refuses this value", ""},
    {Place::coalesce, EOPNOTSUPP, Reaction::drop, "the driver has no such setting", ""},
    {Place::coalesce, ERANGE, Reaction::drop, "the driver delays no interrupt this long", ""},
    // net/ethtool/channels.c, ethnl_set_channels(); ice_ethtool.c, ice_set_channels().
    {Place::channels, EINVAL, Reaction::fail, "the driver refuses this number of queues", ""},
    {Place::channels, EOPNOTSUPP, Reaction::fail, "the driver cannot change its number of queues",
     ""},
    {Place::channels, EBUSY, Reaction::fail, "another user holds the port's queues", ""},
    // iov.c, sriov_vf_msix_count_store(), of Linux 5.12 and later; pci_irq.c,
    // mlx5_set_msix_vec_count().
    {Place::vf_msix, EOPNOTSUPP, Reaction::fail,
     "the PF's driver gives every VF the same number of vectors",
     "leave vf-queues out for this PF"},
    {Place::vf_msix, ENOENT, Reaction::fail,
     "this kernel gives every VF the same number of vectors",
     "Linux 5.12 and later can change it; leave vf-queues out for this PF"},
    {Place::vf_msix, EINVAL, Reaction::fail, "fewer vectors than this device gives a VF", ""},
    {Place::vf_msix, EOVERFLOW, Reaction::fail, "more vectors than this device gives a VF", ""},
    {Place::vf_msix, EBUSY, Reaction::fail, "a driver is bound to the VF",
     "its vectors can only be changed before that"},
    // libkmod, kmod_module_new_from_lookup(), which finds none.
    {Place::load_module, ENOENT, Reaction::fail, "there is no such module", ""},
    // net/devlink/dev.c, devlink_nl_eswitch_set_doit(); ice_eswitch.c, ice_eswitch_mode_set();
    // bnxt_vfr.c, bnxt_dl_eswitch_mode_set(); eswitch_offloads.c, mlx5_devlink_eswitch_mode_set().
    {Place::eswitch, EOPNOTSUPP, Reaction::fail,
     "the driver cannot switch its mode now, or has no switch", ""},
    {Place::eswitch, EPERM, Reaction::fail, "the driver refuses to switch its mode now", ""},
    {Place::eswitch, kNotSupported, Reaction::fail, "the device has no such mode", ""},
    {Place::eswitch, EBUSY, Reaction::fail,
     "the device is in use: VFs, a bond or offloaded flows keep it in its mode", ""},
    {Place::eswitch, EINVAL, Reaction::fail, "the driver refuses this mode",
     "the card's firmware may lack it"},
});

}  // namespace

std::span<const ErrnoRow> errno_table() {
  return kTable;
}

const ErrnoRow* errno_row(Place place, int error) {
  const auto row = std::ranges::find_if(
      kTable, [&](const ErrnoRow& one) { return one.place == place && one.error == error; });
  return row == kTable.end() ? nullptr : &*row;
}

std::string explain_errno(Place place, int error, std::string_view driver) {
  const auto name = error == kNotReady    ? errno_name(EBUSY)
                    : error == kMakesNone ? errno_name(ENOENT)
                    : error > 0           ? errno_name(error)
                                          : std::string();
  const auto said = [&](std::string_view meaning, std::string_view advice) {
    return fmt::format(
        "{}{}{}{}{}", name, name.empty() ? "" : ": ", meaning, advice.empty() ? "" : "; ", advice);
  };
  if (const auto* row = driver_errno(driver, place, error))
    return said(fmt::format("driver {}: {}", driver, row->meaning), row->advice);
  if (const auto* row = errno_row(place, error)) return said(row->meaning, row->advice);
  return fmt::format("{}: {}", errno_name(error), std::strerror(error));
}

Reaction reaction_to(Place place, int error, std::string_view driver) {
  if (const auto* row = driver_errno(driver, place, error)) return row->reaction;
  const auto* row = errno_row(place, error);
  return row ? row->reaction : Reaction::fail;
}

}  // namespace vfirst
