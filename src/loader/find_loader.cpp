// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/find_loader.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "host/files.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/efi_variable.hpp"
#include "loader/grub_config.hpp"
#include "loader/grub_file.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::vector<std::string> names_in(const Root& root, std::string_view folder) {
  auto names = root.list(folder).value_or(std::vector<std::string>{});
  std::ranges::sort(names);
  return names;
}

// The first file of a folder whose name, in small letters, begins and ends so; "" where there is
// none. The EFI system partition is FAT: case does not count there.
std::string file_in(
    const Root& root, const std::string& folder, std::string_view begin, std::string_view end) {
  for (const auto& name : names_in(root, folder)) {
    const auto small = lowered(name);
    if (small.starts_with(begin) && small.ends_with(end)) return fmt::format("{}/{}", folder, name);
  }
  return {};
}

class Search {
 public:
  Search(const Root& root, BootFacts& boot) : root_(root), boot_(boot) {}

  void run() {
    const bool this_boot = ask_this_boot();
    look_at_configurations();
    look_at_partition();
    if (!this_boot) decide();
  }

 private:
  void add(Loader loader, std::string source) {
    if (!source.empty()) boot_.signs.push_back({loader, std::move(source)});
  }

  bool take(Loader loader, std::string source) {
    boot_.loader = loader;
    boot_.evidence = source;
    add(loader, std::move(source));
    return true;
  }

  // What speaks for the loader of this boot, or for who manages it. True where that decides.
  bool ask_this_boot() {
    if (root_.exists("run/ostree-booted")) return take(Loader::ostree, "run/ostree-booted");
    if (const auto text = root_.read(kProxmoxPartitions); text && !trimmed(*text).empty()) {
      boot_.copies_for = loader_of_copies();
      return take(Loader::proxmox, std::string(kProxmoxPartitions));
    }
    if (!boot_.uefi) return false;
    const RootReader files(root_);
    if (!efi_text(files, "StubInfo").empty())
      return take(Loader::uki, efi_path("StubInfo", kLoaderGuid));
    const auto info = efi_text(files, "LoaderInfo");
    // It always sets the variable (src/boot/boot.c, export_loader_variables); old GRUBs never do.
    systemd_boot_ran_not_ = info.empty() && !names_in(root_, "sys/firmware/efi/efivars").empty();
    if (info.starts_with("systemd-boot"))
      return take(Loader::systemd_boot, efi_path("LoaderInfo", kLoaderGuid));
    // GRUB 2.12 and later (commands/bli.c). Its configuration says which entries it reads.
    if (info.starts_with("GRUB"))
      grub_runs_ = true;
    else if (!info.empty()) {
      boot_.doubt = fmt::format(
          "{} says that {} booted this host, whose configuration vfirst does not know",
          efi_path("LoaderInfo", kLoaderGuid), info);
      return true;
    }
    return false;
  }

  // With UEFI it is systemd-boot or, where it was set up so (for Secure Boot), GRUB; else GRUB
  // (update_esp_func in Proxmox's zz-proxmox-boot). Their partitions are not mounted.
  Loader loader_of_copies() const {
    if (!boot_.uefi) return root_.exists(kernel_paths::kFirmware) ? Loader::grub : Loader::none;
    const auto info = efi_text(RootReader(root_), "LoaderInfo");
    if (info.starts_with("systemd-boot")) return Loader::systemd_boot;
    const bool shown = !names_in(root_, "sys/firmware/efi/efivars").empty();
    return info.starts_with("GRUB") || (info.empty() && shown) ? Loader::grub : Loader::none;
  }

