// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_trial.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "host/own_paths.hpp"
#include "loader/environment_block.hpp"

#include <fmt/format.h>

namespace vfirst {

namespace {

constexpr std::string_view kFirstLine = "# vfirst: the trial of plan ";
constexpr std::string_view kSecondLine = "# vfirst: its arguments are ";
constexpr std::string_view kHookMark = "# vfirst: the entry of a trial";
// Neither is a hash of a plan.
constexpr std::string_view kTakenByGrub = "-", kNotArmed = "none";

// As a word that GRUB leaves alone: in single quotes it replaces nothing.
std::string literal(std::string_view word) {
  std::string out = "'";
  for (const char c : word)
    out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + '\'';
}

std::string literals(const std::vector<std::string>& list) {
  return joined(list, " ", literal);
}

}  // namespace

// An unknown command takes the true branch of an `if` in GRUB. So the trial is taken only with a
// value that load_env has set: save_env is in the same module, so both are there or neither is. Nor
// is it taken where its kernel was removed since: GRUB would stop at its menu.
std::string GrubTrial::text() const {
  auto out = fmt::format(
      "{}{}\n"
      "{}{}\n"
      "set vfirst_try=\n"
      "load_env --file \"($root){}/env\" vfirst_try\n"
      "if [ \"$vfirst_try\" = \"{}\" -a -s \"($root){}\" ]; then\n"
      "  set vfirst_try={}\n"
      "  if save_env --file \"($root){}/env\" vfirst_try; then\n"
      "    set vfirst_users=--unrestricted\n",
      kFirstLine, plan, kSecondLine, arguments.str(), folder, plan, kernel, kTakenByGrub, folder);
  if (!users.empty())
    out += fmt::format(
        "    if [ -n \"{0}\" ]; then\n"
        "      set vfirst_users=\"--users={0}\"\n"
        "    fi\n",
        users);
  // A boot that was asked for once is not saved as the default (savedefault).
  out += fmt::format(
      "    menuentry 'vfirst: the trial of plan {}' --id {} \"$vfirst_users\" {{\n"
      "      if [ \"$feature_all_video_module\" = y ]; then insmod all_video; fi\n"
      "      set gfxpayload=keep\n"
      "      insmod gzio\n"
      "      linux {} {}\n",
      plan, kId, literal(kernel), literals(words));
  if (!initrds.empty()) out += fmt::format("      initrd {}\n", literals(initrds));
  out += fmt::format(
      "    }}\n"
      "    set default={}\n"
      "    set boot_once=true\n"
      "  fi\n"
      "fi\n",
      kId);
  return out;
}

std::optional<GrubTrial> GrubTrial::parse(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() < 3 || !lines[0].starts_with(kFirstLine) || !lines[1].starts_with(kSecondLine))
    return std::nullopt;
  GrubTrial trial;
  trial.plan = lines[0].substr(kFirstLine.size());
  trial.arguments = Arguments(lines[1].substr(kSecondLine.size()));
  return trial;
}

std::string custom_beside(std::string_view config) {
  return fmt::format("{}/custom.cfg", folder_of(config));
}

std::string grub_trial_hook(std::string_view folder) {
  return fmt::format(
      "{}\n"
      "if [ -s \"($root){}/trial.cfg\" ]; then source \"($root){}/trial.cfg\"; fi\n",
      kHookMark, folder, folder);
}

std::string without_grub_trial_hook(std::string_view custom) {
  std::string out;
  bool skip = false;
  for (std::size_t at = 0; at < custom.size();) {
    const auto end = std::min(custom.find('\n', at), custom.size() - 1) + 1;
    const auto line = custom.substr(at, end - at);
    const bool mark = trimmed(line) == kHookMark;
    // The line behind the mark is the hook.
    if (!mark && !skip) out += line;
    skip = mark;
    at = end;
  }
  return out;
}

std::string_view grub_try_value(GrubTry state, std::string_view plan) {
  switch (state) {
    case GrubTry::none: return kNotArmed;
    case GrubTry::armed: return plan;
    case GrubTry::taken: return kTakenByGrub;
  }
  return kNotArmed;
}

GrubTry grub_try(const FileReader& files, std::string_view plan) {
  const auto bytes = files.read(kEnvironment);
  const auto value = bytes ? environment_value(*bytes, "vfirst_try") : std::string();
  if (value == kTakenByGrub) return GrubTry::taken;
  return !plan.empty() && value == plan ? GrubTry::armed : GrubTry::none;
}

}  // namespace vfirst
