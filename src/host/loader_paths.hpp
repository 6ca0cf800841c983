// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The boot loaders' own files, below a root.

#include <array>
#include <string_view>

namespace vfirst {

// What grub-mkconfig generates: Debian's name and the others'.
inline constexpr std::array<std::string_view, 2> kGrubConfigs{
    "boot/grub/grub.cfg", "boot/grub2/grub.cfg"};
// What grub-mkconfig reads, as shell.
inline constexpr std::string_view kGrubDefaults = "etc/default/grub";
inline constexpr std::string_view kGrubDefaultsFolder = "etc/default/grub.d";
// Where entries of the Boot Loader Specification lie, in the order in which they are looked for.
inline constexpr std::array<std::string_view, 3> kEntryFolders{
    "boot/loader/entries", "boot/efi/loader/entries", "efi/loader/entries"};
// What kernel-install gives the entry of a new kernel.
inline constexpr std::string_view kKernelCmdline = "etc/kernel/cmdline";

}  // namespace vfirst
