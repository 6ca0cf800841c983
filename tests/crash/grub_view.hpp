// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The GRUB fragment's logic over a disk in memory, and a generated grub.cfg to go with it.

#include "crashing_files.hpp"
#include "loader/grub_config.hpp"
#include "loader/slots.hpp"

#include <set>
#include <stdexcept>
#include <string>

namespace vfirst::test {

// `text` with the first `what` in it changed.
inline std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  if (at == text.npos) throw std::invalid_argument("nothing to replace: " + std::string(what));
  return text.replace(at, what.size(), by);
}

inline std::string grub_cfg(bool ours) {
  std::string out =
      "### BEGIN /etc/grub.d/00_header ###\n"
      "if [ -s $prefix/grubenv ]; then load_env; fi\n"
      "if [ x\"${feature_menuentry_id}\" = xy ]; then menuentry_id_option=\"--id\"; else "
      "menuentry_id_option=\"\"; fi; export menuentry_id_option\n"
      "if [ \"${prev_saved_entry}\" ]; then set saved_entry=\"${prev_saved_entry}\"; fi\n"
      "### END /etc/grub.d/00_header ###\n";
  if (ours)
    out +=
        "### BEGIN /etc/grub.d/09_vfirst ###\nset vfirst_fragment=2\nset vfirst_args=\n"
        "if [ -s \"$vfirst_folder/$vfirst_slot.cfg\" ]; then\n  source "
        "\"$vfirst_folder/$vfirst_slot.cfg\"\nfi\n"
        "export vfirst_args\n### END /etc/grub.d/09_vfirst ###\n";
  const std::string arguments = ours ? "  quiet $vfirst_args" : "  quiet";
  out +=
      "### BEGIN /etc/grub.d/10_linux ###\n"
      "menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-1' {\n"
      "\tlinux\t/boot/vmlinuz-6.1 root=UUID=1 ro" +
      arguments +
      "\n}\n"
      "submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced-1' {\n"
      "\tmenuentry 'Debian, with Linux 6.1' $menuentry_id_option 'gnulinux-6.1-advanced-1' {\n"
      "\t\tlinux\t/boot/vmlinuz-6.1 root=UUID=1 ro" +
      arguments +
      "\n\t}\n"
      "\tmenuentry 'Debian, with Linux 6.1 (recovery mode)' $menuentry_id_option "
      "'gnulinux-6.1-recovery-1' {\n"
      "\t\tlinux\t/boot/vmlinuz-6.1 root=UUID=1 ro single\n\t}\n}\n"
      "### END /etc/grub.d/10_linux ###\n";
  return out;
}

// What the next boot's kernel is given of ours. A file that was written and not settled is, to
// GRUB, its old self or anything at all: so none of those may decide anything. `doubtful` collects
// where one does.
inline std::string grub_sees(const CrashingFiles& files, std::set<std::string>& doubtful) {
  const auto config = files.read("boot/grub/grub.cfg");
  if (!config || !GrubConfig::parse(*config).faults().empty()) return "";
  const auto bytes = files.read(kEnvironment);
  const auto block =
      bytes ? EnvironmentBlock::parse(*bytes) : Result<EnvironmentBlock>(refuse("none"));
  if (!block) return "";
  auto slot = block->value("vfirst_good");
  if (const auto trial = block->value("vfirst_try"); trial == "a" || trial == "b") slot = trial;
  // a block that selects nothing may be half home
  if (!parse_slot(slot)) return "";
  if (files.unsettled.contains(kEnvironment)) doubtful.insert("the block");
  const auto path = slot_path(*parse_slot(slot));
  if (files.unsettled.contains(path)) doubtful.insert(path);
  const auto text = files.read(path);
  const auto stored = text ? Slot::parse(*text) : Result<Slot>(refuse("none"));
  return stored ? stored->arguments.str() : "";
}

}  // namespace vfirst::test
