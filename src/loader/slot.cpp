// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/slot.hpp"

#include "base/text.hpp"
#include "kargs/loader_words.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace vfirst {

namespace {

constexpr std::string_view kSlotHead = "# vfirst: kernel arguments of plan ";
constexpr std::string_view kSet = "set vfirst_args=\"";
constexpr std::string_view kSetTrial = "set vfirst_trial_args=\"";

bool is_plan(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_';
  });
}

}  // namespace

Status grub_can_carry(const Arguments& arguments) {
  for (const auto& argument : arguments)
    VFIRST_CHECK(grub_carries(argument.raw));
  return {};
}

std::string Slot::text() const {
  auto text = fmt::format("{}{}\n", kSlotHead, plan.empty() ? "-" : plan);
  const auto set = [&](std::string_view opening, const Arguments& arguments) {
    text += opening;
    for (const char c : arguments.str()) {
      // Or GRUB would look for a variable in memmap=1G$4G.
      if (c == '$') text += '\\';
      text += c;
    }
    text += "\"\n";
  };
  if (!trial_only.empty()) set(kSetTrial, trial_only);
  // Last: a file that was cut sets no arguments.
  set(kSet, arguments);
  return text;
}

Result<Slot> Slot::parse(std::string_view text) {
  Slot slot;
  if (!text.starts_with(kSlotHead)) return refuse("not a slot file of vfirst");
  const auto lines = split(text, '\n');
  const auto plan = lines[0].substr(kSlotHead.size());
  if (lines.size() < 2 || plan.empty() || !is_plan(plan))
    return refuse("slot file: its first line is damaged");
  if (plan != "-") slot.plan = plan;
  const auto value = [&](std::size_t line, std::string_view opening) -> Result<std::string> {
    auto rest = lines[line];
    if (!rest.starts_with(opening)) return refuse("slot file: sets no arguments");
    rest.remove_prefix(opening.size());
    if (!rest.ends_with('"')) return refuse("slot file: cut short");
    rest.remove_suffix(1);
    std::string arguments;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] == '$') ++i;
      arguments += rest[i];
    }
    return arguments;
  };
  const bool trial = lines[1].starts_with(kSetTrial);
  if (trial) slot.trial_only = VFIRST_TRY(value(1, kSetTrial));
  if (trial && lines.size() < 3) return refuse("slot file: cut short");
  slot.arguments = VFIRST_TRY(value(trial ? 2 : 1, kSet));
  if (!text.ends_with("\"\n")) return refuse("slot file: cut short");
  if (slot.text() != text || !grub_can_carry(slot.arguments) || !grub_can_carry(slot.trial_only))
    return refuse("slot file: edited by hand");
  return slot;
}

}  // namespace vfirst
