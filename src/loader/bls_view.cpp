// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_view.hpp"

#include "base/text.hpp"
#include "loader/grub_file.hpp"
#include "loader/grub_trial.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// The first line of the text that begins with `key` and holds the argument; 0 for none.
unsigned line_of(std::string_view text, const KernelArg& argument, std::string_view key) {
  unsigned number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto rest = trimmed(line);
    if (rest.starts_with(key) && Arguments(rest.substr(key.size())).contains(argument))
      return number;
  }
  return 0;
}

// GRUB's entry of a trial as one of the menu's, counted as systemd-boot would: one boot left where
// it is armed, none where it was taken. One that GRUB does not take, because arming was cut short,
// is not there.
void add_grub_trial(const FileReader& files, const BootFacts& boot, BlsMenu& menu) {
  const auto trial = GrubTrial::parse(files.read(kGrubTrial).value_or(""));
  if (!trial || trial->plan.empty()) return;
  const auto& plan = trial->plan;
  const auto state = grub_try(files, plan);
  if (state == GrubTry::none && trial_of(boot.cmdline) != plan) return;
  BlsItem item;
  item.path = kGrubTrial;
  item.entry = BlsEntry::parse("", BlsReader::grub)
                   .with_value(kTrialKey, plan)
                   .with_value(kBlsOwnKey, trial->arguments.str());
  item.trial = true;
  item.name = {std::string(GrubTrial::kId), state == GrubTry::armed ? 1U : 0U, std::nullopt};
  menu.items.push_back(std::move(item));
}

}  // namespace

Result<BlsView> BlsView::read(const FileReader& files, const BootFacts& boot) {
  BlsView view;
  view.menu = VFIRST_TRY(BlsMenu::read(files, boot));
  if (boot.loader == Loader::grub_bls) add_grub_trial(files, boot, view.menu);
  const auto text = files.read(kBlsState);
  if (!text && text.error().code != std::errc::no_such_file_or_directory)
    return std::unexpected(text.error());
  auto& state = view.state;
  if (text) {
    auto parsed = BlsState::parse(*text);
    view.known = parsed.has_value();
    if (parsed)
      state = std::move(*parsed);
    else
      view.damage.push_back(sentence(fmt::format("{}: {}", kBlsState, parsed.error().what)));
  }
  // Without the state the entries still say what is ours in them.
  if (!view.known)
    for (const auto& item : view.menu.items)
      if (item.normal() && state.good.arguments.empty()) state.good.arguments = item.entry.own();
  // A power cut while the trial's arguments were made good is no failed trial, whichever entry
  // boots next.
  const auto* trial = view.menu.trial();
  view.confirming = state.trial && state.wanted && state.wanted->plan == state.trial->plan;
  view.lost_trial = state.trial && !trial && !state.wanted;
  if (view.confirming)
    view.trial = Trial::none;
  else if (trial)
    view.trial = trial_state(*trial, boot);
  else if (!state.failed.empty())
    view.trial = Trial::failed;
  return view;
}

Arguments BlsView::next() const {
  return trial == Trial::armed ? trial_arguments() : state.good.arguments;
}

// As they were asked for; without the state, what the entry calls ours.
Arguments BlsView::trial_arguments() const {
  const auto* item = menu.trial();
  if (!item) return {};
  return state.trial && state.trial->plan == item->entry.value(kTrialKey) ? state.trial->arguments
                                                                          : item->entry.own();
}

std::vector<Arguments> BlsView::own() const {
  std::vector<Arguments> own = {state.good.arguments, next(), trial_arguments()};
  if (state.previous) own.push_back(state.previous->arguments);
  std::erase(own, Arguments());
  return own;
}

bool BlsView::has_kernelopts() const {
  return std::ranges::any_of(
      menu.items, [](const BlsItem& item) { return item.normal() && item.variable; });
}

Trial trial_state(const BlsItem& trial, const BootFacts& boot) {
  if (const auto plan = trial.entry.value(kTrialKey);
      !plan.empty() && trial_of(boot.cmdline) == plan)
    return Trial::running;
  // Without a counter systemd-bless-boot found that boot good: the entry is taken until someone
  // says otherwise.
  return trial.name.spent() ? Trial::failed : Trial::armed;
}

std::vector<ForeignSource> bls_sources(
    const FileReader& files, const Root& root, const BlsView& view, const KernelArg& argument) {
  std::vector<ForeignSource> sources;
  for (const auto& item : view.menu.items)
    if (item.normal() && item.entry.without_own().contains(argument))
      sources.push_back({item.path, line_of(item.entry.text(), argument, "options")});
  const auto look = [&](std::string path, std::string_view key, const Arguments& ours) {
    const auto line = line_of(files.read(path).value_or(""), argument, key);
    if (line > 0 && !ours.contains(argument)) sources.push_back({std::move(path), line});
  };
  look(std::string(kKernelCmdline), "", view.state.kernel_cmdline);
  if (view.has_kernelopts())
    look(grub_environment_path(files, root), "kernelopts=", view.state.kernelopts);
  return sources;
}

}  // namespace vfirst
