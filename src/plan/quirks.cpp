// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/quirks.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "policy/vf_driver.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace vfirst {

namespace {
using Knob = DriverQuirk::Knob;
using Eswitch = DriverQuirk::Eswitch;
using Creation = DriverQuirk::Creation;

// PCI class and subclass of QAT.
constexpr std::uint16_t kCoprocessor = 0x0b40;
// Of all graphics controllers, and of all processing accelerators.
constexpr std::uint16_t kDisplay = 0x0300 | kAnySub, kAccelerator = 0x1200 | kAnySub;

// The rows are all drivers of Linux 7.3.4 that have a sriov_configure, and those that make VFs
// without one. That function is named in front of a row, its file below drivers/net/ethernet where
// no other folder is named. Sources of the columns:
// - up_before_vfs: bnxt_sriov_configure() warns "Reject SRIOV config request since if is down!" and
//   returns 0 (systemd#40739); bnx2x_sriov_configure() answers EINVAL ("not supported while PF is
//   down").
// - up_before_mac: VFs of igb and ixgbe that are probed under a PF that is down take a random MAC
//   although the PF set one (measured in QEMU, igb); i40e answers "VF xx still in reset"
//   (ethernet-linux-i40e#4). True for each NIC that nobody has examined.
// - vf_msix: mlx5_core and ice alone have a sriov_set_msix_vec_count; igb answers EOPNOTSUPP
//   (measured).
// - managed_irqs: nvme_setup_irqs() asks for PCI_IRQ_AFFINITY (measured: EPERM).
// - eswitch: ice_eswitch_mode_set() answers EOPNOTSUPP while VFs exist ("Changing eswitch mode is
//   allowed only if there is no VFs created"). bnxt_dl_eswitch_mode_set() answered EPERM while none
//   existed ("Enable VFs before setting switchdev mode") until Linux 6.4, and takes the mode after
//   the VFs in every version. mlx5: sriov-network-operator makes the VFs, waits for their links,
//   unbinds them and then sets the mode (setEswitchModeAndNumVFsMlx); its PR 1017 tried the other
//   order and was closed, PR 1019 found that the wait was what mlx5 needed. Beside those, liquidio,
//   nfp and rvu_nicpf have an eswitch_mode_set in their devlink_ops.
// - survives_kexec: the driver has a shutdown method in mainline that stops the device's DMA and
//   interrupts. Seen in QEMU (tests/vm/kexec): igb, nvme and virtio-pci. mlx5_core works since its
//   shutdown method of Linux 4.4 and the firmware of that time (op-build#538, op-build#781; NVIDIA
//   documents it for "shutdown and kexec flows"). i915 is known not to survive
//   (onedr0p/home-ops#8568), nor mlx4_core (ipxe#916, talos#10143). Unknown, and so false, for the
//   others.
// - secondary_controllers: the NVMe base specification, Virtualization Enhancements; the driver
//   (drivers/nvme/host/pci.c) makes VFs by pci_sriov_configure_simple() and hands out nothing.
// - creation, all_or_none: adf_enable_sriov() of crypto/intel/qat/qat_common/adf_sriov.c, which
//   passes the number over and enables pci_sriov_get_totalvfs(). by_parameter: mlx4_load_one(),
//   vfio_pci_sriov_configure(). by_other_means: the driver's pci_driver has no sriov_configure.
// - infiniband: mlx5_ib alone has a set_vf_guid (infiniband/hw/mlx5/main.c, mlx5_ib_dev_sriov_ops),
//   which ipoib_set_vf_guid() calls (infiniband/ulp/ipoib/ipoib_main.c). mlx4_core gives its VFs
//   random GUIDs (mlx4/cmd.c, mlx4_multi_func_init() calls mlx4_set_random_admin_guid())
//   and takes others by files of its own (infiniband/hw/mlx4/sysfs.c, admin_guids).
// - needs_package: ice_check_sriov_allowed() of intel/ice/ice_sriov.c answers EOPNOTSUPP in Safe
//   Mode, in which ice_load_pkg() leaves it where ice_request_fw() found no package (ice_main.c).
// - needs_iommu: adf_do_enable_sriov() of Intel's own driver and of some kernels returns EINVAL
//   (intel-device-plugins#1646); 6.12 and 7.3 only warn.
constexpr auto kQuirks = std::to_array<DriverQuirk>({
    // intel/igb/igb_main.c, igb_pci_sriov_configure().
    {
        .driver = "igb",
        .vf_driver = "igbvf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .total_vfs = "the driver",
    },
    // intel/ixgbe/ixgbe_sriov.c, ixgbe_pci_sriov_configure().
    {
        .driver = "ixgbe",
        .vf_driver = "ixgbevf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .total_vfs = "the driver",
    },
    // intel/i40e/i40e_virtchnl_pf.c, i40e_pci_sriov_configure().
    {
        .driver = "i40e",
        .vf_driver = "iavf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .total_vfs = "the card's NVM, 32 to 64 a port",
    },
    // intel/ice/ice_sriov.c, ice_sriov_configure().
    {
        .driver = "ice",
        .vf_driver = "iavf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::yes,
        .eswitch = Eswitch::before_vfs,
        .survives_kexec = true,
        .needs_package = true,
        .total_vfs = "the card's NVM or devlink",
    },
    // mellanox/mlx5/core/sriov.c, mlx5_core_sriov_configure().
    {
        .driver = "mlx5_core",
        .vf_driver = "mlx5_core",
        .infiniband = "mlx5_ib ib_ipoib",
        .vendor = 0x15b3,
        .vf_msix = Knob::yes,
        .eswitch = Eswitch::after_vfs,
        .survives_kexec = true,
        .total_vfs = "the card's firmware: mlxconfig, SRIOV_EN and NUM_OF_VFS",
    },
    // broadcom/bnxt/bnxt_sriov.c, bnxt_sriov_configure().
    {
        .driver = "bnxt_en",
        .vf_driver = "bnxt_en",
        .vendor = 0x14e4,
        .up_before_vfs = true,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::after_vfs,
        .total_vfs = "the card's NVM",
    },
    // sfc/efx.c, efx_pci_sriov_configure(); qlogic/qede/qede_main.c, qede_sriov_configure();
    // chelsio/cxgb4/cxgb4_main.c, cxgb4_iov_configure(); huawei/hinic/hinic_sriov.c,
    // hinic_pci_sriov_configure(); hisilicon/hns3/hns3_enet.c, hns3_pci_sriov_configure().
    {.driver = "sfc", .vf_driver = "sfc", .vendor = 0x1924, .up_before_mac = true},
    {.driver = "qede", .vf_driver = "qede", .vendor = 0x1077, .up_before_mac = true},
    {.driver = "cxgb4", .vf_driver = "cxgb4vf", .vendor = 0x1425, .up_before_mac = true},
    {.driver = "hinic", .vf_driver = "hinic", .vendor = 0x19e5, .up_before_mac = true},
    {
        .driver = "hns3",
        .vf_driver = "hns3",
        .companions = "hclge hclgevf",
        .vendor = 0x19e5,
        .up_before_mac = true,
    },
    // drivers/nvme/host/pci.c, nvme_driver: pci_sriov_configure_simple().
    {
        .driver = "nvme",
        .vf_driver = "nvme",
        .pci_class = 0x0108,
        .managed_irqs = true,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .secondary_controllers = true,
        .total_vfs = "the controller",
    },
    // crypto/intel/qat: adf_driver of qat_4xxx/adf_drv.c and so on, with adf_sriov_configure().
    {
        .driver = "4xxx",
        .module = "qat_4xxx",
        .vendor = 0x8086,
        .pci_class = kCoprocessor,
        .eswitch = Eswitch::none,
        .creation = Creation::all_or_none,
        .needs_iommu = true,
    },
    {
        .driver = "420xx",
        .module = "qat_420xx",
        .vendor = 0x8086,
        .pci_class = kCoprocessor,
        .eswitch = Eswitch::none,
        .creation = Creation::all_or_none,
        .needs_iommu = true,
    },
    {
        .driver = "6xxx",
        .module = "qat_6xxx",
        .vendor = 0x8086,
        .pci_class = kCoprocessor,
        .eswitch = Eswitch::none,
        .creation = Creation::all_or_none,
        .needs_iommu = true,
    },
    {
        .driver = "c6xx",
        .module = "qat_c62x",
        .vf_driver = "c6xxvf",
        .vf_module = "qat_c62xvf",
        .vendor = 0x8086,
        .pci_class = kCoprocessor,
        .eswitch = Eswitch::none,
        .creation = Creation::all_or_none,
        .needs_iommu = true,
        .vfio_denied = true,
    },
    {
        .driver = "c3xxx",
        .module = "qat_c3xxx",
        .vf_driver = "c3xxxvf",
        .vf_module = "qat_c3xxxvf",
        .vendor = 0x8086,
        .pci_class = kCoprocessor,
        .eswitch = Eswitch::none,
        .creation = Creation::all_or_none,
        .needs_iommu = true,
        .vfio_denied = true,
    },
    {
        .driver = "dh895xcc",
        .module = "qat_dh895xcc",
        .vf_driver = "dh895xccvf",
        .vf_module = "qat_dh895xccvf",
        .vendor = 0x8086,
        .pci_class = kCoprocessor,
        .eswitch = Eswitch::none,
        .creation = Creation::all_or_none,
        .needs_iommu = true,
        .vfio_denied = true,
    },
    // gpu/drm/i915/i915_pci.c, i915_pci_driver has no sriov_configure. The one that i915-sriov-dkms
    // builds has, and makes VFs with its parameters enable_guc and max_vfs
    // (i915_pci_sriov_configure(), i915_sriov.c, wanted_max_vfs()). The device IDs are those of
    // pciidlist whose devices have SR-IOV (include/drm/intel/pciids.h): Tiger, Alder, Raptor,
    // Meteor and Arrow Lake and Data Center GPU Flex. xe takes those only by force_probe, and has
    // SR-IOV for the first three and for Flex (gpu/drm/xe/xe_pci.c, has_sriov).
    {
        .driver = "i915",
        .vf_driver = "i915",
        .vendor = 0x8086,
        .pci_class = kDisplay,
        .device_groups = "46 56 7d 9a a7 b6",
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .parameter = "i915.max_vfs xe.force_probe",
        .way_out = "the kernel's own i915 makes no VFs: install an i915 that has SR-IOV and add "
                   "i915.enable_guc=3 i915.max_vfs={vfs} to [kernel] extra, or use xe, which in "
                   "Linux 7.3 has SR-IOV for Tiger, Alder and Raptor Lake and Flex: add "
                   "i915.force_probe=!{device} xe.force_probe={device} xe.max_vfs={vfs}",
        .offers_none = "add i915.enable_guc=3 i915.max_vfs={vfs} to [kernel] extra",
        .total_vfs = "the driver's parameter max_vfs",
    },
    // gpu/drm/xe/xe_pci_sriov.c, xe_pci_sriov_configure(). xe_sriov_pf.c, xe_sriov_pf_readiness()
    // sets sriov_totalvfs to 0 where max_vfs is 0, which is its default up to Linux 6.12 and
    // "unlimited" in 7.3, or without GuC submission; xe_sriov.c, xe_sriov_probe_early() where it
    // has
    // no SR-IOV for the device.
    {
        .driver = "xe",
        .vf_driver = "xe",
        .vendor = 0x8086,
        .eswitch = Eswitch::none,
        .offers_none =
            "add xe.max_vfs={vfs} to [kernel] extra; if it is there, this kernel's xe has "
            "no SR-IOV for the device",
        .total_vfs = "the driver's parameter max_vfs",
    },
    // NVIDIA's nv_pci_driver (open-gpu-kernel-modules 595.45.04, kernel-open/nvidia/nv-pci.c) has
    // no sriov_configure, nor have gpu/drm/nouveau/nouveau_drm.c and gpu/nova-core/driver.rs.
    // NVIDIA's sriov-manage gives the PF to pci-pf-stub, writes sriov_totalvfs to sriov_numvfs and
    // gives the PF back, and binds the VFs to nvidia, whose nv_pci_probe() takes them with
    // NV_VGPU_KVM_BUILD.
    {
        .driver = "nvidia",
        .vf_driver = "nvidia",
        .vendor = 0x10de,
        .pci_class = kDisplay,
        .eswitch = Eswitch::none,
        .creation = Creation::by_other_means,
        .way_out = "no driver of an NVIDIA GPU makes VFs through sysfs: have NVIDIA's vGPU host "
                   "driver make all {total} before vfirst.service (/usr/lib/nvidia/sriov-manage -e "
                   "{pf}) and write vfs = max, or leave vfs out",
        .keeps_vfs = true,
        .in_initramfs = false,
    },
    {
        .driver = "nouveau",
        .vendor = 0x10de,
        .eswitch = Eswitch::none,
        .creation = Creation::by_other_means,
        .way_out = "driver nouveau makes no VFs: install NVIDIA's vGPU host driver, whose "
                   "sriov-manage -e {pf} makes all {total}",
        .keeps_vfs = true,
        .in_initramfs = false,
    },
    // gpu/drm/amd/amdgpu/amdgpu_drv.c has no sriov_configure. AMD's own gim makes the VFs when it
    // is loaded (MxGPU-Virtualization, gim_shim/gim_config.c, vf_num).
    {
        .driver = "amdgpu",
        .vf_driver = "amdgpu",
        .vendor = 0x1002,
        .pci_class = kAccelerator,
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .parameter = "gim.vf_num",
        .way_out = "driver amdgpu makes no VFs: install AMD's gim, keep amdgpu away from the host "
                   "and add gim.vf_num={vfs} to [kernel] extra",
        .in_initramfs = false,
    },
    {
        .driver = "gim",
        .vendor = 0x1002,
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .parameter = "gim.vf_num",
        .in_initramfs = false,
    },
    // mellanox/mlx4/main.c, mlx4_driver has no sriov_configure; mlx4_load_one() makes the VFs.
    {
        .driver = "mlx4_core",
        .vf_driver = "mlx4_core",
        .companions = "mlx4_en",
        .vendor = 0x15b3,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .parameter = "mlx4_core.num_vfs",
        .total_vfs = "the card's firmware: mlxconfig, SRIOV_EN and NUM_OF_VFS",
    },
    // vfio/pci/vfio_pci.c, vfio_pci_sriov_configure(): a PF that its guest or a program in user
    // space drives.
    {
        .driver = "vfio-pci",
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .parameter = "vfio_pci.enable_sriov",
        .parameter_value = "1",
        .in_initramfs = false,
    },
    // virtio/virtio_pci_common.c, virtio_pci_sriov_configure(); net/virtio_net.c, virtnet_netdev.
    {
        .driver = "virtio-pci",
        .module = "virtio_pci",
        .vf_driver = "virtio-pci",
        .vf_module = "virtio_pci",
        .companions = "virtio_net",
        .vendor = 0x1af4,
        .up_before_mac = true,
        .vf_settings = false,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
    },
    // broadcom/bnx2x/bnx2x_sriov.c, bnx2x_sriov_configure().
    {
        .driver = "bnx2x",
        .vf_driver = "bnx2x",
        .vendor = 0x14e4,
        .up_before_vfs = true,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    // intel/idpf/idpf_lib.c, idpf_sriov_configure(); intel/fm10k/fm10k_iov.c,
    // fm10k_iov_configure().
    {
        .driver = "idpf",
        .vf_driver = "idpf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_settings = false,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .total_vfs = "the card's control plane",
    },
    {
        .driver = "fm10k",
        .vf_driver = "fm10k",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    // pensando/ionic/ionic_bus_pci.c, ionic_sriov_configure(); amd/pds_core/main.c,
    // pdsc_sriov_configure().
    {
        .driver = "ionic",
        .vf_driver = "ionic",
        .vendor = 0x1dd8,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    {
        .driver = "pds_core",
        .vf_driver = "pds_core",
        .vendor = 0x1dd8,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    // marvell/octeon_ep/octep_main.c, octep_sriov_configure(); cavium/liquidio/lio_main.c,
    // liquidio_enable_sriov().
    {
        .driver = "octeon_ep",
        .vf_driver = "octeon_ep_vf",
        .vendor = 0x177d,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .total_vfs = "the card's firmware",
    },
    {
        .driver = "LiquidIO",
        .module = "liquidio",
        .vf_driver = "LiquidIO_VF",
        .vf_module = "liquidio_vf",
        .vendor = 0x177d,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .total_vfs = "the card's firmware",
    },
    // marvell/octeontx2/nic/otx2_pf.c, otx2_sriov_configure().
    {
        .driver = "rvu_nicpf",
        .vf_driver = "rvu_nicvf",
        .vendor = 0x177d,
        .up_before_mac = true,
        .vf_msix = Knob::no,
    },
    // netronome/nfp/nfp_main.c, nfp_pcie_sriov_configure().
    {
        .driver = "nfp",
        .vf_driver = "nfp_netvf",
        .vf_module = "nfp",
        .vendor = 0x19ee,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .total_vfs = "the card's firmware",
    },
    // huawei/hinic3/hinic3_lld.c, hinic3_driver: pci_sriov_configure_simple().
    {
        .driver = "hinic3",
        .vf_driver = "hinic3",
        .vendor = 0x19e5,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    // emulex/benet/be_main.c, be_pci_sriov_configure(); its cards have Emulex' vendor ID as well.
    {
        .driver = "be2net",
        .vf_driver = "be2net",
        .vendor = 0x19a2,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    // cisco/enic/enic_main.c: enic_probe() makes all VFs of the first kind, and no sriov_configure
    // is wired up yet.
    {
        .driver = "enic",
        .vf_driver = "enic",
        .vendor = 0x1137,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .total_vfs = "the vNIC's profile in UCS Manager or CIMC",
    },
    // These make their VFs when they are probed and have no sriov_configure: scsi/lpfc/lpfc_init.c,
    // lpfc_sli_probe_sriov_nr_virtfn(); cavium/thunder/nic_main.c, nic_sriov_init();
    // marvell/octeontx2/af/rvu.c, rvu_enable_sriov(); crypto/cavium/cpt/cptpf_main.c,
    // cpt_sriov_init().
    {
        .driver = "lpfc",
        .vf_driver = "lpfc",
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .parameter = "lpfc.lpfc_sriov_nr_virtfn",
        .in_initramfs = false,
    },
    {
        .driver = "nicpf",
        .vf_driver = "nicvf",
        .vendor = 0x177d,
        .up_before_mac = true,
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .total_vfs = "the SoC",
    },
    {
        .driver = "rvu_af",
        .vendor = 0x177d,
        .up_before_mac = true,
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .total_vfs = "the SoC",
    },
    {
        .driver = "thunder-cpt",
        .module = "cptpf",
        .vf_driver = "thunder-cptvf",
        .vf_module = "cptvf",
        .eswitch = Eswitch::none,
        .creation = Creation::by_parameter,
        .parameter = "cptpf.num_vfs",
    },
    // qlogic/qlcnic/qlcnic_sriov_pf.c, qlcnic_pci_sriov_configure().
    {
        .driver = "qlcnic",
        .vf_driver = "qlcnic",
        .vendor = 0x1077,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    // sfc/ef100.c, ef100_pci_sriov_configure(); sfc/siena/efx.c, efx_pci_sriov_configure().
    {.driver = "sfc_ef100", .module = "sfc", .vendor = 0x10ee, .up_before_mac = true},
    {.driver = "sfc_siena", .module = "sfc-siena", .vendor = 0x1924, .up_before_mac = true},
    // wangxun/libwx/wx_sriov.c, wx_pci_sriov_configure().
    {
        .driver = "ngbe",
        .vf_driver = "ngbevf",
        .vendor = 0x8088,
        .up_before_mac = true,
        .vf_settings = false,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    {
        .driver = "txgbe",
        .vf_driver = "txgbevf",
        .vendor = 0x8088,
        .up_before_mac = true,
        .vf_settings = false,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
    },
    // amazon/ena/ena_netdev.c, ena_pci_driver, and alibaba/eea/eea_pci.c, eea_pci_driver:
    // pci_sriov_configure_simple(); microsoft/mana/gdma_main.c, mana_sriov_configure();
    // fungible/funeth/funeth_main.c, funeth_sriov_configure(); freescale/enetc/enetc_msg.c,
    // enetc_sriov_configure().
    {.driver = "ena", .vf_driver = "ena", .vendor = 0x1d0f, .up_before_mac = true},
    {.driver = "mana", .vf_driver = "mana", .vendor = 0x1414, .up_before_mac = true},
    {.driver = "alibaba_eea", .module = "eea", .vendor = 0x1ded, .up_before_mac = true},
    {.driver = "funeth", .vf_driver = "funeth", .vendor = 0x1dad, .up_before_mac = true},
    {
        .driver = "fsl_enetc",
        .vf_driver = "fsl_enetc_vf",
        .vendor = 0x1957,
        .up_before_mac = true,
    },
    // crypto: cavium/nitrox/nitrox_sriov.c, nitrox_sriov_configure(); hisilicon/qm.c,
    // hisi_qm_sriov_configure(), for the three of HiSilicon; marvell/octeontx/otx_cptpf_main.c,
    // otx_cpt_sriov_configure(); marvell/octeontx2/otx2_cptpf_main.c, otx2_cptpf_sriov_configure().
    {.driver = "CNN55XX", .module = "n5pf", .eswitch = Eswitch::none},
    {.driver = "hisi_hpre", .vf_driver = "hisi_hpre", .eswitch = Eswitch::none},
    {.driver = "hisi_sec2", .vf_driver = "hisi_sec2", .eswitch = Eswitch::none},
    {.driver = "hisi_zip", .vf_driver = "hisi_zip", .eswitch = Eswitch::none},
    {
        .driver = "octeontx-cpt",
        .vf_driver = "octeontx-cptvf",
        .eswitch = Eswitch::none,
    },
    {.driver = "rvu_cptpf", .vf_driver = "rvu_cptvf", .eswitch = Eswitch::none},
    // accel/amdxdna/aie4_sriov.c, aie4_sriov_configure(); fpga/dfl-pci.c,
    // cci_pci_sriov_configure(); misc/genwqe/card_base.c, genwqe_sriov_configure();
    // pci_sriov_configure_simple() in misc/mrvl_cn10k_dpi.c, bus/mhi/host/pci_generic.c,
    // pci/pci-pf-stub.c and misc/pci_endpoint_test.c.
    {.driver = "amdxdna", .vf_driver = "amdxdna", .eswitch = Eswitch::none},
    {.driver = "dfl-pci", .vf_driver = "dfl-pci", .eswitch = Eswitch::none},
    {
        .driver = "genwqe",
        .module = "genwqe_card",
        .vf_driver = "genwqe",
        .vf_module = "genwqe_card",
        .eswitch = Eswitch::none,
    },
    {.driver = "mrvl_cn10k_dpi", .eswitch = Eswitch::none},
    {.driver = "mhi-pci-generic", .module = "mhi_pci_generic", .eswitch = Eswitch::none},
    {.driver = "pci-pf-stub", .eswitch = Eswitch::none},
    // For tests of PCI controllers.
    {.driver = "pci-endpoint-test", .eswitch = Eswitch::none, .in_initramfs = false},
});

// The module of a driver, which has mostly the driver's name.
std::string_view module_of(std::string_view driver, std::string_view module) {
  return module.empty() ? driver : module;
}

// Does the row speak of this device, by its driver or by its vendor?
bool concerns(const DriverQuirk& quirk, std::string_view driver, std::uint16_t vendor) {
  return quirk.driver == driver || (quirk.vendor != 0 && quirk.vendor == vendor);
}

// Does the row speak of devices of this class, whoever drives them?
bool is_of_class(const DriverQuirk& quirk, std::uint32_t class_code) {
  if (quirk.pci_class == 0) return false;
  return (quirk.pci_class & 0xff) == kAnySub ? quirk.pci_class >> 8 == class_code >> 16
                                             : quirk.pci_class == class_code >> 8;
}

}  // namespace

std::span<const DriverQuirk> driver_quirks() {
  return kQuirks;
}

const DriverQuirk* quirk_of_driver(std::string_view driver) {
  const auto found = std::ranges::find(kQuirks, driver, &DriverQuirk::driver);
  return found == kQuirks.end() ? nullptr : &*found;
}

const DriverQuirk* quirk_of_device(
    std::string_view driver, std::uint16_t vendor, std::uint16_t device, std::uint32_t class_code) {
  if (!driver.empty()) return quirk_of_driver(driver);
  const auto group = fmt::format("{:02x}", device >> 8);
  const auto found = std::ranges::find_if(kQuirks, [&](const DriverQuirk& quirk) {
    return is_of_class(quirk, class_code) && (quirk.vendor == 0 || quirk.vendor == vendor) &&
           (quirk.device_groups.empty() ||
            std::ranges::any_of(
                words(quirk.device_groups), [&](auto one) { return one == group; }));
  });
  return found == kQuirks.end() ? nullptr : &*found;
}

bool has_secondary_controllers(std::string_view driver, std::uint32_t class_code) {
  return std::ranges::any_of(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.secondary_controllers &&
           (quirk.driver == driver || (quirk.pci_class != 0 && quirk.pci_class == class_code >> 8));
  });
}

bool up_before_vfs(std::string_view driver, std::uint16_t vendor) {
  return std::ranges::any_of(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.up_before_vfs && concerns(quirk, driver, vendor);
  });
}

bool up_before_mac(std::string_view driver, std::uint16_t vendor) {
  const auto mine = [&](const DriverQuirk& quirk) { return concerns(quirk, driver, vendor); };
  return std::ranges::none_of(kQuirks, mine) ||
         std::ranges::any_of(
             kQuirks, [&](const DriverQuirk& quirk) { return mine(quirk) && quirk.up_before_mac; });
}

bool managed_irqs(std::string_view driver, std::uint32_t class_code) {
  return std::ranges::any_of(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.managed_irqs && (quirk.driver == driver || is_of_class(quirk, class_code));
  });
}

bool eswitch_before_vfs(std::string_view driver, std::uint16_t vendor) {
  if (const auto* quirk = quirk_of_driver(driver))
    if (quirk->eswitch == Eswitch::before_vfs || quirk->eswitch == Eswitch::after_vfs)
      return quirk->eswitch == Eswitch::before_vfs;
  return std::ranges::none_of(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.eswitch == Eswitch::after_vfs && quirk.vendor == vendor;
  });
}

std::string_view infiniband_modules(std::string_view driver, std::uint16_t vendor) {
  if (!driver.empty()) {
    const auto* quirk = quirk_of_driver(driver);
    return quirk ? quirk->infiniband : std::string_view();
  }
  const auto found = std::ranges::find_if(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.vendor == vendor && !quirk.infiniband.empty();
  });
  return found == kQuirks.end() ? std::string_view() : found->infiniband;
}

bool lacks_eswitch(std::string_view driver) {
  const auto* quirk = quirk_of_driver(driver);
  return quirk && quirk->eswitch == Eswitch::none;
}

bool lacks_vf_settings(std::string_view driver) {
  const auto* quirk = quirk_of_driver(driver);
  return quirk && !quirk->vf_settings;
}

std::vector<std::string> early_drivers(std::string_view kind) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view names) {
    for (const auto name : words(names))
      if (std::ranges::find(out, name) == out.end()) out.emplace_back(name);
  };
  if (kind == "vfio") {
    for (const auto& driver : vfio_drivers())
      if (const auto* pf = quirk_of_driver(driver.pf_driver); !pf || pf->in_initramfs)
        add(driver.name);
    add("vfio_iommu_type1 irqbypass");
  }
  for (const auto& quirk : kQuirks) {
    if (!quirk.in_initramfs) continue;
    const auto module = module_of(quirk.driver, quirk.module);
    const auto vf_module = module_of(quirk.vf_driver, quirk.vf_module);
    if (kind == "pf") add(module), add(quirk.companions), add(quirk.infiniband);
    if (kind == "vf" && vf_module != module) add(vf_module);
  }
  return out;
}

std::string early_drivers() {
  std::string out;
  for (const auto* kind : {"vfio", "pf", "vf"})
    out += fmt::format("{} {}\n", kind, joined(early_drivers(kind), " "));
  return out;
}

}  // namespace vfirst
