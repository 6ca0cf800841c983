// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_edits.hpp"

#include "base/text.hpp"
#include "host/loader_paths.hpp"
#include "loader/bls_view.hpp"
#include "loader/environment_block.hpp"
#include "loader/grub_file.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// What is ours in a line that names no owner: `now`, or `next` where a change was cut short. Ours
// stand together, so the longer one that stands there whole is the one.
const Arguments& ours_in(std::string_view text, const Arguments& now, const Arguments& next) {
  const bool is_next = !next.empty() && holds_arguments(text, next) &&
                       (!holds_arguments(text, now) || next.str().size() > now.str().size());
  return is_next ? next : now;
}

// The last of each of ours is the one: ours stand behind the others.
CommandLine without_own(std::string_view text, const Arguments& ours) {
  auto line = CommandLine::parse(text);
  auto own = ours.list();
  std::ranges::reverse(own);
  line.remove(own);
  return line;
}

// The same three verbs for an entry and for a line.
BlsEntry without(const BlsEntry& entry, const Arguments& arguments) {
  return entry.without(arguments);
}
CommandLine without(CommandLine line, const Arguments& arguments) {
  for (const auto& argument : arguments)
    while (line.remove({argument}) > 0) {
    }
  return line;
}
bool contains(const BlsEntry& entry, const KernelArg& argument) {
  return entry.contains(argument);
}
bool contains(const CommandLine& line, const KernelArg& argument) {
  return Arguments(line.args()).contains(argument);
}
Result<BlsEntry> appended(const BlsEntry& entry, const Arguments& arguments) {
  return entry.appended(arguments);
}
Result<CommandLine> appended(CommandLine line, const Arguments& arguments) {
  for (const auto& argument : arguments)
    VFIRST_CHECK(line.append(argument));
  return line;
}

// What a file said before us, the adopted arguments included. `clean` is what it says now without
// ours. Where nothing else changed since, that is its copy. Otherwise those adopted arguments go
// behind the rest that the copy had, or that the file had to give up where we wrote it without a
// copy (`ours`).
template <class Text>
Result<Text> restore_adopted(
    const Text& clean, const std::optional<Text>& copy, bool ours, const Arguments& adopted) {
  Arguments missing;
  bool covers = copy && without(*copy, adopted) == without(clean, adopted);
  for (const auto& argument : adopted) {
    if (contains(clean, argument))
      covers = covers && contains(*copy, argument);
    else if (copy ? contains(*copy, argument) : ours)
      missing.append(argument);
  }
  if (covers) return *copy;
  return missing.empty() ? clean : appended(clean, missing);
}

// The same arguments of ours stand together in this text already.
bool stand_already(std::string_view text, const Arguments& own, const Arguments& now) {
  return !own.empty() && own == now && holds_arguments(text, own);
}

struct Added {
  CommandLine line;
  Arguments own;
};

// The line with the arguments behind the rest. One that stands there already is not added and is
// not ours.
Result<Added> add_own(CommandLine line, const Arguments& arguments) {
  const Arguments present = line.args();
  Added added{std::move(line), {}};
  for (const auto& argument : arguments) {
    if (!is_positional(argument) && present.contains(argument)) continue;
    VFIRST_CHECK(added.line.append(argument));
    added.own.append(argument);
  }
  return added;
}

// What a kernel that is installed later starts from: the arguments of an entry, without those that
// belong to one boot or one file.
std::string inherited(const BlsEntry& entry) {
  auto line = entry.without_own().options();
  for (std::size_t i = line.args().size(); i-- > 0;) {
    const auto& argument = line.args()[i];
    // GRUB's variables, and what 90-loaderentry.install appends itself.
    if (argument.raw.starts_with('$') || argument.key == "systemd.machine_id" ||
        argument.key == "initrd" || argument.key == "BOOT_IMAGE")
      line.erase(i);
  }
  return std::string(trimmed(line.str()));
}

