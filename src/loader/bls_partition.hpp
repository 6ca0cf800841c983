// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What systemd-boot sees on a partition beside the entries: the programs that they name, and
// unified kernel images.

#include "host/files.hpp"
#include "loader/bls_name.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// A file of EFI/Linux. Whether it is a unified kernel image, and what its sort key is, stands
// inside it, where we do not look: it may have 100 MB.
struct BlsImage {
  BlsName name;
  // boot/efi/EFI/Linux/debian-13.efi.
  std::string path;
};

// A path of an entry as systemd-boot hands it to the firmware (src/boot/util.c, convert_efi_path).
std::string efi_file(std::string_view path);
// Whether the partition has that file; FAT does not tell capitals from small letters.
bool partition_has(const FileReader& files, std::string_view partition, std::string_view path);
// Those of a partition (src/boot/boot.c, config_load_type2_entries), by name.
std::vector<BlsImage> unified_images(const FileReader& files, std::string_view partition);
// Of the boot loader on that EFI system partition, as its file's name and the key `architecture` of
// an entry spell it: "x64". "" where that is not known.
std::string efi_architecture(const FileReader& files, std::string_view partition);

}  // namespace vfirst
