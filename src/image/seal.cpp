// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/seal.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "bootloader/backend.hpp"
#include "bootloader/closed_set.hpp"
#include "facts/firmware.hpp"
#include "facts/mounts.hpp"
#include "facts/readers.hpp"
#include "host/host_actions.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "image/host_words.hpp"
#include "image/initramfs.hpp"
#include "policy/load.hpp"

#include <algorithm>
#include <span>

namespace vfirst {

namespace {

// machine-id(5).
constexpr auto kDracutFolder = "etc/dracut.conf.d";
constexpr std::string_view kUninitialized = "uninitialized";
constexpr std::string_view kDbusId = "var/lib/dbus/machine-id",
                           kRandomSeed = "var/lib/systemd/random-seed";

// Where the environment block may lie beside boot/vfirst.
std::vector<std::string> block_folders() {
  std::vector<std::string> out;
  out.reserve(kEspFolders.size());
  for (const auto esp : kEspFolders)
    out.push_back(fmt::format("{}/{}", esp, kEspEnvironmentFolder));
  return out;
}

std::vector<std::string> names_in(const Root& root, std::string_view folder) {
  return root.list(folder).value_or(std::vector<std::string>{});
}

bool is_link(const Root& root, std::string_view path) {
  return root.link(path).has_value();
}

void inspect_identity(const Root& root, ImageReport& report) {
  const auto id = root.read(kMachineId);
  if (!id)
    report.differences.push_back(
        {std::string(kMachineId), 0, "is missing; an image needs the word 'uninitialized' in it"});
  else if (trimmed(*id).empty())
    report.differences.push_back(
        {std::string(kMachineId), 0,
         "is empty: systemd does not treat that as a first boot; write 'uninitialized'"});
  else if (trimmed(*id) != kUninitialized)
    report.differences.push_back(
        {std::string(kMachineId), 0,
         fmt::format(
             "holds this machine's id ({}); an image needs 'uninitialized'",
             trimmed(*id).substr(0, 40))});
  if (root.exists(kDbusId) && !is_link(root, kDbusId))
    report.differences.push_back(
        {std::string(kDbusId), 0,
         "holds one machine's id; without this file D-Bus uses systemd's"});
  if (root.exists(kRandomSeed))
    report.differences.push_back(
        {std::string(kRandomSeed), 0, "would be the same on every machine"});
  for (const auto& name : names_in(root, "etc/ssh"))
    if (name.starts_with("ssh_host_") && name.ends_with("_key"))
      report.warnings.push_back(
          {"etc/ssh/" + name, 0, "every machine would have this host key",
           "remove it, if something makes new ones at the first boot", true});
}

void inspect_state(const Root& root, ImageReport& report) {
  const auto folder = [&](std::string_view path, std::string_view what) {
    if (const auto names = names_in(root, path); !names.empty())
      report.differences.push_back(
          {std::string(path), 0, fmt::format("{} ({})", what, fmt::join(names, ", "))});
  };
  folder(kSlotFolder, "one machine's kernel arguments");
  for (const auto& path : block_folders())
    folder(path, "one machine's choice of kernel arguments");
  folder(kStateFolder, "one machine's history");
}

void inspect_mark(const Root& root, ImageReport& report) {
  if (!root.exists(kSealedMark))
    report.differences.push_back(
        {kSealedMark, 0,
         "is not there; hosts made from this image would not provision themselves"});
}

void inspect_arguments(const Root& root, const Files& files, ImageReport& report) {
  std::vector<std::string> paths{
      std::string(kKernelCmdline), std::string(kImageKernelCmdline), std::string(kGrubDefaults)};
  paths.insert(paths.end(), kGrubConfigs.begin(), kGrubConfigs.end());
  paths.insert(paths.end(), kGrubEnvironments.begin(), kGrubEnvironments.end());
  std::vector<std::string> folders{
      std::string(kGrubDefaultsFolder), "etc/cmdline.d", std::string(kDracutFolder),
      "usr/lib/bootc/kargs.d"};
  folders.insert(folders.end(), kEntryFolders.begin(), kEntryFolders.end());
  for (const auto& folder : folders)
    for (const auto& name : names_in(root, folder))
      if (name.ends_with(".cfg") || name.ends_with(".conf") || name.ends_with(".toml"))
        paths.push_back(folder + '/' + name);
  for (const auto& path : paths) {
    const auto text = files.read(path);
    if (!text) continue;
    const bool made = path.ends_with("grub.cfg");
    for (const auto& [word, line] : host_arguments(*text))
      report.differences.push_back(
          {path, line, fmt::format("{} fits only one machine", word),
           made ? fmt::format("grub-mkconfig -o /{}", path)
                : "remove it; the policy states it as a goal, for any machine"});
  }
}

Omitted omitted_drivers(const Root& root) {
  std::vector<std::string> paths{"etc/dracut.conf"};
  for (const std::string folder : {"usr/lib/dracut/dracut.conf.d", kDracutFolder})
    for (const auto& name : names_in(root, folder))
      if (name.ends_with(".conf")) paths.push_back(folder + '/' + name);
  Omitted omitted;
  for (const auto& path : paths) {
    const auto text = root.read(path).value_or(std::string());
    for (const auto line : split(text, '\n')) {
      const auto quote = line.find('"');
      if (!trimmed(line).starts_with("omit_drivers") || quote == line.npos) continue;
      for (const auto word : words(line.substr(quote + 1, line.rfind('"') - quote - 1)))
        omitted.emplace_back(word, path);
    }
  }
  return omitted;
}

void inspect_kernels(const Root& root, const RunProcess& run, ImageReport& report) {
  ReadOptions options;
  options.modules = early_boot_drivers();
  options.modules.insert(options.modules.end(), kDiskDrivers.begin(), kDiskDrivers.end());
  facts::Gaps gaps;
  const auto omitted = omitted_drivers(root);
  for (const auto& kernel : facts::read_kernels(root, options, {}, gaps)) {
    const auto& release = kernel.release;
    const auto modules = "lib/modules/" + release;
    // The kernel that runs here, beside the image's.
    if (!root.exists(modules) && !root.exists("usr/" + modules)) continue;
    const auto path = initramfs_path(root, release);
    report.kernels.push_back({release, path});
    const auto chroot =
        root.is_host() ? "" : fmt::format("chroot {} ", shell_word(root.path().native()));
    const auto dracut = fmt::format(
        "{}dracut --force --no-hostonly --no-hostonly-cmdline {} {}", chroot,
        shell_word("/" + (path.empty() ? std::string(kDebianInitramfs) + release : path)),
        shell_word(release));
    if (path.empty()) {
      report.differences.push_back({modules, 0, "this kernel has no initramfs", dracut});
      continue;
    }
    const auto listing = list_initramfs(root, path, run);
    if (!listing) {
      report.differences.push_back(
          {path, 0, listing.error().what, "lsinitrd " + shell_word("/" + path)});
      continue;
    }
    const auto initramfs = Initramfs::parse(*listing);
    const auto command = initramfs.dracut ? dracut
                                          : fmt::format(
                                                "{}update-initramfs -u -k {}, with MODULES=most",
                                                chroot, shell_word(release));
    for (const auto& [word, line] : host_arguments(*listing))
      report.differences.push_back(
          {path, 0, fmt::format("{} fits only one machine", word), command});
    const auto packages = ice_packages(root, std::span(&release, 1));
    if (auto lacks = judge_ice_package(
            path, initramfs, kernel,
            packages && !packages->empty() ? packages->front() : std::string(), command)) {
      auto& list = lacks->warning ? report.warnings : report.differences;
      // Each kernel of the image lacks the same.
      if (std::ranges::find(list, *lacks) == list.end()) list.push_back(std::move(*lacks));
    }
    for (auto& difference : judge_initramfs(path, initramfs, kernel, omitted, command))
      (difference.warning ? report.warnings : report.differences).push_back(std::move(difference));
  }
}

void inspect_policy(const Root& root, ImageReport& report) {
  const auto sources = find_policy(root, {});
  const auto parsed =
      sources ? parse_policy(*sources, {}) : Result<Policy>(std::unexpected(sources.error()));
  if (!parsed)
    report.differences.push_back(
        {kHostPolicy, 0, parsed.error().what, "fix it: every machine would refuse this policy"});
  for (const auto& source : sources.value_or(std::vector<Source>{}))
    for (auto& difference : host_values(source.name, source.text))
      report.warnings.push_back(std::move(difference));
}

// Removes a folder of ours with what is in it. A symbolic link is removed itself: what lies behind
// it is not known to be ours.
Status empty(const Root& root, Files& files, const std::string& folder) {
  if (is_link(root, folder)) return files.remove(folder);
  for (const auto& name : names_in(root, folder)) {
    const auto path = folder + '/' + name;
    if (root.is_folder(path))
      VFIRST_CHECK(empty(root, files, path));
    else
      VFIRST_CHECK(files.remove(path));
  }
  return root.exists(folder) ? files.remove(folder) : Status{};
}

}  // namespace

bool is_running_system(const Root& root) {
  return is_root_of_pid1(root).value_or(root.exists("run/systemd/system"));
}

ImageReport inspect_image(const Root& root, const Files& files, const RunProcess& run) {
  ImageReport report;
  inspect_identity(root, report);
  inspect_state(root, report);
  inspect_mark(root, report);
  inspect_arguments(root, files, report);
  inspect_policy(root, report);
  inspect_kernels(root, run, report);
  return report;
}

Status mend_image(const Root& root, Files& files, std::vector<std::string>& notes) {
  VFIRST_CHECK(check_records(files));
  facts::Gaps gaps;
  const auto mounts = facts::read_mounts(root);
  auto boot = facts::read_boot(root, mounts, gaps);
  facts::read_loader(root, mounts, boot, gaps);
  const bool written =
      root.exists(kSlotFolder) ||
      std::ranges::any_of(block_folders(), [&](const auto& path) { return root.exists(path); });
  // The loader's own way: bytes that stood there before us come back, and entries lose our
  // arguments.
  if (const auto backend = backend_for(files, root, boot); written && backend) {
    const auto change = (*backend)->remove(false);
    if (change)
      notes = change->notes;
    else
      notes.push_back(change.error().what);
  }
  for (const auto& path : block_folders())
    VFIRST_CHECK(empty(root, files, path));
  // Someone's bytes are in there: theirs to look at.
  const bool kept = !notes.empty();
  if (!kept) VFIRST_CHECK(empty(root, files, std::string(kSlotFolder)));
  VFIRST_CHECK(empty(root, files, std::string(kStateFolder)));
  for (const auto path : {kDbusId, kRandomSeed})
    if (root.exists(path) && !is_link(root, path)) VFIRST_CHECK(files.remove(path));
  if (const auto id = root.read(kMachineId); !id || trimmed(*id) != kUninitialized)
    VFIRST_CHECK(replace(files, kMachineId, "uninitialized\n", 0444));
  if (!root.exists(kSealedMark))
    VFIRST_CHECK(files.create(kSealedMark, "by vfirst seal: first provisioning may run\n"));
  return {};
}

}  // namespace vfirst
