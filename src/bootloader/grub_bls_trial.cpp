// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/grub_bls_trial.hpp"

#include "host/own_paths.hpp"
#include "kargs/conflicts.hpp"
#include "loader/environment_block.hpp"
#include "loader/grub_file.hpp"
#include "loader/next_boot.hpp"
#include "loader/overlay.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::string_view kInstead = "use --no-trial";

// The block with that state in it. One that is damaged holds nothing that GRUB reads, so a new one
// takes its place. Refused where it has variables of others and no room for ours.
Result<std::string> block_with(std::string_view bytes, GrubTry state, std::string_view plan) {
  auto block = EnvironmentBlock::parse(bytes);
  if (!block) {
    if (!environment_variables(bytes).empty()) return std::unexpected(block.error());
    block = EnvironmentBlock{};
  }
  VFIRST_CHECK(block->set("vfirst_try", grub_try_value(state, plan)));
  return block->bytes();
}

Result<std::string> read_block(const FileReader& files) {
  return files.exists(kEnvironment) ? files.read(kEnvironment) : std::string();
}

// What GRUB boots with these files; refused where it boots no Linux, or where only GRUB knows.
Result<GrubEntry> next_entry(const FileReader& files, Overlay::Texts texts) {
  const auto config = VFIRST_TRY(read_grub_config(Overlay(files, std::move(texts))));
  const auto& next = config.config.next;
  if (!next.doubt.empty())
    return unsupported(fmt::format("{}: {}; {}", config.path, next.doubt, kInstead));
  if (!next.entry) return unsupported(fmt::format("{}; {}", boots_no_linux(config), kInstead));
  return *next.entry;
}

// The folder of boot/vfirst as GRUB names it: an entry's kernel says where it sees /boot.
Result<std::string> folder_for(const FileReader& files, const GrubEntry& entry) {
  const auto kernel = VFIRST_TRY(loader_file(files, "boot", entry.kernel));
  const auto inside = std::string_view(kernel).substr(std::string_view("boot").size());
  if (!kernel.starts_with("boot/") || !std::string_view(entry.kernel).ends_with(inside))
    return unsupported(fmt::format(
        "{}: its kernel {} is not in /boot, where the entry of a trial has to be; {}", entry.file,
        entry.kernel, kInstead));
  return entry.kernel.substr(0, entry.kernel.size() - inside.size()) + "/vfirst";
}

bool same(const GrubEntry& a, const GrubEntry& b) {
  return a.file == b.file && a.place == b.place && a.kernel == b.kernel && a.words == b.words &&
         a.initrds == b.initrds;
}

// The text of the default entry with the arguments of the trial in it.
Result<std::string> trial_entry(
    const BlsItem& from, const Arguments& arguments, const std::string& plan,
    const Arguments& only) {
  auto behind = only;
  const auto mark = VFIRST_TRY(make_arg("vfirst.trial", plan));
  if (!behind.contains(mark)) behind.append(mark);
  const auto entry = VFIRST_TRY(from.entry.without_own().with_own(arguments));
  return VFIRST_TRY(entry.appended(behind)).text();
}

}  // namespace