Status edit_kernelopts(
    const FileReader& files, const Root& root, const BlsState& state, const Arguments& arguments,
    Purpose purpose, BlsEdits& edits) {
  const auto path = grub_environment_path(files, root);
  if (path.empty() && arguments.empty()) return {};
  if (path.empty())
    return refuse(
        "the entries' options are $kernelopts, and boot/grub2/grubenv, which holds it, is not "
        "there; run grub2-mkconfig first");
  auto now = VFIRST_TRY(files.read(path));
  auto block = EnvironmentBlock::parse(now);
  if (!block)
    return refuse(
        "{}: {}; add them with: grubby --update-kernel=ALL --args=...", path, block.error().what);
  const std::string value(block->value("kernelopts"));
  if (value.empty())
    return refuse(
        "the entries' options are $kernelopts, which {} does not set; run grub2-mkconfig first",
        path);
  if (value != state.kernelopts_before)
    edits.kernelopts_now = ours_in(value, state.kernelopts, state.kernelopts_wanted);
  const auto clean = without_own(value, edits.kernelopts_now);
  edits.kernelopts_without = clean.str();
  const auto copy = state.kernelopts_before.empty()
                        ? std::nullopt
                        : std::optional(CommandLine::parse(state.kernelopts_before));
  const auto restored = VFIRST_TRY(restore_adopted(clean, copy, false, state.adopted));
  const auto given_up = without(clean, state.adopted);
  BlsEdit edit{path, path, now, {}, {}, true, false};
  VFIRST_CHECK(block->set("kernelopts", restored.str()));
  edit.without = block->bytes();
  auto added = VFIRST_TRY(add_own(purpose == Purpose::remove ? restored : given_up, arguments));
  edits.kernelopts_own = added.own;
  if (auto set = block->set("kernelopts", added.line.str()); !set)
    return refuse("{}: {}", path, set.error().what);
  edit.text = stand_already(value, edits.kernelopts_own, edits.kernelopts_now) && given_up == clean
                  ? edit.now
                  : block->bytes();
  edits.environment.push_back(std::move(edit));
  return {};
}

Status edit_kernel_cmdline(
    const FileReader& files, const BlsMenu& menu, const BlsState& state, const Arguments& arguments,
    Purpose purpose, BlsEdits& edits) {
  const auto* journal = state.find(kKernelCmdline);
  const auto kept =
      journal ? files.read(journal->copy) : Result<std::string>(std::unexpected(Error{}));
  BlsEdit edit{std::string(kKernelCmdline),  std::string(kKernelCmdline), {}, {}, {},
               files.exists(kKernelCmdline), journal && journal->made};
  if (edit.exists) {
    edit.now = VFIRST_TRY(files.read(kKernelCmdline));
    // A file that says what it said before us has none of ours, even where it has the same
    // arguments.
    if (!kept || *kept != edit.now)
      edits.kernel_cmdline_now =
          ours_in(edit.now, state.kernel_cmdline, state.kernel_cmdline_wanted);
    edit.without = without_own(edit.now, edits.kernel_cmdline_now).str();
  } else {
    // Kernel-install would take the line of the running kernel, a trial's one boot and all.
    // Debian's and Fedora's hooks look at the same three places, in this order. /usr/lib is not
    // ours to shadow: our own hook adds to its line.
    if (arguments.empty() || files.exists(kImageKernelCmdline)) return {};
    const BlsItem* newest = nullptr;
    for (const auto& item : menu.items)
      if (item.normal() && !item.variable && (!newest || boots_before(item, *newest)))
        newest = &item;
    if (!newest) return {};
    edit.without = inherited(newest->entry) + "\n";
    edit.made = true;
  }
  const auto clean = CommandLine::parse(edit.without);
  const auto copy = kept ? std::optional(CommandLine::parse(*kept)) : std::nullopt;
  const auto restored = VFIRST_TRY(restore_adopted(clean, copy, false, state.adopted));
  const auto given_up = without(clean, state.adopted);
  edit.without = restored.str();
  auto added = VFIRST_TRY(add_own(purpose == Purpose::remove ? restored : given_up, arguments));
  edits.kernel_cmdline_own = added.own;
  const bool stand = stand_already(edit.now, edits.kernel_cmdline_own, edits.kernel_cmdline_now) &&
                     given_up == clean;
  edit.text = stand ? edit.now : added.line.str();
  edits.kernel_cmdline.push_back(std::move(edit));
  return {};
}