  // GRUB's, in /boot and on the EFI system partition: RHEL 8 and Fedora before 34 have it in
  // EFI/redhat alone. A file there that only leads to the one in /boot is none.
  void look_at_configurations() {
    const GrubFileReader files(root_);
    std::string leading;
    for (const auto& path : grub_config_paths(files)) {
      const auto text = files.read(path);
      if (!text) continue;
      if (only_leads_on(*text)) {
        if (leading.empty()) leading = path;
        continue;
      }
      if (grub_config_.empty()) {
        grub_config_ = path;
        reads_entries_ = reads_bls_entries(*text);
      }
      add(Loader::grub, path);
    }
    // The file that it leads to has a name of its own.
    if (grub_config_.empty() && leading.starts_with("boot/grub")) {
      grub_config_ = leading;
      add(Loader::grub, leading);
    }
    for (const auto folder : kEntryFolders)
      if (auto entry = file_in(root_, std::string(folder), "", ".conf"); !entry.empty())
        entries_.push_back(std::move(entry));
  }

  // The programs on the EFI system partition, or on what an image has in its place.
  void look_at_partition() {
    for (const std::string_view partition : kEspFolders) {
      const auto efi = fmt::format("{}/EFI", partition);
      for (const auto& vendor : names_in(root_, efi)) {
        const auto folder = fmt::format("{}/{}", efi, vendor);
        if (lowered(vendor) == "linux")
          add(Loader::uki, file_in(root_, folder, "", ".efi"));
        else if (lowered(vendor) == "systemd")
          add(Loader::systemd_boot, file_in(root_, folder, "systemd-boot", ".efi"));
        else
          add(Loader::grub, file_in(root_, folder, "grub", ".efi"));
      }
      // bootctl install writes it; GRUB has nothing of this name.
      if (const auto path = fmt::format("{}/loader/loader.conf", partition); root_.exists(path))
        add(Loader::systemd_boot, path);
    }
  }

  std::string sign_of(Loader loader) const {
    const auto found = std::ranges::find(boot_.signs, loader, &LoaderSign::loader);
    return found == boot_.signs.end() ? std::string() : found->source;
  }

  void take_grub() {
    if (grub_config_.empty()) {
      boot_.doubt = fmt::format(
          "GRUB is here ({}), and no grub.cfg: run grub-mkconfig first", sign_of(Loader::grub));
      return;
    }
    boot_.loader = reads_entries_ && !entries_.empty() ? Loader::grub_bls : Loader::grub;
    boot_.evidence = grub_config_;
  }

  void decide() {
    const auto grub = sign_of(Loader::grub), systemd = sign_of(Loader::systemd_boot),
               image = sign_of(Loader::uki);
    if (grub_runs_ || (!grub.empty() && systemd.empty() && image.empty())) return take_grub();
    // A firmware of the old kind starts neither of the others.
    const bool bios = !boot_.uefi && root_.exists(kernel_paths::kFirmware);
    if ((bios || systemd_boot_ran_not_) && !grub.empty()) return take_grub();
    if (!grub.empty() && !systemd.empty()) {
      boot_.doubt = fmt::format(
          "GRUB ({}) and systemd-boot ({}) are both here, and nothing says which of them boots "
          "this host",
          grub, systemd);
      return;
    }
    if (!systemd.empty() && !entries_.empty()) {
      boot_.loader = Loader::systemd_boot;
      boot_.evidence = systemd;
      return;
    }
    // It is booted by the firmware, or by either of the two from EFI/Linux.
    if (!image.empty() && entries_.empty() && grub_config_.empty()) {
      boot_.loader = Loader::uki;
      boot_.evidence = image;
      return;
    }
    if (!grub.empty()) return take_grub();
    if (!entries_.empty())
      boot_.doubt = fmt::format(
          "{} is a boot loader entry, and nothing says which boot loader reads it",
          entries_.front());
  }

  const Root& root_;
  BootFacts& boot_;
  bool grub_runs_ = false, systemd_boot_ran_not_ = false;
  // The grub.cfg that counts, and whether it reads entries.
  std::string grub_config_;
  bool reads_entries_ = false;
  // One of each folder that has any.
  std::vector<std::string> entries_;
};

}  // namespace

void find_loader(const Root& root, BootFacts& boot) {
  // A captured tree of /sys and /proc alone says nothing.
  if (!root.exists("boot") && !root.exists("efi") && !boot.uefi &&
      !root.exists("run/ostree-booted"))
    return;
  Search(root, boot).run();
}

}  // namespace vfirst
