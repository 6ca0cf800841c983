// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_backend.hpp"
#include "bootloader/bls_limits.hpp"
#include "bootloader/bls_trial.hpp"
#include "bootloader/support.hpp"
#include "loader/next_boot.hpp"

namespace vfirst {

namespace {

// As `before`, with this trial in it.
BlsState with_trial(const BlsView& before, const BlsState::OfPlan& wanted) {
  auto state = before.state;
  state.trial = wanted;
  if (const auto* old = before.menu.trial(); old && before.trial == Trial::failed)
    state.failed = old->entry.value(kTrialKey);
  if (state.failed == wanted.plan) state.failed.clear();
  return state;
}

}  // namespace

Status BlsBackend::arm(
    const BlsView& view, const BlsItem& trial, const BlsState::OfPlan& wanted,
    std::vector<std::string>& notes) {
  auto to = writer(view);
  VFIRST_CHECK(to.clean(notes));
  VFIRST_CHECK(to.put_state(with_trial(view, wanted)));
  const auto text = trial.entry.text();
  const auto old_text = files_.read(trial.path);
  if (!old_text || *old_text != text) VFIRST_CHECK(to.put_entry(trial.path, text, 0644));
  return to.remove_entries(view.menu.trials(trial.path));
}

// A cut before the last step leaves no trial: the block names its plan only then.
Status BlsBackend::arm(
    const BlsView& view, const GrubBlsTrial& trial, const BlsState::OfPlan& wanted,
    std::vector<std::string>& notes) {
  auto to = writer(view);
  VFIRST_CHECK(to.clean(notes));
  auto state = with_trial(view, wanted);
  BlsEdits hook;
  hook.entries = {trial.hook};
  VFIRST_CHECK(to.keep_copies(hook, state));
  VFIRST_CHECK(to.put_state(state));
  VFIRST_CHECK(set_grub_try(files_, GrubTry::none, wanted.plan));
  VFIRST_CHECK(to.write(hook));
  VFIRST_CHECK(to.put_entry(std::string(kGrubTrial), trial.script.text(), 0644));
  return set_grub_try(files_, GrubTry::armed, wanted.plan);
}

Result<BlsBackend::WayToTry> BlsBackend::way_to_try(
    const BlsView& view, const BlsState::OfPlan& wanted, const Arguments& only) const {
  const auto* old = view.menu.trial();
  const bool armed = view.trial == Trial::armed && view.state.trial;
  WayToTry way;
  if (boot_.loader == Loader::grub_bls) {
    way.grub =
        VFIRST_TRY(make_grub_bls_trial(files_, view.menu, wanted.arguments, wanted.plan, only));
    way.armed = armed && files_.read(kGrubTrial).value_or("") == way.grub->script.text() &&
                !way.grub->hook.changes();
    return way;
  }
  way.entry = VFIRST_TRY(make_trial_entry(files_, view.menu, wanted.arguments, wanted.plan, only));
  VFIRST_CHECK(can_try_entry(files_, boot_, view.menu, way.entry));
  way.armed = armed && old->path == way.entry.path && old->entry.text() == way.entry.entry.text() &&
              view.menu.trials(way.entry.path).empty();
  return way;
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
    const auto way = VFIRST_TRY(way_to_try(view, {options.plan, wanted}, only));
    outcome.changed = outcome.before != wanted || !way.armed;
    if (options.dry_run || (way.armed && !unfinished)) return outcome;
    outcome.wrote = true;
    // Entries that a run left half way first: the trial stands on what is good.
    if (unfinished) {
      const auto good = view.state.good;
      const auto back = VFIRST_TRY(edits(view, good.arguments));
      VFIRST_CHECK(make_good(view, back, good, view.state.previous, failed_plan, outcome.notes));
      view = VFIRST_TRY(look());
    }
    const BlsState::OfPlan tried{options.plan, wanted};
    VFIRST_CHECK(
        way.grub ? arm(view, *way.grub, tried, outcome.notes)
                 : arm(view, way.entry, tried, outcome.notes));
    return outcome;
  }

  if (!wanted.empty()) outcome.passed_over = why_bls_not_reached(files_, boot_, view.menu);
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
