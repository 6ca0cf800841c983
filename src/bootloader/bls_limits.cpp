// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_limits.hpp"

#include "loader/environment_block.hpp"
#include "loader/grub_file.hpp"
#include "loader/slot.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// "tuned_params" of $tuned_params and ${tuned_params}; "" for what is no variable.
std::string_view variable_name(std::string_view word) {
  if (!word.starts_with('$')) return {};
  word.remove_prefix(1);
  if (!word.starts_with('{')) return word;
  return word.substr(1, word.find('}') - 1);
}

}  // namespace

Status loader_can_carry(const BootFacts& boot, const Arguments& arguments) {
  for (const auto& argument : arguments) {
    if (argument.raw == "--")
      return refuse("kernel arguments hold a -- : what follows is for init");
    for (const unsigned char c : argument.raw)
      if (c < 0x20 || c >= 0x7f)
        return refuse("{}: the boot loader carries printable ASCII only", argument.raw);
  }
  if (boot.loader != Loader::grub_bls) return {};
  VFIRST_CHECK(grub_can_carry(arguments));
  // blscfg pastes the options into a script of GRUB's and runs that (blscfg.c, create_entry).
  for (const auto& argument : arguments)
    for (const char c : argument.raw)
      if (std::string_view(";&|<>{}$#").find(c) != std::string_view::npos)
        return refuse("{}: GRUB would not take {} in an entry as it stands", argument.raw, c);
  return {};
}

Status bls_fits(
    const FileReader& files, const Root& root, const BootFacts& boot, const BlsMenu& menu,
    const BlsEdits& edits, const Arguments& trial_only, std::size_t limit) {
  const bool grub = boot.loader == Loader::grub_bls;
  const auto path = grub_environment_path(files, root);
  auto block = path.empty() ? std::string() : files.read(path).value_or("");
  if (!edits.environment.empty()) block = edits.environment.front().text;
  for (const auto& edit : edits.entries) {
    const auto item = std::ranges::find(menu.items, edit.path, &BlsItem::path);
    if (item == menu.items.end() || !item->normal()) continue;
    const auto entry = BlsEntry::parse(edit.text, grub ? BlsReader::grub : BlsReader::systemd_boot);
    const auto trial_bytes = trial_only.empty() ? 0 : 1 + trial_only.str().size();
    auto bytes = trial_bytes, ours = trial_bytes;
    for (const auto& argument : entry.own())
      ours += 1 + argument.raw.size();
    const auto options = entry.options();
    bytes += options.bytes();
    if (grub) {
      for (const auto& argument : options.args())
        if (const auto name = variable_name(argument.raw); !name.empty())
          bytes = bytes - argument.raw.size() + environment_value(block, name).size();
      bytes += std::string_view("BOOT_IMAGE=(hd0,gpt2) ").size() + entry.value("linux").size();
    } else {
      // systemd-boot's way to name them.
      for (const auto& initrd : entry.values("initrd"))
        bytes += std::string_view("initrd= ").size() + initrd.size();
    }
    if (bytes > limit)
      return refuse(
          "{}: its command line would have {} bytes, the kernel takes {}: {} of ours, {} that "
          "stand there already",
          edit.path, bytes, limit, ours, bytes - ours);
  }
  return {};
}

}  // namespace vfirst
