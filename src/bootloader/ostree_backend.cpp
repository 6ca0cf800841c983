// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/ostree_backend.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/support.hpp"
#include "host/own_paths.hpp"

#include <algorithm>
#include <charconv>

namespace vfirst {

namespace {

// Apart from `ostree=`, which names a place that moves with every deployment.
bool same_line(const std::vector<KernelArg>& a, const std::vector<KernelArg>& b) {
  return std::ranges::equal(a, b, [](const KernelArg& one, const KernelArg& other) {
    return one.raw == other.raw || (one.is("ostree") && other.is("ostree"));
  });
}

std::string last_line(const Ended& ended) {
  return std::string(split(trimmed(ended.err.empty() ? ended.out : ended.err), '\n').back());
}

// What somebody has to run himself.
std::unexpected<Error> nobody_runs(
    std::string_view why, const OstreeNext& next, const Arguments& wanted) {
  const auto lost = lost_by_bootc(next, wanted);
  return unsupported(fmt::format(
      "{}: ostree keeps this host's kernel arguments, and {}. Run: {}{}", next.source, why,
      command_text(rpm_ostree_words(next, wanted)),
      lost.empty() ? "; or, where bootc has loader-entries: " + command_text(bootc_words(wanted))
                   : fmt::format("; not bootc, which keeps one of equal arguments ({})", lost)));
}

// "libostree:\n Version: '2026.1'\n": what `ostree --version` prints.
bool keeps_owners(std::string_view text) {
  constexpr std::string_view kKey = "Version: '";
  const auto at = text.find(kKey);
  unsigned year = 0;
  // Every year's first release is 1.
  return at != text.npos &&
         std::from_chars(text.data() + at + kKey.size(), text.data() + text.size(), year).ec ==
             std::errc() &&
         year >= 2026;
}

}  // namespace

std::string OstreeBackend::output_of(const std::vector<std::string>& argv) const {
  const auto ended = run_or_host(run_)(argv, {});
  return ended && ended->code == 0 ? ended->out + '\n' : std::string();
}

Result<std::vector<std::string>> OstreeBackend::command_for(
    const OstreeNext& next, const Arguments& wanted) const {
  if (!is_host_) return nobody_runs("this tree is not the running host", next, wanted);
  // bootc 1.15 and older do not know the command, and ostree before 2026.1 forgets the owner
  // (set_options_for_source_staged in loader_entries.rs).
  const bool bootc =
      !output_of({"bootc", "loader-entries", "set-options-for-source", "--help"}).empty() &&
      keeps_owners(output_of({"ostree", "--version"}));
  const auto lost = lost_by_bootc(next, wanted);
  if (bootc && lost.empty() && (next.owned_by_bootc || next.own.empty()))
    return bootc_words(wanted);
  if (next.owned_by_bootc)
    return unsupported(fmt::format(
        "{}: bootc owns vfirst's arguments there, and {}. Run: {}, then vfirst apply again",
        next.source,
        bootc ? fmt::format("it keeps one of equal arguments ({})", lost)
              : std::string("this host has no bootc and ostree that change them"),
        command_text(bootc_words({}))));
  if (!output_of({"rpm-ostree", "--version"}).empty()) return rpm_ostree_words(next, wanted);
  return nobody_runs(
      "this host has no rpm-ostree, and no bootc and ostree that keep an owner", next, wanted);
}

Status OstreeBackend::change(
    const OstreeNext& next, const std::vector<std::string>& command, const BlsState::OfPlan& wanted,
    BlsState record) {
  const auto put = [&]() -> Status {
    const auto text = record.text();
    if (files_.read(kOstreeRecord).value_or("") == text) return {};
    return replace(files_, kOstreeRecord, text);
  };
  const auto before = record;
  record.wanted = wanted;
  VFIRST_CHECK(put());
  const auto ended = run_or_host(run_)(command, {});
  if (!ended || ended->code != 0) {
    record = before;
    VFIRST_CHECK(put());
    if (!ended) return std::unexpected(ended.error());
    return failed(
        EIO, "{} failed ({}): {}. It was run so: {}", command.front(), ended->code,
        last_line(*ended), command_text(command));
  }
  const auto made = VFIRST_TRY(read_ostree_next(files_));
  auto expected = next.others;
  expected.insert(expected.end(), wanted.arguments.begin(), wanted.arguments.end());
  if (!same_line(made.all, expected))
    return failed(
        EIO, "{}: has '{}' and not '{}', although {} ended well. It was run so: {}", made.source,
        join_arguments(made.all), join_arguments(expected), command.front(), command_text(command));
  record.wanted.reset();
  record.previous = before.good;
  record.good = wanted;
  return put();
}

bool OstreeBackend::running_has(const Arguments& ours, const Arguments& before) const {
  return ours.empty() ? before.empty() || !holds_arguments(boot_.cmdline, before)
                      : holds_arguments(boot_.cmdline, ours);
}

Result<ApplyOutcome> OstreeBackend::apply(const Arguments& wanted, const ApplyOptions& options) {
  if (options.trial && !wanted.empty() && is_host_) VFIRST_CHECK(can_try(boot_));
  const auto next = VFIRST_TRY(read_ostree_next(files_));
  const auto record = VFIRST_TRY(read_ostree_record(files_));
  ApplyOutcome outcome;
  outcome.before = next.own;
  outcome.after = wanted;
  outcome.changed = outcome.before != wanted;
  outcome.reboot_needed = !running_has(wanted, outcome.before);
  if (!outcome.changed) return outcome;
  const auto line = join_arguments(next.others) + ' ' + wanted.str();
  if (line.size() > options.limit)
    return refuse(
        "{}: the command line would have {} bytes, the kernel takes {}", next.source, line.size(),
        options.limit);
  const auto command = VFIRST_TRY(command_for(next, wanted));
  outcome.notes.push_back(sentence(fmt::format(
      "{}: {}", options.dry_run ? "would be run" : "this was run", command_text(command))));
  if (options.dry_run) return outcome;
  outcome.wrote = true;
  VFIRST_CHECK(change(next, command, {options.plan, wanted}, record));
  return outcome;
}

Result<LoaderState> OstreeBackend::state() const {
  const auto next = VFIRST_TRY(read_ostree_next(files_));
  const auto record = VFIRST_TRY(read_ostree_record(files_));
  LoaderState state;
  state.good = state.next = next.own;
  if (!next.own.empty()) state.good_place = state.next_place = next.source;
  state.can_roll_back = record.previous.has_value();
  if (files_.exists(kOstreeRecord)) state.files.emplace_back(kOstreeRecord);
  return state;
}

Result<Change> OstreeBackend::confirm() {
  return refuse("there are no trial boots with ostree: nothing to confirm");
}

Result<Change> OstreeBackend::rollback() {
  const auto record = VFIRST_TRY(read_ostree_record(files_));
  if (!record.previous) return refuse("there are no earlier arguments to go back to");
  const auto next = VFIRST_TRY(read_ostree_next(files_));
  Change done;
  done.before = next.own;
  done.after = record.previous->arguments;
  done.reboot_needed = !running_has(done.after, done.before);
  if (done.before == done.after) return done;
  const auto command = VFIRST_TRY(command_for(next, done.after));
  VFIRST_CHECK(change(next, command, *record.previous, record));
  done.wrote = true;
  return done;
}

Result<Change> OstreeBackend::remove(bool dry_run) {
  const auto next = VFIRST_TRY(read_ostree_next(files_));
  const auto record = VFIRST_TRY(read_ostree_record(files_));
  Change done;
  done.before = next.own;
  done.reboot_needed = !running_has({}, done.before);
  const auto names = files_.list(kStateFolder);
  const bool state = names && std::ranges::any_of(*names, [](const std::string& name) {
                       return fmt::format("{}/{}", kStateFolder, name) != kProvisionedStamp;
                     });
  done.wrote = !dry_run && (!next.own.empty() || state);
  if (!done.wrote) return done;
  if (!next.own.empty()) {
    const auto command = VFIRST_TRY(command_for(next, {}));
    VFIRST_CHECK(change(next, command, {}, record));
  }
  // The stamp stays, or the next boot would provision the host once more, against the wish of
  // whoever asked for this.
  VFIRST_CHECK(remove_folder(files_, kStateFolder, {kProvisionedStamp}));
  return done;
}

Result<Adoption> OstreeBackend::adopt(const Arguments& foreign) {
  if (foreign.empty()) return Adoption{};
  return refuse(
      "--adopt: take '{}' out with the program that wrote it (rpm-ostree kargs --delete=..., or "
      "bootc), and apply again",
      foreign.str());
}

}  // namespace vfirst
