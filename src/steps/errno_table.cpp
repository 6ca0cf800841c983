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

// Sources: drivers/pci/iov.c and pci-sysfs.c; measured on 6.12 with QEMU's igb and nvme;
// sriov_numvfs_store() and sriov_enable() of drivers/pci/iov.c for the errnos of sriov_numvfs;
// bnxt_sriov_configure() for the silent zero; os-net-config 65f240f for the VF in reset; irqbalance
// 3685d33 for EIO before EPERM; device_driver_attach() of drivers/base/dd.c for the bind that is
// put off; mlx5_set_msix_vec_count() for the VF's vectors.
constexpr auto kTable = std::to_array<ErrnoRow>({
    {Place::open_numvfs, ENOENT, Reaction::fail, "the device shows no SR-IOV capability",
     "it is off in the card's firmware (SRIOV_EN) or in the BIOS, or this is not a PF"},
    {Place::write_numvfs, ENOENT, Reaction::wait, "the PF has no driver yet",
     "check that this image has the driver and its firmware"},
    {Place::write_numvfs, kMakesNone, Reaction::fail,
     "its driver is bound and makes no VFs through sysfs", ""},
    {Place::write_numvfs, ERANGE, Reaction::fail, "more VFs than the device has", ""},
    {Place::write_numvfs, EINVAL, Reaction::fail, "the driver refuses this number of VFs", ""},
    {Place::write_numvfs, EPERM, Reaction::fail, "the driver refuses to create VFs now", ""},
    {Place::write_numvfs, EBUSY, Reaction::fail, "a different number of VFs exists",
     "allow-recreate = yes replaces them if none is in use"},
    {Place::write_numvfs, kNotReady, Reaction::retry, "the driver is not ready", ""},
    {Place::write_numvfs, ENOSPC, Reaction::fail, "the device has nothing left for this many VFs",
     "ask for fewer VFs"},
    {Place::write_numvfs, EOPNOTSUPP, Reaction::fail,
     "the driver makes no VFs on this device as it is now", ""},
    {Place::write_numvfs, kNotSupported, Reaction::fail, "the driver makes no VFs in this place",
     ""},
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
    {Place::write_numvfs, EAGAIN, Reaction::retry, "the device is busy", ""},
    {Place::write_numvfs, kNothingHappened, Reaction::raise_port,
     "the driver reported success but created no VF",
     "its port is down, its firmware resets, or VFs are in use"},
    {Place::write_numvfs, kPartly, Reaction::fail, "the driver created fewer VFs than asked", ""},
    {Place::write_numvfs, kTooMany, Reaction::fail, "the driver created more VFs than asked", ""},
    {Place::drivers_probe, kNothingHappened, Reaction::fail, "no driver was bound to it", ""},
    {Place::bind, EINVAL, Reaction::fail, "the device has no IOMMU group",
     "it needs intel_iommu=on (Intel), or VT-d / AMD-Vi / SMMU turned on in the BIOS"},
    {Place::bind, ENODEV, Reaction::fail,
     "the driver does not match: driver_override names another, or probing is off for these VFs",
     ""},
    {Place::bind, EBUSY, Reaction::accept, "a driver is bound already", ""},
    {Place::bind, EAGAIN, Reaction::retry, "the driver waits for another driver", ""},
    {Place::set_vf, EINVAL, Reaction::fail, "the driver refuses this value",
     "no such VF, a multicast address, or a rate while the link is down"},
    {Place::set_vf, EOPNOTSUPP, Reaction::fail, "the driver has no such VF setting", ""},
    {Place::set_vf, EPROTONOSUPPORT, Reaction::fail,
     "the driver does not support this VLAN protocol", ""},
    {Place::set_vf, EAGAIN, Reaction::retry, "the VF is still in reset", ""},
    {Place::set_vf, EBUSY, Reaction::retry, "the VF is still in reset", ""},
    {Place::smp_affinity, EPERM, Reaction::note, "the kernel places this interrupt",
     "isolcpus=managed_irq keeps it off isolated CPUs"},
    {Place::smp_affinity, EIO, Reaction::note, "the kernel places this interrupt",
     "isolcpus=managed_irq keeps it off isolated CPUs"},
    {Place::smp_affinity, ENOSPC, Reaction::widen, "these CPUs have no free interrupt vector",
     "reserve more cores, or give the PF fewer queues"},
    {Place::smp_affinity, ENOENT, Reaction::defer,
     "this interrupt exists only while the port is up", ""},
    {Place::smp_affinity, ERANGE, Reaction::fail, "a CPU of the list does not exist", ""},
    {Place::smp_affinity, EINVAL, Reaction::fail, "no CPU of the list is online", ""},
    {Place::coalesce, EINVAL, Reaction::drop, "the driver refuses this value", ""},
    {Place::coalesce, EOPNOTSUPP, Reaction::drop, "the driver has no such setting", ""},
    {Place::coalesce, ERANGE, Reaction::drop, "the driver delays no interrupt this long", ""},
    {Place::channels, EINVAL, Reaction::fail, "the driver refuses this number of queues", ""},
    {Place::channels, EOPNOTSUPP, Reaction::fail, "the driver cannot change its number of queues",
     ""},
    {Place::channels, EBUSY, Reaction::fail, "another user holds the port's queues", ""},
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
    {Place::load_module, ENOENT, Reaction::fail, "there is no such module", ""},
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
