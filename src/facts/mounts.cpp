// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/mounts.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

// proc_pid_mountinfo(5): \040 for a blank, and so on.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text[i] == '\\' && i + 3 < text.size()
                          ? parse_number(text.substr(i + 1, 3), 8)
                          : std::nullopt;
    plain += code && *code < 256 ? static_cast<char>(*code) : text[i];
    if (code && *code < 256) i += 3;
  }
  return plain;
}

}  // namespace

std::vector<Mount> read_mounts(const Root& root) {
  std::vector<Mount> mounts;
  if (const auto info = root.read("proc/self/mountinfo")) {
    for (auto line : split(*info, '\n')) {
      // ID parent MAJ:MIN root POINT options [tags] - TYPE SOURCE super.
      const auto parts = words(line);
      const auto dash = std::find(parts.begin(), parts.end(), "-");
      if (parts.size() < 6 || parts.end() - dash < 3) continue;
      mounts.push_back(
          {unescaped(parts[4]), std::string(dash[1]), unescaped(dash[2]), std::string(parts[2]),
           parts.end() - dash > 3 ? std::string(dash[3]) : ""});
    }
  } else if (const auto older = root.read("proc/mounts")) {
    for (auto line : split(*older, '\n')) {
      // SOURCE POINT TYPE options.
      const auto parts = words(line);
      if (parts.size() >= 3)
        mounts.push_back(
            {unescaped(parts[1]), std::string(parts[2]), unescaped(parts[0]), "",
             parts.size() > 3 ? std::string(parts[3]) : ""});
    }
  }
  return mounts;
}

const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path) {
  const Mount* best = nullptr;
  for (const auto& mount : mounts) {
    const std::string_view point = mount.point;
    const bool under = point == "/" || (path.starts_with(point) &&
                                        (path.size() == point.size() || path[point.size()] == '/'));
    if (under && (!best || point.size() >= best->point.size())) best = &mount;
  }
  return best;
}

std::optional<std::string> block_name(const Root& root, const Mount& mount) {
  if (!mount.number.empty() && !mount.number.starts_with("0:"))
    if (auto name = root.link_name("sys/dev/block/" + mount.number)) return name;
  // btrfs: 0:n, but a true source.
  return block_name(root, mount.source);
}

std::optional<std::string> block_name(const Root& root, std::string_view node) {
  if (!node.starts_with("/dev/") || node == "/dev/root") return std::nullopt;
  const auto name = std::string(node.substr(5));
  auto file = name;
  // cciss/c0d0 is cciss!c0d0 in sysfs.
  std::replace(file.begin(), file.end(), '/', '!');
  if (root.link(kernel_paths::block_device(file))) return file;
  if (name.starts_with("mapper/"))
    for (auto n : numbered(root, kernel_paths::kBlockDevices, "dm-"))
      if (text_of(root, kernel_paths::block_device(fmt::format("dm-{}", n), "dm/name")) ==
          name.substr(7))
        return fmt::format("dm-{}", n);
  // Names that udev gives: /dev/disk/by-uuid/..., /dev/vg/root.
  if (const auto target = root.link_name("dev/" + name);
      target && root.link(kernel_paths::block_device(*target)))
    return target;
  return std::nullopt;
}

}  // namespace vfirst::facts