Result<GrubBlsTrial> make_grub_bls_trial(
    const FileReader& files, const BlsMenu& menu, const Arguments& arguments,
    const std::string& plan, const Arguments& only) {
  const auto config = VFIRST_TRY(read_grub_config(files));
  if (const auto once = chosen_once(files, config); !once.empty())
    return unsupported(fmt::format("{}; boot that first, or {}", once, kInstead));

  const std::string path(kGrubTrial), block(kEnvironment);
  const auto usual = VFIRST_TRY(next_entry(files, {{path, std::nullopt}}));
  const auto from = std::ranges::find(menu.items, usual.file, &BlsItem::path);
  if (usual.file.empty() || from == menu.items.end() || !from->normal())
    return unsupported(fmt::format(
        "entry '{}' boots by default and {}; {}", usual.title,
        from == menu.items.end() || usual.file.empty() ? "does not take vfirst's arguments"
                                                       : from->left_alone,
        kInstead));
  const auto tried = VFIRST_TRY(next_entry(
      files,
      {{path, std::nullopt}, {usual.file, VFIRST_TRY(trial_entry(*from, arguments, plan, only))}}));
  if (const auto unknown = unknown_name(tried.command_line({})); !unknown.empty())
    return unsupported(fmt::format("{}: only GRUB knows ${}; {}", usual.file, unknown, kInstead));

  GrubBlsTrial trial;
  trial.script = {
      .plan = plan,
      .arguments = arguments,
      .folder = VFIRST_TRY(folder_for(files, usual)),
      .kernel = tried.kernel,
      .words = tried.words,
      .initrds = tried.initrds,
      .users = from->entry.value("grub_users")};
  auto& hook = trial.hook;
  hook.path = hook.id = custom_beside(config.path);
  hook.exists = files.exists(hook.path);
  if (hook.exists) hook.now = VFIRST_TRY(files.read(hook.path));
  hook.made = !hook.exists;
  hook.without = without_grub_trial_hook(hook.now);
  hook.text = hook.without;
  if (!hook.text.empty() && !hook.text.ends_with('\n')) hook.text += '\n';
  hook.text += grub_trial_hook(trial.script.folder);

  // As it will be: taken once, and then what boots today.
  const auto environment = VFIRST_TRY(read_block(files));
  const auto armed_block = block_with(environment, GrubTry::armed, plan);
  if (!armed_block)
    return unsupported(fmt::format("{}: {}; {}", block, armed_block.error().what, kInstead));
  const auto with = [&](std::string bytes) {
    return next_entry(
        files, {{path, trial.script.text()}, {hook.path, hook.text}, {block, std::move(bytes)}});
  };
  const auto armed = with(*armed_block);
  if (!armed || armed->words != tried.words || armed->kernel != tried.kernel ||
      armed->initrds != tried.initrds || !armed->file.empty())
    return unsupported(fmt::format(
        "{}: it does not read {}, which the entry of a trial needs; {}", config.path, hook.path,
        kInstead));
  const auto taken = with(VFIRST_TRY(block_with(environment, GrubTry::taken, plan)));
  if (!taken || !same(*taken, usual))
    return unsupported(fmt::format(
        "{}: after a trial it would not boot '{}' again; {}", config.path, usual.title, kInstead));
  return trial;
}

Status set_grub_try(Files& files, GrubTry state, std::string_view plan) {
  const bool there = files.exists(kEnvironment);
  const auto now = VFIRST_TRY(read_block(files));
  // A block without the variable has no trial, and may have no room to say so.
  if (state == GrubTry::none && there && environment_value(now, "vfirst_try").empty()) return {};
  auto bytes = VFIRST_TRY(block_with(now, state, plan));
  if (bytes == now) return {};
  if (there && now.size() == bytes.size())
    VFIRST_CHECK(files.overwrite(kEnvironment, bytes));
  else
    VFIRST_CHECK(replace(files, kEnvironment, bytes));
  return check_written(files, kEnvironment, bytes);
}

std::vector<BlsEdit> without_grub_bls_hooks(const FileReader& files, const BlsState& state) {
  std::vector<BlsEdit> edits;
  for (const auto& config : grub_config_paths(files)) {
    const auto path = custom_beside(config);
    const auto now = files.read(path);
    if (!now) continue;
    auto without = without_grub_trial_hook(*now);
    if (without == *now) continue;
    // The hook needed a line of its own.
    const auto* kept = state.find(path);
    if (kept && files.read(kept->copy).value_or("") + '\n' == without) without.pop_back();
    BlsEdit edit;
    edit.path = edit.id = path;
    edit.now = *now;
    edit.without = edit.text = std::move(without);
    edits.push_back(std::move(edit));
  }
  return edits;
}

}  // namespace vfirst
