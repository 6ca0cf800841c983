// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/apply_words.hpp"

#include "base/json.hpp"
#include "cli/output.hpp"
#include "plan/simulated.hpp"

#include <spdlog/spdlog.h>

namespace vfirst {

namespace {

void print_outcome(
    const ApplyOutcome& outcome, const Options& options, const std::string& hash,
    const std::vector<ArgumentVerdict>& lost) {
  if (outcome.wrote) note_change("the kernel arguments were changed");
  if (options.json) {
    const Json printed{
        {"schema", "vfirst.apply/1"},
        {"changed", outcome.changed},
        {"wrote", outcome.wrote},
        {"trial", outcome.trial},
        {"dry_run", options.dry_run},
        {"reboot_required", outcome.reboot_needed},
        {"diff", {{"before", outcome.before.str()}, {"after", outcome.after.str()}}},
        {"slot", outcome.slot ? slot_name(*outcome.slot) : ""},
        {"regenerated", outcome.regenerated},
        {"plan", hash},
        {"without_effect", list_of(
                               lost,
                               [](const ArgumentVerdict& one) {
                                 return Json{
                                     {"argument", one.arg.raw},
                                     {"verdict", effect_name(one.effect)},
                                     {"rule", one.rule}};
                               })},
        {"passed_over", outcome.passed_over},
        {"notes", outcome.notes}};
    print_document(document(printed));
    return;
  }
  print_text(outcome.diff());
}

void explain_outcome(
    const ApplyOutcome& outcome, const Options& options, const std::vector<ArgumentVerdict>& lost) {
  for (const auto& note : outcome.notes)
    spdlog::warn("{}", note);
  for (const auto& one : lost)
    spdlog::warn(
        "{} would {}: {}", one.arg.raw,
        one.effect == Effect::partial ? "have only a part of its effect" : "have no effect",
        one.rule);
  const bool pending = outcome.changed || outcome.regenerated;
  if (options.dry_run && pending) {
    spdlog::info("Nothing was written (dry run).");
    return;
  }
  if (!outcome.wrote) {
    spdlog::info(
        outcome.reboot_needed ? "Already written; waiting for a reboot."
                              : "Nothing to change, nothing written.");
    return;
  }
  if (outcome.slot) spdlog::info("Saved to slot {}.", slot_name(*outcome.slot));
  if (outcome.regenerated) spdlog::info("grub.cfg was generated again, once.");
  if (outcome.trial)
    spdlog::info(
        "The next boot is a trial. If verify passes there they become permanent; if not, the boot "
        "after it uses the old arguments.");
  if (!outcome.reboot_needed) return;
  if (!outcome.passed_over.empty()) {
    spdlog::warn(
        "{}: the next boot will not have these arguments. Make one of the distribution's own "
        "entries the default.",
        outcome.passed_over);
    return;
  }
  const bool by_itself = options.provision || (!options.reboot.empty() && options.reboot != "none");
  spdlog::info(
      "{} take effect at the next boot.{}", lost.empty() ? "These arguments" : "The others",
      by_itself ? "" : " Reboot, then run: vfirst verify");
}

}  // namespace

void report_outcome(
    const ApplyOutcome& outcome, const Options& options, const std::string& hash,
    const Facts& facts, const Plan& plan) {
  // What was adopted just now is not in the facts.
  const auto lost = options.adopt ? std::vector<ArgumentVerdict>{} : without_effect(facts, plan);
  print_outcome(outcome, options, hash, lost);
  explain_outcome(outcome, options, lost);
}

}  // namespace vfirst
