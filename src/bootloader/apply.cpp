// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/apply.hpp"

#include "base/text.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/support.hpp"
#include "plan/argument_diff.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::string joined(const std::vector<std::string_view>& all) { return fmt::format("{}", fmt::join(all, " ")); }

// Half-written files of a run that was cut short. Only names of ours, only in our folder.
Status clean(Files& files) {
  if (!files.exists(kSlotFolder)) return {};
  for (const auto& name : VFIRST_TRY(files.list(kSlotFolder)))
    if (name.ends_with(".tmp")) VFIRST_CHECK(files.remove(fmt::format("{}/{}", kSlotFolder, name)));
  return {};
}

Status put(Files& files, const std::string& path, std::string_view content) {
  VFIRST_CHECK(files.create(path + ".tmp", content));
  return files.rename(path + ".tmp", path);
}

Status read_back(const Files& files, std::string_view path, std::string_view content) {
  if (VFIRST_TRY(files.read(path)) != content) return failed(EIO, "{}: does not read back as written", path);
  return {};
}

Status commit(Files& files, const std::optional<EnvironmentBlock>& now, char good, char trial) {
  const auto bytes = VFIRST_TRY(selector(now, good, trial)).bytes();
  VFIRST_CHECK(files.overwrite(kEnvironment, bytes));
  return read_back(files, kEnvironment, bytes);
}

}  // namespace

bool holds_arguments(std::string_view cmdline, std::string_view ours) {
  const auto all = words(cmdline), wanted = words(ours);
  return std::search(all.begin(), all.end(), wanted.begin(), wanted.end()) != all.end() || wanted.empty();
}

std::string ApplyOutcome::diff() const { return argument_diff(before, after).str(); }

Result<ApplyOutcome> apply_arguments(Files& files, const Root& root, const BootFacts& boot, const std::string& cmdline,
                                     const ApplyOptions& options) {
  const auto wanted = joined(words(cmdline));
  if (wanted.empty() && boot.loader != Loader::grub) return ApplyOutcome{};   // nothing wanted, nothing of ours to take out
  VFIRST_CHECK(can_apply(boot, wanted));
  VFIRST_CHECK(grub_can_carry(cmdline));
  if (options.trial) VFIRST_CHECK(can_try(boot));
  const auto run = options.run ? options.run : [](const auto& argv, std::string_view input) { return run_process(argv, input); };

  const auto slots = VFIRST_TRY(current_slots(files));
  const bool ours = !wanted.empty() || slots.next();
  if (!ours && slots.damage.empty()) return ApplyOutcome{};                    // not even grub.cfg need be there
  auto config = VFIRST_TRY(read_grub_config(files));
  const bool regenerate = ours && !config.config.faults().empty();
  if (regenerate) VFIRST_CHECK(can_regenerate(files, root, config));
  VFIRST_CHECK(fits(config.config, wanted, options.limit));

  ApplyOutcome outcome;
  outcome.before = slots.arguments();
  outcome.after = wanted;
  outcome.changed = outcome.before != wanted;
  outcome.reboot_needed = !holds_arguments(boot.cmdline, wanted) || (wanted.empty() && outcome.changed);
  outcome.notes = slots.damage;
  if (regenerate) outcome.notes.push_back(fmt::format("{} is made anew: {}", config.path, config.config.faults().front()));
  for (const auto& entry : config.config.entries)
    if (!entry.recovery && !entry.carries && !entry.generator.empty() && entry.generator != "10_linux")
      outcome.notes.push_back(fmt::format("{}:{}: entry '{}' is not ours and boots without these arguments", config.path, entry.line, entry.title));

  // Arguments that are good already need no trial; and where none are wanted and none were written there is nothing to select.
  const auto* kept = slots.at(slots.good);
  const bool good_already = kept ? kept->arguments == wanted : slots.good == 0 && wanted.empty();
  const char target = good_already ? slots.good : slots.target(wanted);
  const char good = options.trial && !good_already ? slots.good : target;
  const char trial = options.trial && !good_already ? target : 0;
  const bool selected = slots.good == good && slots.trial == trial && (slots.environment || good == 0) &&
                        (good_already || (slots.at(target) && slots.at(target)->arguments == wanted));
  outcome.slot = target;
  outcome.regenerated = regenerate && !options.dry_run;
  if ((selected && !regenerate) || options.dry_run) return outcome;

  // Made before the first write: should grub-mkconfig fail, nothing has changed.
  std::optional<GrubFile> made;
  if (regenerate) {
    made = VFIRST_TRY(generate(config, run));
    VFIRST_CHECK(fits(made->config, wanted, options.limit));
  }
  outcome.wrote = true;
  VFIRST_CHECK(clean(files));
  Journal journal;
  if (const auto text = files.read(kJournal)) {
    if (auto parsed = Journal::parse(*text)) journal = std::move(*parsed);
    else outcome.notes.push_back(fmt::format("{}: {}", kJournal, parsed.error().what));
  }
  for (const auto& path : {std::string(kEnvironment), slot_path('a'), slot_path('b')}) journal.note(path);
  VFIRST_CHECK(write_journal(files, journal));

  // A block that selects nothing may be read half home: it says "no arguments", and so does its absence.
  auto environment = slots.environment;
  if (!environment) {
    environment = VFIRST_TRY(selector(std::nullopt, 0, 0));
    VFIRST_CHECK(put(files, std::string(kEnvironment), environment->bytes()));
  }
  if (!good_already) {
    if (slots.trial == target && (!slots.at(target) || slots.at(target)->arguments != wanted)) VFIRST_CHECK(commit(files, environment, slots.good, 0));   // back to the good one first
    const auto path = slot_path(target);
    const auto text = Slot{wanted, options.plan}.text();
    // A slot that may boot next is left as it is when its arguments are right, whatever plan it names.
    const auto* there = slots.at(target);
    const bool reuse = there && there->arguments == wanted && (there->plan == options.plan || slots.trial == target);
    if (!reuse) VFIRST_CHECK(put(files, path, text));
    VFIRST_CHECK(files.settle(kSlotFolder));
    const auto stored = VFIRST_TRY(Slot::parse(VFIRST_TRY(files.read(path))));
    if (stored.arguments != wanted) return failed(EIO, "{}: does not read back as written", path);
  } else {
    VFIRST_CHECK(files.settle(kSlotFolder));
  }
  if (made) VFIRST_CHECK(install(files, config, *made, journal));
  if (!selected) VFIRST_CHECK(commit(files, environment, good, trial));
  return outcome;
}

}  // namespace vfirst
