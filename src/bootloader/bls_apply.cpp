// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/words.hpp"
#include "bootloader/bls_backend.hpp"
#include "bootloader/bls_trial.hpp"
#include "bootloader/support.hpp"

namespace vfirst {

namespace {}  // namespace

Status BlsBackend::arm(
    Now& now, const BlsItem& trial, const BlsState::Arguments& wanted,
    std::vector<std::string>& notes) {
  auto to = writer(now);
  VFIRST_CHECK(to.clean(notes));
  auto state = now.state;
  state.trial = wanted;
  if (const auto* old = now.menu.trial(); old && now.trial == Trial::failed)
    state.failed = old->entry.value(kTrialKey);
  if (state.failed == wanted.plan) state.failed.clear();
  VFIRST_CHECK(to.put_state(state));
  const auto text = trial.entry.text();
  const auto there = files_.read(trial.path);
  if (!there || *there != text) VFIRST_CHECK(to.put_entry(trial.path, text, 0644));
  return to.remove_entries(now.menu.trials(trial.path));
}

Result<ApplyOutcome> BlsBackend::apply(const std::string& cmdline, const ApplyOptions& options) {
  const auto wanted = spelled(CommandLine::parse(cmdline).args());
  VFIRST_CHECK(loader_can_carry(boot_, cmdline));
  auto only = options.trial ? options.trial_only : "";
  if (options.trial && !CommandLine::parse(only).has("vfirst.trial"))
    append_to_list(only, fmt::format("vfirst.trial={}", options.plan), " ");
  VFIRST_CHECK(loader_can_carry(boot_, only));
  auto seen = look();
  // nothing wanted, nothing of ours to take out
  if (!seen && wanted.empty() && !files_.exists(kBlsState)) return ApplyOutcome{};
  auto now = VFIRST_TRY(std::move(seen));
  ApplyOutcome outcome;
  outcome.before = now.next();
  outcome.after = wanted;
  outcome.notes = now.damage;
  const auto* old_trial = now.menu.trial();
  const auto old_plan = old_trial ? old_trial->entry.value(kTrialKey) : "";
  const auto failed_plan = now.trial == Trial::failed && old_trial ? old_plan : now.state.failed;
  const bool failed_before = !failed_plan.empty() && failed_plan == options.plan;

  auto changes = VFIRST_TRY(edits(now, wanted));
  outcome.notes.insert(outcome.notes.end(), changes.notes.begin(), changes.notes.end());
  VFIRST_CHECK(bls_fits(files_, root_, boot_, now.menu, changes, only, options.limit));
  outcome.changed = outcome.before != wanted || changes.any();
  outcome.reboot_needed = reboot_needed(now, wanted);

  if (failed_before && changes.any() && !options.force)
    return unsupported(fmt::format(
        "plan {} failed its trial and is not tried again by itself; apply --force tries it",
        options.plan));
  const bool unfinished = now.state.wanted || now.state.removing || now.lost_trial ||
                          VFIRST_TRY(writer(now).has_leftovers());
  // Arguments that every entry has already need no trial.
  if (options.trial && changes.any()) {
    VFIRST_CHECK(can_try(boot_));
    if (options.plan.empty()) return refuse("a trial needs the plan's hash");
    const auto trial = VFIRST_TRY(make_trial_entry(
        files_, root_, now.menu, CommandLine::parse(wanted).args(), options.plan, only));
    VFIRST_CHECK(can_try_entry(files_, root_, boot_, now.menu, trial));
    const bool armed = now.trial == Trial::armed && old_trial->path == trial.path &&
                       old_trial->entry.text() == trial.entry.text() && now.state.trial &&
                       now.menu.trials(trial.path).empty();
    outcome.changed = outcome.before != wanted || !armed;
    if (options.dry_run || (armed && !unfinished)) return outcome;
    outcome.wrote = true;
    // Entries that a run left half way first: the trial stands on what is good.
    if (unfinished) {
      const auto good = now.state.good;
      const auto back = VFIRST_TRY(edits(now, good.text));
      VFIRST_CHECK(make_good(now, back, good, now.state.previous, failed_plan, outcome.notes));
      now = VFIRST_TRY(look());
    }
    VFIRST_CHECK(arm(now, trial, {options.plan, wanted}, outcome.notes));
    return outcome;
  }

  const bool settled = !changes.any() && !unfinished && !old_trial &&
                       (now.known ? now.state.good.text == wanted : wanted.empty()) &&
                       now.damage.empty();
  if (settled || options.dry_run) return outcome;
  outcome.wrote = true;
  const BlsState::Arguments target{options.plan, wanted};
  // What was good before: kept when the same arguments are only written again.
  auto previous =
      now.state.good.text == wanted ? now.state.previous : std::optional(now.state.good);
  VFIRST_CHECK(make_good(
      now, changes, target, previous, failed_plan == options.plan ? "" : failed_plan,
      outcome.notes));
  return outcome;
}

}  // namespace vfirst
