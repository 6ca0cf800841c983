// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/journal.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

namespace {
constexpr std::string_view kHead = "vfirst-journal 1";
}

Result<Journal> Journal::parse(std::string_view text) {
  if (!text.ends_with("\nend\n")) return refuse("journal: cut short");
  Journal journal;
  const auto lines = split(text, '\n');
  if (lines.front() != kHead) return refuse("journal: '{}' is not a version that this vfirst reads", lines.front());
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    const auto parts = words(lines[i]);
    if (parts.size() == 2 && parts[0] == "made") journal.entries.push_back({std::string(parts[1]), {}});
    else if (parts.size() == 3 && parts[0] == "replaced") journal.entries.push_back({std::string(parts[1]), std::string(parts[2])});
    else return refuse("journal:{}: not an entry: '{}'", i + 1, lines[i]);
  }
  return journal;
}

std::string Journal::text() const {
  std::string out(kHead);
  out += '\n';
  for (const auto& [path, before] : entries)
    out += before.empty() ? fmt::format("made {}\n", path) : fmt::format("replaced {} {}\n", path, before);
  return out + "end\n";
}

void Journal::note(std::string_view path, std::string_view before) {
  if (std::any_of(entries.begin(), entries.end(), [&](const Entry& e) { return e.path == path; })) return;
  entries.push_back({std::string(path), std::string(before)});
}

}  // namespace vfirst
