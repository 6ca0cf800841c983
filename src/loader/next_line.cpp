// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/next_line.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "host/loader_paths.hpp"
#include "kargs/command_line.hpp"
#include "loader/grub_file.hpp"
#include "loader/next_boot.hpp"
#include "loader/ostree_next.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::string spelled(std::span<const std::string> words) {
  return joined(words, " ", kernel_spelling);
}

NextLine grub_next_line(const Root& root) {
  NextLine line;
  const GrubFileReader files(root);
  const auto config = read_grub_config(files);
  if (!config) {
    line.doubt = config.error().what;
    return line;
  }
  const auto& next = config->config.next;
  line.title = next.title;
  line.source = fmt::format("{}:{}", config->path, next.entry ? next.entry->line : next.line);
  if (!next.doubt.empty()) {
    line.doubt = fmt::format("{}: {}", config->path, next.doubt);
  } else if (!next.entry) {
    line.doubt = next.title.empty() ? fmt::format("{}: its menu is empty", config->path)
                                    : boots_no_linux(*config);
  } else {
    const auto& entry = *next.entry;
    const std::span words(entry.words);
    line.before = kernel_spelling("BOOT_IMAGE=" + entry.kernel);
    if (entry.ours_at > 0) line.before += ' ' + spelled(words.first(entry.ours_at));
    line.behind = spelled(words.subspan(entry.ours_at));
    if (const auto unknown = unknown_name(line.cmdline()); !unknown.empty())
      line.doubt = fmt::format("{}: only GRUB knows ${}", line.source, unknown);
  }
  if (!line.doubt.empty()) line.before.clear(), line.behind.clear();
  return line;
}

NextLine entry_next_line(const Root& root, const BootFacts& boot) {
  NextLine line;
  const auto next = bls_next_line(GrubFileReader(root), boot);
  if (!next) {
    line.doubt = next.error().what;
    return line;
  }
  line.title = next->title;
  line.source = next->path;
  line.before = without_own(next->cmdline, boot.own_arguments);
  return line;
}

// As far as its partitions have what it copies from.
NextLine proxmox_next_line(const Root& root, const BootFacts& boot) {
  NextLine line;
  if (boot.copies_for != Loader::systemd_boot) {
    line.doubt = "proxmox-boot-tool's grub.cfg lies on a partition that is not mounted";
    return line;
  }
  const auto text = root.bytes(kKernelCmdline);
  if (!text) {
    line.doubt = fmt::format("{}: not there", kKernelCmdline);
    return line;
  }
  line.source = fmt::format("{}:1", kKernelCmdline);
  line.before = without_own(split(*text, '\n').front(), boot.own_arguments);
  return line;
}

NextLine ostree_next_line(const Root& root) {
  NextLine line;
  auto next = read_ostree_next(RootReader(root));
  if (!next) {
    line.doubt = next.error().what;
    return line;
  }
  line.title = std::move(next->title);
  line.source = std::move(next->source);
  const auto ours = next->others.begin() + static_cast<std::ptrdiff_t>(next->at);
  line.before = join_arguments({next->others.begin(), ours});
  line.behind = join_arguments({ours, next->others.end()});
  return line;
}

}  // namespace

std::string without_own(std::string_view text, const std::vector<std::string>& texts) {
  auto line = CommandLine::parse(text);
  for (const auto& each : texts) {
    const auto own = split_arguments(each);
    const auto& args = line.args();
    const auto at = std::ranges::search(args, own, {}, &KernelArg::raw, &KernelArg::raw);
    if (at.empty()) continue;
    const auto first = static_cast<std::size_t>(at.begin() - args.begin());
    for (std::size_t i = 0; i < own.size(); ++i)
      line.erase(first);
  }
  return line.str();
}

NextLine read_next_line(const Root& root, const BootFacts& boot) {
  if (boot.loader == Loader::grub) return grub_next_line(root);
  if (boot.loader == Loader::proxmox) return proxmox_next_line(root, boot);
  if (boot.loader == Loader::grub_bls || boot.loader == Loader::systemd_boot)
    return entry_next_line(root, boot);
  if (boot.loader == Loader::ostree) return ostree_next_line(root);
  return {};
}

}  // namespace vfirst
