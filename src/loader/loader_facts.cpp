// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/loader_facts.hpp"

#include "loader/bls_view.hpp"
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

void read_slots(const FileReader& files, BootFacts& boot) {
  if (const auto slots = current_slots(files, boot)) set_own(slots->own(), boot);
  const auto line = CommandLine::parse(boot.cmdline);
  for (const auto& path : default_files(files))
    for (const auto& found : default_arguments(files.read(path).value_or("")))
      for (const auto& running : line.args())
        if (same_argument(found.argument, running)) add_source(boot, running, {path, found.line});
}

void read_entries(const FileReader& files, const Root& root, BootFacts& boot) {
  const auto view = BlsView::read(files, boot);
  if (!view) return;
  set_own(view->own(), boot);
  const auto line = CommandLine::parse(boot.cmdline);
  for (const auto& running : line.args())
    for (const auto& source : bls_sources(files, root, *view, running))
      add_source(boot, running, source);
}

}  // namespace

void read_loader_arguments(const FileReader& files, const Root& root, BootFacts& boot) {
  if (boot.loader == Loader::grub) read_slots(files, boot);
  if (boot.loader == Loader::grub_bls || boot.loader == Loader::systemd_boot)
    read_entries(files, root, boot);
}

}  // namespace vfirst
