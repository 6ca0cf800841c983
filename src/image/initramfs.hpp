// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// An installed kernel's initramfs: where it lies, what is in it, and whether any machine can boot
// with it. Packing and compression are lsinitrd's and lsinitramfs' to know.

#include "facts/facts.hpp"
#include "host/process.hpp"
#include "host/root.hpp"
#include "image/difference.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// What early boot needs (plan/quirks.hpp): the vfio drivers, then those of PFs.
std::vector<std::string> early_boot_drivers();
// What most servers have their root on. An initramfs without one of these was made for another's
// disks.
inline const std::vector<std::string> kDiskDrivers = {
    "ahci", "nvme", "virtio_blk", "virtio_scsi", "megaraid_sas", "mpt3sas", "smartpqi"};

struct Initramfs {
  // Else initramfs-tools or another.
  bool dracut = false;
  // The program is in it.
  bool vfirst = false;
  // A DDP package for ice is in it (facts/firmware.hpp).
  bool ice_package = false;
  // File names, '_' for '-', sorted.
  std::vector<std::string> modules;
  // Files that a generic one does not have.
  std::vector<std::string> host_only;

  // What lsinitrd or lsinitramfs printed.
  static Initramfs parse(std::string_view listing);
  bool has(std::string_view module) const;
};

// Where distributions and kernel-install put it, UKIs among them; "" : there is none.
std::string initramfs_path(const Root& root, const std::string& release);

// ENOENT where neither program is here; the program's own words where it cannot read the file.
Result<std::string> list_initramfs(
    const Root& root, const std::string& path, const RunProcess& run);

// `kernel` knows the state of the drivers above. `omitted`: drivers that dracut's configuration
// leaves out, with the file that says so behind each ("igb", "etc/dracut.conf.d/90-omit.conf"): a
// warning.
using Omitted = std::vector<std::pair<std::string, std::string>>;
std::vector<Difference> judge_initramfs(
    const std::string& path, const Initramfs& initramfs, const Kernel& kernel,
    const Omitted& omitted, const std::string& command);

// What the driver ice lacks of its firmware: its DDP package in the image, which is a warning, or
// one of the image's in the initramfs, which has the driver. Nothing where it lacks nothing or this
// kernel does not have the driver. `package`: a path of the image's package, "" for none.
std::optional<Difference> judge_ice_package(
    const std::string& path, const Initramfs& initramfs, const Kernel& kernel,
    const std::string& package, const std::string& command);

}  // namespace vfirst
