// SPDX-License-Identifier: GPL-2.0-or-later
#include "completion/entry.hpp"

#include "base/text.hpp"
#include "export/format.hpp"

namespace vfirst {

namespace {

Offer offer_for(const Option& option) {
  const std::string_view value = option.value;
  if (!option.one_of.empty()) return Offer::words;
  if (value.find("FILE") != value.npos) return Offer::files;
  if (value.find("DIR") != value.npos) return Offer::folders;
  if (value == "RELEASE") return Offer::kernels;
  return value.find("BDF") != value.npos || value.find("PF") != value.npos ? Offer::devices
                                                                           : Offer::nothing;
}

Entry entry_of(const Option& option) {
  Entry entry;
  if (option.name[0] == '-')
    for (const auto name : split(option.name, ','))
      entry.names.emplace_back(name);
  entry.help = option.help;
  entry.valued = !std::holds_alternative<bool Options::*>(option.field);
  entry.repeatable = std::holds_alternative<std::vector<std::string> Options::*>(option.field);
  entry.value = *option.value ? option.value : "word";
  entry.offer = offer_for(option);
  entry.words = option.one_of;
  // The parser does not check it: export itself names the nearest format.
  if (option.name == std::string_view("FORMAT")) {
    entry.offer = Offer::words;
    for (const auto& format : export_formats())
      entry.words.emplace_back(format.name);
  }
  return entry;
}

const Entry kHelp{{"-h", "--help"}, kHelpText, false, false, "", Offer::nothing, {}};

}  // namespace

std::vector<Entry> entries_of(const Command& command) {
  std::vector<Entry> entries;
  for (const auto& option : command.options())
    entries.push_back(entry_of(option));
  for (const auto& option : common_options())
    entries.push_back(entry_of(option));
  entries.push_back(kHelp);
  return entries;
}

std::vector<Entry> global_entries() {
  return {kHelp, {{"--version"}, kVersionText, false, false, "", Offer::nothing, {}}};
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text)
    c == '\'' ? out += "'\\''" : out += c;
  return out + "'";
}

}  // namespace vfirst
