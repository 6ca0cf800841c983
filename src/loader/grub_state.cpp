// SPDX-License-Identifier: GPL-2.0-or-later
// What a script finds when it starts and leaves when it ends.
#include "loader/grub_shell.hpp"

namespace vfirst {

namespace {

// Stands around the name of an unknown value. No configuration has this byte.
constexpr char kMark = '\x02';

}  // namespace

std::string unknown_value(std::string_view name) {
  return fmt::format("{}{}{}", kMark, name, kMark);
}

bool is_unknown(std::string_view text) {
  return text.find(kMark) != text.npos;
}

std::string unknown_name(std::string_view text) {
  const auto begin = text.find(kMark);
  if (begin == text.npos) return {};
  const auto rest = text.substr(begin + 1);
  return std::string(rest.substr(0, rest.find(kMark)));
}

const std::string& GrubState::value(std::string_view name) const {
  static const std::string none;
  const auto found = variables.find(name);
  return found == variables.end() ? none : found->second.value;
}

void GrubState::set(std::string_view name, std::string value) {
  const auto found = variables.find(name);
  if (found == variables.end())
    variables.emplace(name, GrubVariable{std::move(value), false});
  else
    found->second.value = std::move(value);
}

GrubState GrubState::inner() const {
  auto state = *this;
  state.menu.clear();
  std::erase_if(state.variables, [](const auto& each) { return !each.second.exported; });
  return state;
}

GrubState grub_at_start(const GrubMachine& machine) {
  GrubState state;
  // features[] in grub-core/normal/main.c, of 2.02 and later.
  for (const auto feature :
       {"200_final", "all_video_module", "chainloader_bpb", "default_font_path", "menuentry_id",
        "menuentry_options", "nativedisk_cmd", "ntldr", "platform_search_hint", "timeout_style"})
    state.set(fmt::format("feature_{}", feature), "y");
  state.set("root", std::string(kGrubDevice));
  state.set("prefix", machine.prefix);
  state.set("config_directory", machine.prefix);
  state.set("config_file", machine.prefix + "/grub.cfg");
  state.set(
      "grub_platform",
      machine.platform.empty() ? unknown_value("grub_platform") : machine.platform);
  state.set("grub_cpu", unknown_value("grub_cpu"));
  for (auto& [name, variable] : state.variables)
    variable.exported = true;
  return state;
}

}  // namespace vfirst
