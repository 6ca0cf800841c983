// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/driver_errnos.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace vfirst {

namespace {

constexpr std::string_view kQat = "4xxx 420xx 6xxx c6xx c3xxx dh895xcc";
constexpr std::string_view kAdaptive =
    "it takes no time while adaptive coalescing is on, and none above its limit";
constexpr std::string_view kAdaptiveOff = "write adaptive-rx = off and adaptive-tx = off";
constexpr std::string_view kShared = "its receive and transmit queues share their interrupts";
constexpr std::string_view kNoTx = "leave tx-usecs out: rx-usecs holds for both";

// Each row was read in the function above it, in Linux 7.3.4 where no other release is named.
constexpr auto kDriverErrnos = std::to_array<DriverErrno>({
    // ice_sriov.c, ice_check_sriov_allowed() and ice_pci_sriov_ena().
    {"ice", Place::write_numvfs, EOPNOTSUPP, Reaction::fail,
     "it runs in Safe Mode without its DDP package, or has fewer VFs",
     "put its firmware (intel/ice/ddp) into this image"},
    {"ice", Place::write_numvfs, kNotReady, Reaction::retry, "it resets or has not started yet",
     ""},
    // ice_sriov.c, ice_set_per_vf_res().
    {"ice", Place::write_numvfs, ENOSPC, Reaction::fail,
     "its MSI-X vectors or queues do not suffice for this many VFs",
     "ask for fewer VFs, or leave the port and RDMA (irdma) fewer vectors"},
    // ice_sriov.c, ice_ena_vfs().
    {"ice", Place::write_numvfs, EAGAIN, Reaction::retry, "its VFs did not start", ""},
    // ice_ethtool.c, ice_set_channels().
    {"ice", Place::channels, EBUSY, Reaction::fail, "RDMA (irdma) holds the port's queues",
     "unload irdma before, or leave queues out"},
    {"ice", Place::channels, EOPNOTSUPP, Reaction::fail,
     "Safe Mode, ADQ or Flow Director filters fix the number of its queues", ""},
    // ice_eswitch.c, ice_eswitch_mode_set().
    {"ice", Place::eswitch, EOPNOTSUPP, Reaction::fail,
     "it changes its mode only while it has no VFs and no ADQ", ""},
    // ice_ethtool.c, ice_set_rc_coalesce(); i40e_ethtool.c, __i40e_set_coalesce();
    // iavf_ethtool.c, iavf_set_itr_per_queue(); idpf_ethtool.c, __idpf_set_q_coalesce();
    // virtio_net.c, virtnet_send_rx_notf_coal_cmds().
    {"ice i40e iavf idpf virtio-pci", Place::coalesce, EINVAL, Reaction::drop, kAdaptive,
     kAdaptiveOff},
    // i40e_virtchnl_pf.c, i40e_pci_sriov_configure() and i40e_pci_sriov_enable().
    {"i40e", Place::write_numvfs, EAGAIN, Reaction::retry,
     "it still works on another change of its VFs", ""},
    {"i40e", Place::write_numvfs, EPERM, Reaction::fail,
     "its resources suffice for fewer VFs, or a self-test runs", "ask for fewer VFs"},
    // idpf_lib.c, idpf_sriov_configure().
    {"idpf", Place::write_numvfs, EOPNOTSUPP, Reaction::fail,
     "its control plane offers this function no SR-IOV", ""},
    // igb_main.c, igb_enable_sriov(); igb_ethtool.c, igb_set_coalesce(); ixgbe_ethtool.c,
    // ixgbe_set_coalesce(); ixgbevf's ethtool.c, ixgbevf_set_coalesce().
    {"igb", Place::write_numvfs, EPERM, Reaction::fail,
     "it has no MSI-X interrupts, or has fewer VFs", ""},
    {"igb ixgbe ixgbevf", Place::coalesce, EINVAL, Reaction::drop, kShared, kNoTx},
    // wx_ethtool.c, wx_set_coalesce().
    {"ngbe ngbevf txgbe txgbevf", Place::coalesce, EOPNOTSUPP, Reaction::drop, kShared, kNoTx},
    // qede_ethtool.c, qede_set_coalesce().
    {"qede", Place::coalesce, EINVAL, Reaction::drop,
     "it takes no time while its port is down, and none above its limit", "bring the port up"},
    // ixgbe_sriov.c, ixgbe_pci_sriov_enable().
    {"ixgbe", Place::write_numvfs, EPERM, Reaction::fail,
     "it has 63 VFs with one traffic class, 31 with four, 15 with eight, less its offloaded "
     "macvlans",
     "ask for fewer VFs"},
    // bnx2x_sriov.c, bnx2x_sriov_configure().
    {"bnx2x", Place::write_numvfs, EINVAL, Reaction::raise_port,
     "its port is down, or it found no VFs when it was loaded", "see the kernel's log"},
    {"bnx2x", Place::write_numvfs, kPartly, Reaction::fail, "its firmware has no more VFs", ""},
    // bnxt_sriov.c, bnxt_sriov_configure() and bnxt_sriov_enable(), whose errors it passes over.
    {"bnxt_en", Place::write_numvfs, kNothingHappened, Reaction::raise_port,
     "it creates none while its port is down, while its firmware resets, while a guest has one or "
     "where its port uses all rings",
     ""},
    {"bnxt_en", Place::write_numvfs, kPartly, Reaction::fail,
     "its rings do not suffice for more VFs", "leave the port fewer queues"},
    // bnxt_vfr.c, bnxt_dl_eswitch_mode_set(); EPERM before Linux 6.4.
    {"bnxt_en", Place::eswitch, EPERM, Reaction::fail,
     "before Linux 6.4 it changes its mode only once its VFs exist", ""},
    {"bnxt_en", Place::eswitch, kNotSupported, Reaction::fail,
     "its firmware is too old for switchdev mode", ""},
    // eswitch_offloads.c, mlx5_devlink_eswitch_mode_set().
    {"mlx5_core", Place::eswitch, EBUSY, Reaction::fail,
     "its switch is in use, or its firmware resets", ""},
    {"mlx5_core", Place::eswitch, EOPNOTSUPP, Reaction::fail,
     "IPsec rules or devlink traps keep it in its mode", ""},
    // mlx4's main.c: mlx4_driver has no sriov_configure; mlx4_load_one() makes the VFs.
    {"mlx4_core", Place::write_numvfs, kMakesNone, Reaction::fail,
     "it makes its VFs when it is loaded, by its parameter num_vfs",
     "add mlx4_core.num_vfs=N to [kernel] extra"},
    // enic_main.c, enic_probe(): all of them, where the capability has the VFs of the first kind;
    // enic_driver has no sriov_configure.
    {"enic", Place::write_numvfs, kMakesNone, Reaction::fail,
     "it makes all VFs of its vNIC when it is loaded", "set their number in UCS Manager or CIMC"},
    // vfio_pci.c, vfio_pci_sriov_configure().
    {"vfio-pci", Place::write_numvfs, kMakesNone, Reaction::fail,
     "vfio-pci makes VFs of a PF only with its parameter enable_sriov",
     "add vfio_pci.enable_sriov=1 to [kernel] extra, or leave the PF with its own driver"},
    // virtio_pci_common.c, virtio_pci_sriov_configure().
    {"virtio-pci", Place::write_numvfs, kNotReady, Reaction::retry,
     "its driver has not started the device yet", ""},
    {"virtio-pci", Place::write_numvfs, EINVAL, Reaction::fail,
     "the device does not offer VIRTIO_F_SR_IOV", ""},
    // adf_sriov.c, adf_sriov_configure(), adf_do_enable_sriov() and adf_enable_sriov(). EINVAL in
    // the kernels and drivers of Intel that refuse VFs without an IOMMU or a second time; 6.12 and
    // 7.3 only warn.
    {kQat, Place::write_numvfs, EINVAL, Reaction::fail,
     "it refuses VFs without an IOMMU, or has set them up already",
     "turn VT-d on in the BIOS setup"},
    {kQat, Place::write_numvfs, EFAULT, Reaction::fail, "its driver has not started the device",
     ""},
    {kQat, Place::write_numvfs, kNotReady, Reaction::fail, "a program uses it, or it resets",
     "make its VFs before qat.service starts"},
    {kQat, Place::write_numvfs, kTooMany, Reaction::fail, "it makes all of its VFs or none",
     "write vfs = max"},
    // xe_pci_sriov.c, xe_pci_sriov_configure().
    {"xe", Place::write_numvfs, ENODEV, Reaction::fail, "it does not run as a PF",
     "add xe.max_vfs=N to [kernel] extra"},
    // i915's pci_driver has no sriov_configure; the one that i915-sriov-dkms builds has.
    {"i915", Place::write_numvfs, kMakesNone, Reaction::fail, "the kernel's own i915 makes no VFs",
     "use xe, or an i915 that is built with SR-IOV"},
    // kernel-open/nvidia/nv-pci.c, nv_pci_driver; gpu/drm/nouveau/nouveau_drm.c,
    // nouveau_drm_pci_driver.
    {"nvidia nouveau", Place::write_numvfs, kMakesNone, Reaction::fail,
     "no driver of an NVIDIA GPU makes VFs through sysfs",
     "use sriov-manage of NVIDIA's vGPU host driver"},
    // gpu/drm/amd/amdgpu/amdgpu_drv.c, amdgpu_kms_pci_driver; gim of MxGPU-Virtualization.
    {"amdgpu gim", Place::write_numvfs, kMakesNone, Reaction::fail,
     "AMD's gim makes VFs when it is loaded, and amdgpu none",
     "add gim.vf_num=N to [kernel] extra"},
    // lpfc_init.c, lpfc_sli_probe_sriov_nr_virtfn(); nic_main.c, nic_sriov_init(); rvu.c,
    // rvu_enable_sriov(); cptpf_main.c, cpt_sriov_init(): in their probe.
    {"lpfc nicpf rvu_af thunder-cpt", Place::write_numvfs, kMakesNone, Reaction::fail,
     "it makes its VFs when it is loaded", ""},
    // hns3_enet.c, hns3_pci_sriov_configure(); be_main.c, be_pci_sriov_configure(); lio_main.c,
    // liquidio_enable_sriov(), which returns what lio_vf_rep_create() does.
    {"hns3 be2net LiquidIO", Place::write_numvfs, kNothingHappened, Reaction::fail,
     "it reports success although its VFs could not be made", "see the kernel's log"},
    // cxgb4_main.c, cxgb4_iov_configure().
    {"cxgb4", Place::write_numvfs, EOPNOTSUPP, Reaction::fail, "its firmware does not run", ""},
    {"cxgb4", Place::write_numvfs, kNotSupported, Reaction::fail,
     "the bridge above it has no ARI, so its VFs could not be reached",
     "turn ARI on in the BIOS setup, or use another slot"},
    // lio_main.c, liquidio_enable_sriov(); octep_main.c, octep_sriov_configure(); nfp_main.c,
    // nfp_pcie_sriov_enable(); qed_sriov.c, qed_sriov_enable().
    {"LiquidIO", Place::write_numvfs, EPERM, Reaction::fail, "its firmware has fewer VFs", ""},
    {"octeon_ep nfp qede", Place::write_numvfs, EINVAL, Reaction::fail,
     "its firmware has fewer VFs", "ask for fewer VFs"},
    // nfp_main.c, nfp_pcie_sriov_configure().
    {"nfp", Place::write_numvfs, kMakesNone, Reaction::retry, "its probe has not ended", ""},
    // qed_sriov.c, qed_sriov_configure() and qed_sriov_enable().
    {"qede", Place::write_numvfs, EOPNOTSUPP, Reaction::fail, "its firmware has SR-IOV off", ""},
    // qed_sriov.c, qed_sriov_enable(); qlcnic_sriov_pf.c, qlcnic_pci_sriov_configure();
    // ionic_bus_pci.c, ionic_sriov_configure().
    {"qede qlcnic ionic", Place::write_numvfs, kNotReady, Reaction::retry,
     "it resets, or its firmware is busy", ""},
    // qlcnic_sriov_pf.c, qlcnic_pci_sriov_enable().
    {"qlcnic", Place::write_numvfs, EIO, Reaction::fail, "it uses legacy interrupts",
     "SR-IOV needs MSI-X"},
    // hinic_sriov.c, hinic_pci_sriov_enable().
    {"hinic", Place::write_numvfs, EPERM, Reaction::retry, "it still makes VFs", ""},
    // wx_sriov.c, wx_pci_sriov_enable().
    {"ngbe txgbe", Place::write_numvfs, kNotReady, Reaction::fail,
     "its receive hash table was set by hand", "reset it with ethtool -X PORT default"},
    // efx.c and siena/efx.c, efx_pci_sriov_configure(); ef100.c, ef100_pci_sriov_configure();
    // amdxdna_pci_drv.c, amdxdna_sriov_configure().
    {"sfc sfc_siena", Place::write_numvfs, EOPNOTSUPP, Reaction::fail,
     "this card has no VFs with it", ""},
    {"sfc_ef100 amdxdna", Place::write_numvfs, kMakesNone, Reaction::fail,
     "this device has no VFs with it", ""},
    // nitrox_sriov.c, num_vfs_valid().
    {"CNN55XX", Place::write_numvfs, EINVAL, Reaction::fail, "it makes 16, 32, 64 or 128 VFs",
     "ask for one of these numbers"},
    // dfl.c, dfl_fpga_cdev_config_ports_vf().
    {"dfl-pci", Place::write_numvfs, EINVAL, Reaction::fail,
     "exactly as many FPGA ports as VFs must be released before", ""},
    // nvme-cli#1126: the driver starts no controller that is offline or has no queues.
    {"nvme", Place::drivers_probe, kNothingHappened, Reaction::fail,
     "no driver was bound to its VF, whose controller may be offline or without queues", ""},
});

}  // namespace

std::span<const DriverErrno> driver_errnos() {
  return kDriverErrnos;
}

const DriverErrno* driver_errno(std::string_view driver, Place place, int error) {
  if (driver.empty()) return nullptr;
  const auto row = std::ranges::find_if(kDriverErrnos, [&](const DriverErrno& one) {
    return one.place == place && one.error == error &&
           std::ranges::any_of(words(one.drivers), [&](auto name) { return name == driver; });
  });
  return row == kDriverErrnos.end() ? nullptr : &*row;
}

}  // namespace vfirst
