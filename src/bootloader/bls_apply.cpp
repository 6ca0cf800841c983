// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_backend.hpp"
#include "bootloader/bls_limits.hpp"
#include "bootloader/bls_trial.hpp"
#include "bootloader/support.hpp"

namespace vfirst {

Status BlsBackend::arm(
    const BlsView& view, const BlsItem& trial, const BlsState::OfPlan& wanted,
    std::vector<std::string>& notes) {
  auto to = writer(view);
  VFIRST_CHECK(to.clean(notes));
  auto state = view.state;
  state.trial = wanted;
  if (const auto* old = view.menu.trial(); old && view.trial == Trial::failed)
    state.failed = old->entry.value(kTrialKey);
  if (state.failed == wanted.plan) state.failed.clear();
  VFIRST_CHECK(to.put_state(state));
  const auto text = trial.entry.text();
  const auto old_text = files_.read(trial.path);
  if (!old_text || *old_text != text) VFIRST_CHECK(to.put_entry(trial.path, text, 0644));
  return to.remove_entries(view.menu.trials(trial.path));
}

Result<ApplyOutcome> BlsBackend::apply(const Arguments& wanted, const ApplyOptions& options) {
  VFIRST_CHECK(loader_can_carry(boot_, wanted));
  auto only = options.trial ? options.trial_only : Arguments();
  if (options.trial && trial_of(only.str()).empty())
    only.append(VFIRST_TRY(make_arg("vfirst.trial", options.plan)));
  VFIRST_CHECK(loader_can_carry(boot_, only));
  auto seen = look();
  // Nothing wanted, nothing of ours to take out.
  if (!seen && wanted.empty() && !files_.exists(kBlsState)) return ApplyOutcome{};
  auto view = VFIRST_TRY(std::move(seen));
  ApplyOutcome outcome;
  outcome.before = view.next();
  outcome.after = wanted;
  outcome.notes = view.damage;
  outcome.notes.insert(outcome.notes.end(), view.menu.notes.begin(), view.menu.notes.end());
  const auto* old_trial = view.menu.trial();
  const auto old_plan = old_trial ? old_trial->entry.value(kTrialKey) : "";
  const auto failed_plan = view.trial == Trial::failed && old_trial ? old_plan : view.state.failed;
  const bool failed_before = !failed_plan.empty() && failed_plan == options.plan;

  auto changes = VFIRST_TRY(edits(view, wanted));
  outcome.notes.insert(outcome.notes.end(), changes.notes.begin(), changes.notes.end());
  VFIRST_CHECK(bls_fits(files_, root_, boot_, view.menu, changes, only, options.limit));
  outcome.changed = outcome.before != wanted || changes.any();
  outcome.reboot_needed = reboot_needed(view, wanted);

  if (failed_before && changes.any() && !options.force)
    return unsupported(fmt::format(
        "plan {} failed its trial: that boot was not confirmed. Change the policy, or use --force "
        "to try it again",
        options.plan));
  const bool unfinished = view.state.wanted || view.state.removing || view.lost_trial ||
                          VFIRST_TRY(writer(view).has_leftovers());
  // Arguments that every entry has already need no trial.
  if (options.trial && changes.any()) {
    VFIRST_CHECK(can_try(boot_));
    if (options.plan.empty()) return refuse("a trial needs the plan's hash");
    const auto trial = VFIRST_TRY(make_trial_entry(files_, view.menu, wanted, options.plan, only));
    VFIRST_CHECK(can_try_entry(files_, boot_, view.menu, trial));
    const bool armed = view.trial == Trial::armed && old_trial->path == trial.path &&
                       old_trial->entry.text() == trial.entry.text() && view.state.trial &&
                       view.menu.trials(trial.path).empty();
    outcome.changed = outcome.before != wanted || !armed;
    if (options.dry_run || (armed && !unfinished)) return outcome;
    outcome.wrote = true;
    // Entries that a run left half way first: the trial stands on what is good.
    if (unfinished) {
      const auto good = view.state.good;
      const auto back = VFIRST_TRY(edits(view, good.arguments));
      VFIRST_CHECK(make_good(view, back, good, view.state.previous, failed_plan, outcome.notes));
      view = VFIRST_TRY(look());
    }
    VFIRST_CHECK(arm(view, trial, {options.plan, wanted}, outcome.notes));
    return outcome;
  }

  const auto& good = view.state.good.arguments;
  const bool settled = !changes.any() && !unfinished && !old_trial &&
                       (view.known ? good == wanted : wanted.empty()) && view.damage.empty();
  if (settled || options.dry_run) return outcome;
  outcome.wrote = true;
  // What was good before: kept when the same arguments are only written again.
  const auto previous = good == wanted ? view.state.previous : std::optional(view.state.good);
  VFIRST_CHECK(make_good(
      view, changes, {options.plan, wanted}, previous,
      failed_plan == options.plan ? "" : failed_plan, outcome.notes));
  return outcome;
}

}  // namespace vfirst
