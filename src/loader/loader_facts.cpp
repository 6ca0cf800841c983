// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/loader_facts.hpp"

#include "loader/bls_view.hpp"
#include "loader/next_line.hpp"
#include "loader/ostree_next.hpp"
#include "loader/slots.hpp"

#include <algorithm>

namespace vfirst {

namespace {

void set_own(const std::vector<Arguments>& own, BootFacts& boot) {
  auto& texts = boot.own_arguments;
  for (const auto& arguments : own)
    if (std::ranges::find(texts, arguments.str()) == texts.end()) texts.push_back(arguments.str());
  std::ranges::stable_sort(texts, std::ranges::greater{}, &std::string::size);
}

// Once, where an argument stands twice in the line.
void add_source(BootFacts& boot, const KernelArg& argument, const ForeignSource& source) {
  auto& lines = boot.sources[argument.raw];
  if (std::ranges::find(lines, source.str()) == lines.end()) lines.push_back(source.str());
}

// Those of this boot and those of the next one.
std::vector<KernelArg> arguments_of(const BootFacts& boot) {
  auto all = CommandLine::parse(boot.cmdline).args();
  for (const auto& argument : CommandLine::parse(boot.next.cmdline()).args())
    if (std::ranges::find(all, argument.raw, &KernelArg::raw) == all.end()) all.push_back(argument);
  return all;
}

void find_sources(const FileReader& files, BootFacts& boot) {
  const auto arguments = arguments_of(boot);
  for (const auto& path : default_files(files))
    for (const auto& found : default_arguments(files.read(path).value_or("")))
      for (const auto& argument : arguments)
        if (same_argument(found.argument, argument)) add_source(boot, argument, {path, found.line});
  // From a variable of grub.cfg, or from an entry that somebody wrote himself.
  if (!boot.next.known()) return;
  for (const auto& argument : CommandLine::parse(boot.next.cmdline()).args())
    if (argument.key != "BOOT_IMAGE" && !boot.sources.contains(argument.raw))
      boot.sources[argument.raw].push_back(boot.next.source);
}

void read_slots(const Root& root, BootFacts& boot) {
  const RootReader files(root);
  if (const auto slots = current_slots(files, boot)) set_own(slots->own(), boot);
  boot.next = read_next_line(root, boot);
  find_sources(files, boot);
}

void read_entries(const Root& root, BootFacts& boot) {
  const RootReader files(root);
  const auto view = BlsView::read(files, boot);
  if (!view) return;
  set_own(view->own(), boot);
  boot.next = read_next_line(root, boot);
  for (const auto& argument : arguments_of(boot))
    for (const auto& source : bls_sources(files, root, *view, argument))
      add_source(boot, argument, source);
}

// Where a deployment's arguments come from, only its entry says.
void read_deployments(const Root& root, BootFacts& boot) {
  const auto next = read_ostree_next(RootReader(root));
  if (next) {
    auto own = next->recorded;
    if (!next->own.empty()) own.emplace_back(next->own);
    set_own(own, boot);
  }
  boot.next = read_next_line(root, boot);
  if (!boot.next.known()) return;
  for (const auto& argument : CommandLine::parse(boot.next.cmdline()).args())
    boot.sources[argument.raw] = {boot.next.source};
}

}  // namespace

void read_loader_arguments(const Root& root, BootFacts& boot) {
  if (boot.loader == Loader::grub || boot.loader == Loader::proxmox) read_slots(root, boot);
  if (boot.loader == Loader::grub_bls || boot.loader == Loader::systemd_boot)
    read_entries(root, boot);
  if (boot.loader == Loader::ostree) read_deployments(root, boot);
}

}  // namespace vfirst
