// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Files of boot loaders and of what starts a kernel, below a root.

#include <array>
#include <string_view>

namespace vfirst {

// What grub-mkconfig generates: Debian's name and the others'.
inline constexpr std::array<std::string_view, 2> kGrubConfigs{
    "boot/grub/grub.cfg", "boot/grub2/grub.cfg"};
// What grub-mkconfig reads, as shell.
inline constexpr std::string_view kGrubDefaults = "etc/default/grub";
inline constexpr std::string_view kGrubDefaultsFolder = "etc/default/grub.d";
// Ours among them: it puts $vfirst_args into the arguments.
inline constexpr std::string_view kGrubDropIn = "etc/default/grub.d/zz-vfirst.cfg";
// Where entries of the Boot Loader Specification lie, in the order in which they are looked for.
inline constexpr std::array<std::string_view, 3> kEntryFolders{
    "boot/loader/entries", "boot/efi/loader/entries", "efi/loader/entries"};
// What ostree makes an entry of at shutdown. It is there while the next boot has another deployment
// or other arguments than this one.
inline constexpr std::string_view kStagedDeployment = "run/ostree/staged-deployment";
// GRUB's own environment block, in the order in which it is looked for.
inline constexpr std::array<std::string_view, 2> kGrubEnvironments{
    "boot/grub2/grubenv", "boot/grub/grubenv"};
// What kernel-install gives the entry of a new kernel: the host's, else the image's.
inline constexpr std::string_view kKernelCmdline = "etc/kernel/cmdline";
// Names the distribution: the host's, else the package's.
inline constexpr std::array<std::string_view, 2> kOsReleases{
    "etc/os-release", "usr/lib/os-release"};
// The partitions that proxmox-boot-tool copies kernels and configuration to. They are not mounted.
inline constexpr std::string_view kProxmoxPartitions = "etc/kernel/proxmox-boot-uuids";
inline constexpr std::string_view kImageKernelCmdline = "usr/lib/kernel/cmdline";
// Entries of the Boot Loader Specification are named by it.
inline constexpr std::string_view kMachineId = "etc/machine-id";
// What update-initramfs makes; the kernel's release follows.
inline constexpr std::string_view kDebianInitramfs = "boot/initrd.img-";
// systemd and dracut have it in an initramfs and nowhere else.
inline constexpr std::string_view kInitramfsMark = "etc/initrd-release";

}  // namespace vfirst