Status edit_entry(
    const FileReader& files, const BlsItem& item, const std::string& id, const BlsState& state,
    const Arguments& arguments, Purpose purpose, BlsEdits& edits) {
  const auto clean = item.entry.without_own();
  BlsEdit edit{item.path, id, item.entry.text(), clean.text(), {}, true, false};
  if (!item.normal()) {
    // One that became a rescue entry, or another's, after we wrote it.
    edit.text = edit.without;
    if (!arguments.empty() && item.left_alone != kRescue && item.left_alone != kNoLinux)
      edits.notes.push_back(sentence(
          fmt::format("{}: {} and boots without these arguments", item.path, item.left_alone)));
    edits.entries.push_back(std::move(edit));
    return {};
  }
  const auto* kept = state.find(id);
  const auto text = kept ? files.read(kept->copy) : Result<std::string>(std::unexpected(Error{}));
  const auto copy =
      text ? std::optional(BlsEntry::parse(*text, item.entry.reader())) : std::nullopt;
  const auto restored =
      VFIRST_TRY(restore_adopted(clean, copy, !item.entry.own().empty(), state.adopted));
  const auto base = purpose == Purpose::remove ? restored : clean.without(state.adopted);
  edit.without = restored.text();
  if (item.variable) {
    edit.text = base.text();
    edits.entries.push_back(std::move(edit));
    return {};
  }
  std::vector<std::string> already;
  const auto with = base.with_own(arguments, &already);
  if (!with) return refuse("{}: {}", item.path, with.error().what);
  // Where the same arguments of ours stand together already they stay there, whatever was put
  // behind them.
  const auto own = with->own();
  const bool stand =
      base == clean && own == item.entry.own() && holds_arguments(item.entry.options().str(), own);
  edit.text = stand ? edit.now : with->text();
  ++edits.carriers;
  if (!already.empty())
    edits.notes.push_back(sentence(fmt::format(
        "{}: {} stands there already and is not ours", item.path, fmt::join(already, " "))));
  edits.entries.push_back(std::move(edit));
  return {};
}

}  // namespace

bool BlsEdits::any() const {
  return std::ranges::any_of(entries, &BlsEdit::changes) ||
         std::ranges::any_of(kernel_cmdline, &BlsEdit::changes) ||
         std::ranges::any_of(environment, &BlsEdit::changes);
}

Result<BlsEdits> bls_edits(
    const FileReader& files, const Root& root, const BlsMenu& menu, const BlsState& state,
    const Arguments& arguments, Purpose purpose) {
  BlsEdits edits;
  bool variable = false;
  for (const auto& item : menu.items) {
    if (item.trial) continue;
    variable = variable || (item.normal() && item.variable);
    const auto id = fmt::format("{}/{}.conf", folder_of(item.path), item.name.id);
    VFIRST_CHECK(edit_entry(files, item, id, state, arguments, purpose, edits));
  }
  if (variable || !state.kernelopts.empty() || !state.kernelopts_wanted.empty())
    VFIRST_CHECK(
        edit_kernelopts(files, root, state, variable ? arguments : Arguments(), purpose, edits));
  // Where every entry has $kernelopts, a new one has it, too.
  if (edits.carriers > 0 || files.exists(kKernelCmdline))
    VFIRST_CHECK(edit_kernel_cmdline(files, menu, state, arguments, purpose, edits));
  if (!arguments.empty() && edits.carriers == 0 && !variable)
    return refuse(
        "{}: none of its {} entries is one that vfirst writes: {} {}", menu.folder,
        menu.items.size(), menu.items.front().path, menu.items.front().left_alone);
  return edits;
}

}  // namespace vfirst
