// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/slot.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace vfirst {

namespace {

constexpr std::string_view kHead = "# vfirst: kernel arguments of plan ";
constexpr std::string_view kSet = "set vfirst_args=\"";

bool is_plan(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

}  // namespace

Status grub_can_carry(std::string_view arguments) {
  for (const auto word : words(arguments)) {
    for (const unsigned char c : word) {
      if (c < 0x20 || c >= 0x7f) return refuse("{}: GRUB carries printable ASCII only", word);
      if (std::string_view("\"'\\*?").find(static_cast<char>(c)) != std::string_view::npos)
        return refuse("{}: GRUB cannot carry {} in a kernel argument", word, static_cast<char>(c));
    }
  }
  for (const char c : arguments)
    if (c == '\n' || c == '\r') return refuse("kernel arguments hold a line break");
  return {};
}

std::string Slot::text() const {
  std::string out = fmt::format("{}{}\n{}", kHead, plan.empty() ? "-" : plan, kSet);
  bool first = true;
  for (const auto word : words(arguments)) {
    if (!std::exchange(first, false)) out += ' ';
    for (const char c : word) {
      if (c == '$') out += '\\';                                    // memmap=1G$4G
      out += c;
    }
  }
  return out + "\"\n";
}

Result<Slot> Slot::parse(std::string_view text) {
  const auto all = text;
  Slot slot;
  if (!text.starts_with(kHead)) return refuse("not a slot file of vfirst");
  text.remove_prefix(kHead.size());
  const auto line = text.find('\n');
  if (line == text.npos || line == 0 || !is_plan(text.substr(0, line))) return refuse("slot file: its first line is damaged");
  if (text.substr(0, line) != "-") slot.plan = text.substr(0, line);
  text.remove_prefix(line + 1);
  if (!text.starts_with(kSet)) return refuse("slot file: sets no arguments");
  text.remove_prefix(kSet.size());
  if (!text.ends_with("\"\n")) return refuse("slot file: cut short");
  text.remove_suffix(2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '$') ++i;
    slot.arguments += text[i];
  }
  if (slot.text() != all || !grub_can_carry(slot.arguments)) return refuse("slot file: edited by hand");
  return slot;
}

}  // namespace vfirst
