// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_backend.hpp"

#include "base/words.hpp"
#include "bootloader/closed_set.hpp"
#include "host/loader_paths.hpp"
#include "loader/grub_file.hpp"

#include <algorithm>

namespace vfirst {

Result<BlsView> BlsBackend::look() const {
  auto view = VFIRST_TRY(BlsView::read(files_, boot_));
  VFIRST_CHECK(check_paths(view.state));
  return view;
}

BlsWriter BlsBackend::writer(const BlsView& view) const {
  std::vector<EntryFolder> folders;
  for (const auto& folder : view.menu.folders)
    folders.push_back({folder, folder != kEntryFolders.front() || boot_.filesystem == "vfat"});
  return {files_, std::move(folders)};
}

Result<BlsEdits> BlsBackend::edits(
    const BlsView& view, const Arguments& arguments, Purpose purpose) const {
  return bls_edits(files_, root_, view.menu, view.state, arguments, purpose);
}

bool BlsBackend::reboot_needed(const BlsView& view, const Arguments& after) const {
  const auto tried = view.trial == Trial::running ? view.trial_arguments() : Arguments();
  const auto& good = view.state.good.arguments;
  if (after.empty())
    return !tried.empty() || (!good.empty() && holds_arguments(boot_.cmdline, good));
  if (!tried.empty() && tried != after) return true;
  if (holds_arguments(boot_.cmdline, after)) return false;
  // Some may stand in the line for someone else's sake, wherever they stand.
  const auto running = CommandLine::parse(boot_.cmdline);
  auto from = running.args().begin();
  for (const auto& argument : after) {
    const auto found = std::find(
        is_positional(argument) ? from : running.args().begin(), running.args().end(), argument);
    if (found == running.args().end()) return true;
    if (is_positional(argument)) from = found + 1;
  }
  return false;
}

Status BlsBackend::disarm(const BlsView& view, BlsWriter& to) {
  if (boot_.loader == Loader::grub_bls && files_.exists(kGrubTrial)) {
    VFIRST_CHECK(set_grub_try(files_, GrubTry::none, ""));
    return to.remove_entries({std::string(kGrubTrial)});
  }
  return to.remove_entries(view.menu.trials());
}

Status BlsBackend::make_good(
    const BlsView& view, const BlsEdits& edits, const BlsState::OfPlan& wanted,
    const std::optional<BlsState::OfPlan>& previous, const std::string& failed_plan,
    std::vector<std::string>& notes) {
  auto to = writer(view);
  VFIRST_CHECK(to.clean(notes));
  auto state = view.state;
  VFIRST_CHECK(to.keep_copies(edits, state));
  // While the change is under way a file that names no owner holds either of the two.
  state.wanted = wanted;
  state.removing = false;
  state.kernel_cmdline = edits.kernel_cmdline_now;
  state.kernelopts = edits.kernelopts_now;
  state.kernel_cmdline_wanted = edits.kernel_cmdline_own;
  state.kernelopts_wanted = edits.kernelopts_own;
  if (edits.any()) VFIRST_CHECK(to.put_state(state));
  VFIRST_CHECK(to.write(edits));
  state.good = wanted;
  state.wanted = std::nullopt;
  state.previous = previous;
  state.kernel_cmdline = edits.kernel_cmdline_own;
  state.kernelopts = edits.kernelopts_own;
  state.kernel_cmdline_wanted = {};
  state.kernelopts_wanted = {};
  state.failed = failed_plan;
  // The entry of a trial goes last: until then the next boot is the one that was asked for before.
  VFIRST_CHECK(disarm(view, to));
  state.trial = std::nullopt;
  return to.put_state(state);
}

namespace {

// "3 entries", "boot/grub2/grubenv", or both: where our good arguments stand.
std::string place_of(std::size_t carriers, const std::string& environment) {
  auto entries = plural(carriers, "entry", "entries");
  if (environment.empty()) return entries;
  return carriers == 0 ? environment : entries + " and " + environment;
}

}  // namespace

Result<LoaderState> BlsBackend::state() const {
  const auto view = VFIRST_TRY(look());
  LoaderState state;
  state.damage = view.damage;
  state.notes = view.menu.notes;
  state.good = view.state.good.arguments;
  state.next = view.next();
  state.trial = view.trial;
  const auto* trial = view.menu.trial();
  if (trial) {
    state.trial_plan = trial->entry.value(kTrialKey);
    state.trial_arguments = view.trial_arguments();
  } else {
    state.trial_plan = view.state.failed;
  }
  state.failed_plan =
      trial && view.trial == Trial::failed ? trial->entry.value(kTrialKey) : view.state.failed;
  std::size_t carriers = 0;
  for (const auto& item : view.menu.items) {
    if (!item.normal()) continue;
    state.files.push_back(item.path);
    const auto own = item.entry.own();
    if (!own.empty()) ++carriers;
    const auto options = item.entry.options();
    const bool whole = std::ranges::all_of(own, [&](const KernelArg& argument) {
      return std::ranges::find(options.args(), argument) != options.args().end();
    });
    if (!whole)
      state.damage.push_back(sentence(fmt::format(
          "{}: someone took out arguments of ours; apply writes them again", item.path)));
  }
  const auto environment =
      view.has_kernelopts() ? grub_environment_path(files_, root_) : std::string();
  if (view.has_kernelopts()) state.files.push_back(environment);
  if (trial) state.files.push_back(trial->path);
  if (!state.good.empty()) state.good_place = place_of(carriers, environment);
  state.next_place = trial && view.trial == Trial::armed ? trial->path : state.good_place;
  if (view.state.wanted || view.state.removing)
    state.damage.push_back(sentence(fmt::format(
        "{}: a change was cut short; apply, confirm, rollback or remove finishes it", kBlsState)));
  if (view.lost_trial)
    state.damage.push_back(sentence(fmt::format(
        "{}: the entry of the trial of plan {} is missing", kBlsState, view.state.trial->plan)));
  state.can_roll_back = trial || view.state.previous.has_value();
  return state;
}

Result<Change> BlsBackend::confirm() {
  const auto view = VFIRST_TRY(look());
  const auto& state = view.state;
  const auto* trial = view.menu.trial();
  Change change;
  change.before = change.after = view.next();
  if (view.trial != Trial::running && !view.confirming) {
    const auto plan = trial_of(boot_.cmdline);
    // Confirmed before.
    if (!plan.empty() && plan == state.good.plan && !state.wanted) return change;
    return refuse("this is not a trial boot; nothing to confirm");
  }
  const auto wanted = view.confirming
                          ? *state.wanted
                          : BlsState::OfPlan{trial->entry.value(kTrialKey), view.trial_arguments()};
  const auto changes = VFIRST_TRY(edits(view, wanted.arguments));
  change.after = wanted.arguments;
  change.notes = changes.notes;
  change.wrote = true;
  change.reboot_needed = reboot_needed(view, change.after);
  const bool again = state.good.arguments == wanted.arguments;
  VFIRST_CHECK(make_good(
      view, changes, wanted, again ? state.previous : std::optional(state.good), "", change.notes));
  return change;
}

Result<Change> BlsBackend::rollback() {
  const auto view = VFIRST_TRY(look());
  const auto& state = view.state;
  Change change;
  change.before = view.next();
  const auto* trial = view.menu.trial();
  if (!trial && !state.previous && !state.wanted && !view.lost_trial)
    return refuse("there are no earlier arguments to go back to");
  auto target = state.good;
  auto previous = state.previous;
  // A rollback that was cut short is finished; any other change that was is undone.
  const bool again = state.wanted && state.wanted == state.previous;
  if ((!trial && !state.wanted && !view.lost_trial) || (again && !view.confirming)) {
    target = *state.previous;
    previous = std::nullopt;
  }
  const auto changes = VFIRST_TRY(edits(view, target.arguments));
  change.after = target.arguments;
  change.notes = changes.notes;
  change.wrote = true;
  change.reboot_needed = reboot_needed(view, change.after);
  auto failed_plan = state.failed;
  if (trial && (view.trial == Trial::failed || view.trial == Trial::running))
    failed_plan = trial->entry.value(kTrialKey);
  VFIRST_CHECK(make_good(view, changes, target, previous, failed_plan, change.notes));
  return change;
}

namespace {

// What the file said before us, where a copy was kept.
std::optional<std::string> kept_copy(
    const FileReader& files, const BlsState& state, const std::string& id) {
  const auto* file = state.find(id);
  if (!file) return std::nullopt;
  auto text = files.read(file->copy);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

// Whether var/lib/vfirst has anything that remove takes out.
bool has_state(const Files& files) {
  const auto names = files.list(kStateFolder);
  return names && std::ranges::any_of(*names, [](const std::string& name) {
           return fmt::format("{}/{}", kStateFolder, name) != kProvisionedStamp;
         });
}

// Takes the edits of files that we made, and that say what we made them say, out of the list: such
// a file was not there before us. Their paths.
std::vector<std::string> take_made_files(
    const FileReader& files, const BlsState& state, std::vector<BlsEdit>& edits) {
  std::vector<std::string> made;
  std::erase_if(edits, [&](const BlsEdit& edit) {
    const auto* file = state.find(edit.id);
    const auto copy = kept_copy(files, state, edit.id);
    const bool drop = file && file->made && edit.exists && copy == edit.text;
    if (drop) made.push_back(edit.path);
    return drop;
  });
  return made;
}

}  // namespace

Result<Change> BlsBackend::remove(bool dry_run) {
  const auto view = VFIRST_TRY(look());
  Change change;
  change.before = view.next();
  change.notes = view.damage;
  change.notes.insert(change.notes.end(), view.menu.notes.begin(), view.menu.notes.end());
  auto changes = VFIRST_TRY(edits(view, {}, Purpose::remove));
  if (boot_.loader == Loader::grub_bls)
    for (auto& edit : without_grub_bls_hooks(files_, view.state))
      changes.entries.push_back(std::move(edit));
  change.reboot_needed = reboot_needed(view, {});
  for (const auto* list : {&changes.entries, &changes.kernel_cmdline})
    for (const auto& edit : *list)
      if (const auto copy = kept_copy(files_, view.state, edit.id); copy && edit.text != *copy)
        change.notes.push_back(sentence(fmt::format(
            "{}: edited by someone else since; only our arguments are taken out of it",
            edit.path)));
  const bool ours = view.known || files_.exists(kBlsState) || files_.exists(kBefore) ||
                    view.menu.trial() || files_.exists(kGrubTrial) || changes.any() ||
                    has_state(files_) || VFIRST_TRY(writer(view).has_leftovers());
  if (dry_run || !ours) return change;
  change.wrote = true;
  auto to = writer(view);
  VFIRST_CHECK(to.clean(change.notes));
  // Before anything else: the boot of a trial would confirm itself, and bring back what is going.
  VFIRST_CHECK(disarm(view, to));
  auto state = view.state;
  state.removing = true;
  VFIRST_CHECK(to.put_state(state));
  auto made = take_made_files(files_, state, changes.kernel_cmdline);
  const auto made_entries = take_made_files(files_, state, changes.entries);
  made.insert(made.end(), made_entries.begin(), made_entries.end());
  VFIRST_CHECK(to.write(changes));
  for (const auto& path : made)
    VFIRST_CHECK(files_.remove(path));
  // The stamp stays, or the next boot would provision the host once more, against the wish of
  // whoever asked for this.
  VFIRST_CHECK(remove_folder(files_, kStateFolder, {kProvisionedStamp}));
  VFIRST_CHECK(to.drop_state());
  return change;
}

}  // namespace vfirst
