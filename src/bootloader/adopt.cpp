// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/adopt.hpp"

#include "bootloader/closed_set.hpp"
#include "bootloader/journal.hpp"
#include "bootloader/regenerate.hpp"
#include "loader/default_grub.hpp"

#include <algorithm>
#include <set>

namespace vfirst {

namespace {

bool in_normal_entries(const GrubFile& file, const KernelArg& argument) {
  return std::ranges::any_of(file.config.entries, [&](const GrubEntry& entry) {
    return entry.carries && entry.has(argument);
  });
}

// Those that an adoption had made ours and not yet taken out of grub.cfg when it was cut short.
Arguments half_adopted(const GrubFile& file, const Slots& slots) {
  Arguments half;
  const auto* good = slots.at(slots.selection.good);
  if (!good || good->plan != kAdopted) return half;
  for (const auto& argument : good->arguments)
    if (in_normal_entries(file, argument)) half.append(argument);
  return half;
}

struct ToTake {
  // Of these, some may be ours already: their adoption was cut short.
  Arguments all;
  // Those that are not ours yet.
  Arguments fresh;
};

// Which of the arguments a later boot has. Refused where one of them is in no file that we edit.
Result<ToTake> arguments_to_take(
    const Files& files, const GrubFile& config, const Slots& slots, Arguments foreign) {
  for (const auto& argument : half_adopted(config, slots))
    if (!foreign.contains(argument)) foreign.append(argument);
  const auto ours = slots.arguments(slots.selection.good);
  ToTake take;
  for (const auto& argument : foreign) {
    const bool in_file = !default_sources(files, argument).empty();
    // Adopted before, or this boot's alone: no later one has it.
    if (!in_file && !in_normal_entries(config, argument)) continue;
    // One that is ours and still in grub.cfg was on its way when the power failed.
    if (!in_file && !ours.contains(argument))
      return refuse(
          "{}: not in etc/default/grub or etc/default/grub.d, so it cannot be adopted; take it out "
          "where it comes from",
          argument.raw);
    take.all.append(argument);
    if (!ours.contains(argument)) take.fresh.append(argument);
  }
  return take;
}

// Takes the arguments out of the files that grub.cfg is made from; Linux alone reads those. The
// paths of the files that changed.
Result<std::set<std::string>> edit_defaults(
    Files& files, const Arguments& arguments, Journal& journal) {
  std::set<std::string> edited;
  for (const auto& path : default_files(files)) {
    const auto before = VFIRST_TRY(files.read(path));
    auto text = before;
    for (const auto& argument : arguments)
      text = without_argument(text, argument);
    if (text == before) continue;
    VFIRST_CHECK(replace_file(files, path, text, journal));
    edited.insert(path);
  }
  return edited;
}

}  // namespace

Result<Adoption> adopt(
    Files& files, const Root& root, const BootFacts& boot, const Arguments& foreign,
    const RunProcess& with) {
  if (boot.loader != Loader::grub)
    return refuse(
        "--adopt: {} does not take its arguments from etc/default/grub", loader_name(boot.loader));
  const auto run = run_or_host(with);
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  const auto config = VFIRST_TRY(read_grub_config(files));
  const auto take = VFIRST_TRY(arguments_to_take(files, config, slots, foreign));
  Adoption adoption;
  adoption.taken = take.all;
  if (take.all.empty()) return adoption;
  VFIRST_CHECK(
      can_regenerate(files, root, config, fmt::format("{} is to be taken over", take.all.str())));

  for (const auto& path : default_files(files))
    if (!is_grub_file(path))
      return refuse("{}: a name that vfirst's journal cannot hold; rename it", path);

  // 1. Ours, beside the foreign ones: the kernel sees each argument twice, the foreign one first,
  // as before.
  if (!take.fresh.empty()) {
    const auto good = slots.arguments(slots.selection.good);
    ApplyOptions options;
    options.plan = kAdopted;
    options.run = run;
    VFIRST_CHECK(apply_arguments(files, root, boot, take.fresh.then(good), options));
  }
  adoption.wrote = true;
  // 2. Out of the files that grub.cfg is made from.
  auto journal = VFIRST_TRY(read_journal(files, adoption.notes));
  const auto edited = VFIRST_TRY(edit_defaults(files, take.all, journal));
  // 3. Out of grub.cfg: the kernel sees ours alone.
  const auto made = generate(files, config, run, slots.path);
  if (!made) {
    for (const auto& entry : journal.entries)
      if (edited.contains(entry.path)) VFIRST_CHECK(restore_file(files, entry));
    return std::unexpected(made.error());
  }
  for (const auto& argument : take.all)
    if (in_normal_entries(*made, argument))
      adoption.notes.push_back(sentence(fmt::format(
          "{}: still in {}, from another place than etc/default/grub", argument.raw, made->path)));
  VFIRST_CHECK(replace_file(files, config.path, made->text, journal));
  return adoption;
}

}  // namespace vfirst
