// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_backend.hpp"

#include "base/text.hpp"
#include "bootloader/bls_trial.hpp"
#include "bootloader/closed_set.hpp"

#include <algorithm>

namespace vfirst {

std::string BlsBackend::Now::next() const {
  if (trial == Trial::armed) return trial_arguments();
  return state.good.text;
}

// As they were asked for; without the state, what the entry calls ours.
std::string BlsBackend::Now::trial_arguments() const {
  const auto* item = menu.trial();
  if (!item) return {};
  return state.trial && state.trial->plan == item->entry.value(kTrialKey)
             ? state.trial->text
             : spelled(item->entry.own());
}

Result<BlsBackend::Now> BlsBackend::look() const {
  Now now;
  now.menu = VFIRST_TRY(BlsMenu::read(files_, boot_));
  const auto text = files_.read(kBlsState);
  if (!text && text.error().code != std::errc::no_such_file_or_directory)
    return std::unexpected(text.error());
  if (text) {
    auto state = BlsState::parse(*text);
    now.known = state.has_value();
    if (state) {
      VFIRST_CHECK(check_paths(*state));
      now.state = std::move(*state);
    } else {
      now.damage.push_back(sentence(fmt::format("{}: {}", kBlsState, state.error().what)));
    }
  }
  // Without it the entries still say what is ours in them.
  if (!now.known)
    for (const auto& item : now.menu.items)
      if (item.normal() && now.state.good.text.empty())
        now.state.good.text = spelled(item.entry.own());
  const auto* trial = now.menu.trial();
  // A power cut while the trial's arguments were made good is no failed trial, whichever entry
  // boots next.
  now.confirming =
      now.state.trial && now.state.wanted && now.state.wanted->plan == now.state.trial->plan;
  now.lost_trial = now.state.trial && !trial && !now.state.wanted;
  if (now.confirming)
    now.trial = Trial::none;
  else if (trial)
    now.trial = trial_state(*trial, boot_);
  else if (!now.state.failed.empty())
    now.trial = Trial::failed;
  return now;
}

BlsWriter BlsBackend::writer(const Now& now) const {
  return {
      files_, now.menu.folder,
      now.menu.folder != kEntryFolders.front() || boot_.filesystem == "vfat"};
}

Result<BlsEdits> BlsBackend::edits(
    const Now& now, const std::string& arguments, Purpose purpose) const {
  return bls_edits(
      files_, root_, now.menu, now.state, CommandLine::parse(arguments).args(), purpose);
}

// Whether the running kernel was given something else of ours than `after`.
bool BlsBackend::reboot_needed(const Now& now, const std::string& after) const {
  const auto tried = now.trial == Trial::running ? now.trial_arguments() : "";
  if (after.empty())
    return !tried.empty() ||
           (!now.state.good.text.empty() && holds_arguments(boot_.cmdline, now.state.good.text));
  if (!tried.empty() && tried != after) return true;
  if (holds_arguments(boot_.cmdline, after)) return false;
  // Some may stand in the line for someone else's sake, wherever they stand.
  const auto running = CommandLine::parse(boot_.cmdline), ours = CommandLine::parse(after);
  auto from = running.args().begin();
  for (const auto& arg : ours.args()) {
    const auto found =
        std::find(is_positional(arg) ? from : running.args().begin(), running.args().end(), arg);
    if (found == running.args().end()) return true;
    if (is_positional(arg)) from = found + 1;
  }
  return false;
}

Status BlsBackend::make_good(
    Now& now, const BlsEdits& edits, const BlsState::Arguments& wanted,
    const std::optional<BlsState::Arguments>& previous, const std::string& failed_plan,
    std::vector<std::string>& notes) {
  auto to = writer(now);
  VFIRST_CHECK(to.clean(notes));
  auto state = now.state;
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
  state.kernel_cmdline_wanted.clear();
  state.kernelopts_wanted.clear();
  state.failed = failed_plan;
  // The entry of a trial goes last: until then the next boot is the one that was asked for before.
  VFIRST_CHECK(to.remove_entries(now.menu.trials()));
  state.trial = std::nullopt;
  return to.put_state(state);
}

Result<LoaderState> BlsBackend::state() const {
  const auto now = VFIRST_TRY(look());
  LoaderState out;
  out.damage = now.damage;
  out.good = now.state.good.text;
  out.next = now.next();
  out.trial = now.trial;
  const auto* trial = now.menu.trial();
  if (trial) {
    out.trial_plan = trial->entry.value(kTrialKey);
    out.trial_arguments = now.trial_arguments();
  } else {
    out.trial_plan = now.state.failed;
  }
  out.failed_plan =
      trial && now.trial == Trial::failed ? trial->entry.value(kTrialKey) : now.state.failed;
  std::size_t carriers = 0;
  bool variable = false;
  for (const auto& item : now.menu.items) {
    if (!item.normal()) continue;
    out.files.push_back(item.path);
    variable = variable || item.variable;
    const auto own = item.entry.own();
    if (!own.empty()) ++carriers;
    const auto options = item.entry.options();
    const bool whole = std::all_of(own.begin(), own.end(), [&](const KernelArg& arg) {
      return std::find(options.args().begin(), options.args().end(), arg) != options.args().end();
    });
    if (!whole)
      out.damage.push_back(sentence(fmt::format(
          "{}: someone took out arguments of ours; apply writes them again", item.path)));
  }
  if (variable) out.files.push_back(grub_environment_path(files_, root_));
  if (trial) out.files.push_back(trial->path);
  if (!out.good.empty()) {
    out.good_place = carriers > 0 || !variable
                         ? fmt::format("{} {}", carriers, carriers == 1 ? "entry" : "entries")
                         : grub_environment_path(files_, root_);
    if (carriers > 0 && variable) out.good_place += " and " + grub_environment_path(files_, root_);
  }
  out.next_place = now.trial == Trial::armed ? trial->path : out.good_place;
  if (now.state.wanted || now.state.removing)
    out.damage.push_back(sentence(fmt::format(
        "{}: a change was cut short; apply, confirm, rollback or remove finishes it", kBlsState)));
  if (now.lost_trial)
    out.damage.push_back(sentence(fmt::format(
        "{}: the entry of the trial of plan {} is not there (any more)", kBlsState,
        now.state.trial->plan)));
  out.own = {out.good, out.next, out.trial_arguments};
  if (now.state.previous) out.own.push_back(now.state.previous->text);
  std::erase(out.own, std::string());
  out.can_roll_back = trial || now.state.previous.has_value();
  return out;
}

Result<Change> BlsBackend::confirm() {
  auto now = VFIRST_TRY(look());
  const auto* trial = now.menu.trial();
  Change change;
  change.before = change.after = now.next();
  if (now.trial != Trial::running && !now.confirming) {
    const auto running = CommandLine::parse(boot_.cmdline);
    const auto* mark = running.last("vfirst.trial");
    if (mark && mark->value == now.state.good.plan && !now.state.good.plan.empty() &&
        !now.state.wanted)
      return change;
    return refuse("this boot is no trial");
  }
  const auto wanted =
      now.confirming ? *now.state.wanted
                     : BlsState::Arguments{trial->entry.value(kTrialKey), now.trial_arguments()};
  const auto changes = VFIRST_TRY(edits(now, wanted.text));
  change.after = wanted.text;
  change.notes = changes.notes;
  change.wrote = true;
  change.reboot_needed = reboot_needed(now, change.after);
  const bool again = now.state.good.text == wanted.text;
  VFIRST_CHECK(make_good(
      now, changes, wanted, again ? now.state.previous : std::optional(now.state.good), "",
      change.notes));
  return change;
}

Result<Change> BlsBackend::rollback() {
  auto now = VFIRST_TRY(look());
  Change change;
  change.before = now.next();
  const auto* trial = now.menu.trial();
  if (!trial && !now.state.previous && !now.state.wanted && !now.lost_trial)
    return refuse("there are no arguments before these to go back to");
  auto target = now.state.good;
  auto previous = now.state.previous;
  // One that was cut short is finished; any other change that was is undone.
  const bool again = now.state.wanted && now.state.wanted == now.state.previous;
  if ((!trial && !now.state.wanted && !now.lost_trial) || (again && !now.confirming)) {
    target = *now.state.previous;
    previous = std::nullopt;
  }
  const auto changes = VFIRST_TRY(edits(now, target.text));
  change.after = target.text;
  change.notes = changes.notes;
  change.wrote = true;
  change.reboot_needed = reboot_needed(now, change.after);
  auto failed_plan = now.state.failed;
  if (now.trial == Trial::failed || now.trial == Trial::running)
    if (trial) failed_plan = trial->entry.value(kTrialKey);
  VFIRST_CHECK(make_good(now, changes, target, previous, failed_plan, change.notes));
  return change;
}

Result<Change> BlsBackend::remove(bool dry_run) {
  auto now = VFIRST_TRY(look());
  Change change;
  change.before = now.next();
  change.notes = now.damage;
  auto changes = VFIRST_TRY(edits(now, "", Purpose::remove));
  change.reboot_needed = reboot_needed(now, "");
  for (auto* all : {&changes.entries, &changes.kernel_cmdline})
    for (auto& edit : *all) {
      const auto* kept = now.state.find(edit.id);
      const auto before =
          kept ? files_.read(kept->copy) : Result<std::string>(std::unexpected(Error{}));
      if (!kept || !before || edit.text == *before) continue;
      change.notes.push_back(sentence(fmt::format(
          "{}: edited by someone else since; only our arguments are taken out of it", edit.path)));
    }
  const bool ours = now.known || files_.exists(kBlsState) || files_.exists(kBefore) ||
                    now.menu.trial() || changes.any() || VFIRST_TRY(writer(now).has_leftovers());
  if (dry_run || !ours) return change;
  change.wrote = true;
  auto to = writer(now);
  VFIRST_CHECK(to.clean(change.notes));
  auto state = now.state;
  state.removing = true;
  VFIRST_CHECK(to.put_state(state));
  // A file that we made, and that says what we made it say, was not there before.
  std::vector<std::string> made;
  std::erase_if(changes.kernel_cmdline, [&](const BlsEdit& edit) {
    const auto* kept = state.find(edit.id);
    const auto base =
        kept ? files_.read(kept->copy) : Result<std::string>(std::unexpected(Error{}));
    const bool drop = kept && kept->made && edit.exists && base && *base == edit.text;
    if (drop) made.push_back(edit.path);
    return drop;
  });
  VFIRST_CHECK(to.write(changes));
  for (const auto& path : made)
    VFIRST_CHECK(files_.remove(path));
  VFIRST_CHECK(to.remove_entries(now.menu.trials()));
  VFIRST_CHECK(to.drop_state());
  return change;
}

}  // namespace vfirst
