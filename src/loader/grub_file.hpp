// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// grub.cfg: where it is, and whether it does what we need.

#include "host/files.hpp"
#include "loader/grub_config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct GrubFile {
  // boot/grub/grub.cfg.
  std::string path;
  std::string text;
  GrubConfig config;
};

// What a configuration at this path may ask for, of this machine. `files` must outlive it.
GrubMachine grub_machine(const FileReader& files, std::string_view config_path);

// A file as a loader names it, from its own file system's root, found in ours: under `base` where
// that is one of its own, below a subvolume's name where the loader sees that. Refused where there
// is none.
Result<std::string> loader_file(
    const FileReader& files, std::string_view base, std::string_view path);

// Where GRUB's configuration may lie: in /boot, then in a vendor's folder of the EFI system
// partition (RHEL 8: boot/efi/EFI/redhat/grub.cfg). Those of the partition exist.
std::vector<std::string> grub_config_paths(const FileReader& files);

// Reads configurations of GRUB's without the lines that hold passwords or their hashes, so that a
// root that keeps account of what is read does not get them. `root` must outlive it.
class GrubFileReader final : public FileReader {
 public:
  explicit GrubFileReader(const Root& root) : root_(root) {}
  Result<std::string> read(std::string_view path) const override;
  bool exists(std::string_view path) const override { return root_.exists(path); }
  Result<std::vector<std::string>> list(std::string_view directory) const override {
    return root_.list(directory);
  }

 private:
  const Root& root_;
};

// The first of them that has entries or reads them, else one that leads to another file. Refused
// where there is none.
Result<GrubFile> read_grub_config(const FileReader& files);

// Says of a configuration whose next entry is none of Linux's what it boots: "PATH:LINE: entry
// 'TITLE' boots by default, and it boots no Linux".
std::string boots_no_linux(const GrubFile& file);

// Why this grub.cfg does not do what we need, the block's place (environment_path) included; empty
// where it does.
std::vector<std::string> faults(const GrubFile& file, std::string_view block);

// The block that GRUB keeps beside its configuration (boot/grub2/grubenv). On UEFI it may be a link
// to the EFI system partition; then the path is the link's target. "" where there is none.
std::string grub_environment_path(const FileReader& files, const Root& root);

// A variable of that block; "" where it is not set.
std::string grub_variable(
    const FileReader& files, std::string_view environment, std::string_view name);

}  // namespace vfirst
