// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/journal.hpp"

#include "base/fnv.hpp"
#include "base/text.hpp"
#include "bootloader/closed_set.hpp"
#include "host/own_paths.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::string_view kJournalHead = "vfirst-journal 1";

}  // namespace

Result<Journal> Journal::parse(std::string_view text) {
  if (!text.ends_with("\nend\n")) return refuse("journal: cut short");
  Journal journal;
  const auto lines = split(text, '\n');
  if (lines.front() != kJournalHead)
    return refuse("journal: '{}' is not a version that this vfirst reads", lines.front());
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    const auto parts = words(lines[i]);
    if (parts.size() == 2 && parts[0] == "made")
      journal.entries.push_back({std::string(parts[1]), {}, {}});
    else if (parts.size() == 4 && parts[0] == "replaced")
      journal.entries.push_back(
          {std::string(parts[1]), std::string(parts[2]), std::string(parts[3])});
    else
      return refuse("journal:{}: not an entry: '{}'", i + 1, lines[i]);
  }
  return journal;
}

std::string Journal::text() const {
  std::string out(kJournalHead);
  out += '\n';
  for (const auto& [path, before, written] : entries)
    out += before.empty() ? fmt::format("made {}\n", path)
                          : fmt::format("replaced {} {} {}\n", path, before, written);
  return out + "end\n";
}

void Journal::note(std::string_view path, std::string_view before, std::string_view written) {
  const auto found = std::ranges::find(entries, path, &Entry::path);
  if (found == entries.end())
    entries.push_back({std::string(path), std::string(before), std::string(written)});
  else if (!found->before.empty())
    found->written = written;
}

Result<Journal> read_journal(const Files& files, std::vector<std::string>& notes) {
  for (const auto path : {kJournal, kJournalCopy}) {
    const auto text = files.read(path);
    if (!text) continue;
    auto journal = Journal::parse(*text);
    if (journal) {
      VFIRST_CHECK(check_paths(*journal));
      return journal;
    }
    notes.push_back(sentence(fmt::format("{}: {}", path, journal.error().what)));
  }
  return Journal{};
}

Status write_journal(Files& files, const Journal& journal) {
  const auto text = journal.text();
  for (const auto path : {kJournal, kJournalCopy}) {
    if (const auto now = files.read(path); now && *now == text) continue;
    VFIRST_CHECK(replace(files, path, text));
  }
  return {};
}

namespace {

// Somebody else's file: where its name is a symbolic link, the link stays.
Status write_through(Files& files, const std::string& path, std::string_view text) {
  const auto target = VFIRST_TRY(files.target(path));
  VFIRST_CHECK(replace(files, target, text, files.mode(path)));
  VFIRST_CHECK(files.settle(folder_of(target)));
  return check_written(files, target, text);
}

}  // namespace

Status replace_file(
    Files& files, const std::string& path, std::string_view text, Journal& journal) {
  const auto kept = kept_name(path);
  if (!files.exists(kept)) {
    const auto before = VFIRST_TRY(files.read(path));
    VFIRST_CHECK(replace(files, kept, before, 0600));
  }
  journal.note(path, kept, fnv(text));
  VFIRST_CHECK(write_journal(files, journal));
  return write_through(files, path, text);
}

Result<bool> restore_file(Files& files, const Journal::Entry& entry) {
  // A remove that was cut short had put everything back before it deleted the first copy.
  if (!files.exists(entry.before)) return true;
  const auto kept = VFIRST_TRY(files.read(entry.before));
  const auto now = files.read(entry.path);
  if (now && *now == kept) return true;
  if (!now || fnv(*now) != entry.written) return false;
  VFIRST_CHECK(write_through(files, entry.path, kept));
  return true;
}

}  // namespace vfirst
