// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/initramfs.hpp"

#include "base/driver_name.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "facts/firmware.hpp"
#include "host/loader_paths.hpp"
#include "plan/quirks.hpp"

#include <algorithm>
#include <span>

namespace vfirst {

namespace {

// dracut 106: every file that is taken from the host alone is noted in hostonly-files, the
// modaliases of a strict build in the other; and what `hostonly_cmdline` makes of the builder's
// root, LVM, RAID, crypt and resume devices are 90*.conf and 95*.conf.
bool tells_of_one_host(std::string_view name) {
  if (name.ends_with("lib/dracut/hostonly-files") ||
      name.ends_with("lib/dracut/hostonly-kernel-modules.txt"))
    return true;
  return name.ends_with(".conf") &&
         (name.starts_with("etc/cmdline.d/90") || name.starts_with("etc/cmdline.d/95"));
}

// The first of `drivers` that the kernel has as modules and the initramfs does not, those that were
// left out on purpose apart.
std::string missing(
    std::span<const std::string> drivers, const Initramfs& initramfs, const Kernel& kernel,
    const Omitted& omitted) {
  std::string names;
  for (const auto& driver : drivers) {
    const auto known = kernel.modules.find(driver);
    if (known == kernel.modules.end() || known->second != ModuleState::loadable ||
        initramfs.has(driver))
      continue;
    if (std::ranges::any_of(omitted, [&](const auto& left_out) {
          return same_driver_name(left_out.first, driver);
        }))
      continue;
    append_to_list(names, driver, " ");
  }
  return names;
}

}  // namespace

std::vector<std::string> early_boot_drivers() {
  auto drivers = early_drivers("vfio");
  std::ranges::move(early_drivers("pf"), std::back_inserter(drivers));
  return drivers;
}

Initramfs Initramfs::parse(std::string_view listing) {
  Initramfs initramfs;
  for (auto line : split(listing, '\n')) {
    line = line.substr(0, line.find(" -> "));
    auto name = trimmed(line);
    name = name.substr(name.find_last_of(" \t") + 1);
    for (const std::string_view packed : {"squashfs-root/", "erofs-root/"})
      if (name.starts_with(packed)) name.remove_prefix(packed.size());
    const auto file = name.substr(name.rfind('/') + 1);
    if (name.find("lib/dracut/") != name.npos) initramfs.dracut = true;
    if (name.ends_with("bin/vfirst")) initramfs.vfirst = true;
    if (name.substr(0, name.size() - file.size())
            .ends_with(fmt::format("{}/", kIcePackageFolder)) &&
        is_ice_package(file))
      initramfs.ice_package = true;
    if (tells_of_one_host(name)) initramfs.host_only.emplace_back(name);
    if (const auto end = file.find(".ko");
        end != file.npos && (end + 3 == file.size() || file[end + 3] == '.'))
      initramfs.modules.push_back(module_name(file.substr(0, end)));
  }
  std::ranges::sort(initramfs.modules);
  return initramfs;
}

bool Initramfs::has(std::string_view module) const {
  return std::ranges::binary_search(modules, module_name(module));
}

std::string initramfs_path(const Root& root, const std::string& release) {
  for (const auto& path :
       {std::string(kDebianInitramfs) + release, "boot/initramfs-" + release + ".img",
        "boot/initrd-" + release, fmt::format("usr/lib/modules/{}/initramfs.img", release),
        fmt::format("usr/lib/modules/{}/initrd", release)})
    if (root.exists(path)) return path;
  for (const std::string top : {"boot", "efi", "boot/efi"}) {
    // Kernel-install: BOOT/TOKEN/RELEASE/initrd.
    for (const auto& name : root.list(top).value_or(std::vector<std::string>{}))
      if (auto path = fmt::format("{}/{}/{}/initrd", top, name, release); root.exists(path))
        return path;
    for (const auto& name : root.list(top + "/EFI/Linux").value_or(std::vector<std::string>{}))
      if (name.ends_with(".efi") && name.find(release) != name.npos)
        return fmt::format("{}/EFI/Linux/{}", top, name);
  }
  return {};
}

Result<std::string> list_initramfs(
    const Root& root, const std::string& path, const RunProcess& run) {
  const auto file = (root.path() / path).string();
  for (const std::string program : {"lsinitrd", "lsinitramfs"}) {
    const auto ended = run({program, file}, {});
    if (!ended && ended.error().code == std::errc::no_such_file_or_directory) continue;
    if (!ended) return std::unexpected(ended.error());
    if (ended->out.find("lib/modules/") != std::string::npos ||
        ended->out.find("bin/") != std::string::npos)
      return ended->out;
    const auto words = trimmed(ended->err);
    return failed(
        EIO, "{} cannot read it: {}", program,
        words.empty() ? fmt::format("exit code {}", ended->code)
                      : std::string(words.substr(0, words.find('\n'))));
  }
  return failed(ENOENT, "cannot be inspected: neither lsinitrd nor lsinitramfs is installed");
}

std::vector<Difference> judge_initramfs(
    const std::string& path, const Initramfs& initramfs, const Kernel& kernel,
    const Omitted& omitted, const std::string& command) {
  std::vector<Difference> differences;
  const auto differs = [&](std::string what) {
    differences.push_back({path, 0, std::move(what), command});
  };
  if (!initramfs.host_only.empty())
    differs(fmt::format(
        "was built only for the machine that made it ({})", fmt::join(initramfs.host_only, ", ")));
  if (const auto disks = missing(kDiskDrivers, initramfs, kernel, omitted); !disks.empty())
    differs("lacks drivers of other machines' disks: " + disks);
  if (!initramfs.vfirst) differs("does not contain vfirst, so VFs come only after the initramfs");
  const auto needed = early_boot_drivers();
  if (const auto early = missing(needed, initramfs, kernel, omitted); !early.empty())
    differs("lacks drivers that early boot needs: " + early);
  for (const auto& [driver, file] : omitted) {
    const auto is_in = [&, &name = driver](std::span<const std::string> list) {
      return std::ranges::any_of(
          list, [&](const auto& each) { return same_driver_name(each, name); });
    };
    if (!initramfs.has(driver) && (is_in(needed) || is_in(kDiskDrivers)))
      differences.push_back(
          {file, 0, fmt::format("omit_drivers leaves {} out of {}", driver, path),
           "remove the line if the image is for hosts with that hardware", true});
  }
  return differences;
}

std::optional<Difference> judge_ice_package(
    const std::string& path, const Initramfs& initramfs, const Kernel& kernel,
    const std::string& package, const std::string& command) {
  const auto driver = kernel.modules.find("ice");
  if (driver == kernel.modules.end() || driver->second == ModuleState::missing) return std::nullopt;
  if (package.empty())
    return Difference{
        fmt::format("lib/firmware/{}", kIcePackageFolder), 0,
        "has no DDP package for ice: Intel E800 cards start in Safe Mode, without VFs",
        "install the distribution's firmware for them if the image is for hosts with that hardware",
        true};
  const bool early = driver->second == ModuleState::builtin || initramfs.has("ice");
  if (!early || initramfs.ice_package) return std::nullopt;
  return Difference{
      path, 0, fmt::format("has ice without its DDP package ({}), and so without VFs", package),
      command};
}

}  // namespace vfirst
