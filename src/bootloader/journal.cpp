// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/journal.hpp"

#include "base/fnv.hpp"
#include "base/text.hpp"
#include "bootloader/slots.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::string_view kJournalHead = "vfirst-journal 1";
constexpr std::string_view kCopy = "var/lib/vfirst/journal";

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

std::string kept_name(std::string path) {
  std::ranges::replace(path, '/', '-');
  return fmt::format("{}/before/{}", kSlotFolder, path);
}

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

Journal read_journal(const Files& files, std::vector<std::string>& notes) {
  for (const auto path : {kJournal, kCopy}) {
    const auto text = files.read(path);
    if (!text) continue;
    if (auto journal = Journal::parse(*text))
      return std::move(*journal);
    else
      notes.push_back(sentence(fmt::format("{}: {}", path, journal.error().what)));
  }
  return {};
}

Status write_journal(Files& files, const Journal& journal) {
  const auto text = journal.text();
  for (const auto path : {kJournal, kCopy}) {
    if (const auto now = files.read(path); now && *now == text) continue;
    VFIRST_CHECK(replace(files, path, text));
  }
  return {};
}

Status replace_file(
    Files& files, const std::string& path, std::string_view text, Journal& journal) {
  const auto kept = kept_name(path);
  if (!files.exists(kept)) {
    const auto before = VFIRST_TRY(files.read(path));
    VFIRST_CHECK(replace(files, kept, before, 0600));
  }
  journal.note(path, kept, fnv(text));
  VFIRST_CHECK(write_journal(files, journal));
  VFIRST_CHECK(replace(files, path, text, files.mode(path)));
  VFIRST_CHECK(files.settle(folder_of(path)));
  if (VFIRST_TRY(files.read(path)) != text)
    return failed(EIO, "{}: does not read back as written", path);
  return {};
}

Result<bool> restore_file(Files& files, const Journal::Entry& entry) {
  // of a remove that was cut short: it put all back before it deletes any
  if (!files.exists(entry.before)) return true;
  const auto kept = VFIRST_TRY(files.read(entry.before));
  const auto now = files.read(entry.path);
  if (now && *now == kept) return true;
  if (!now || fnv(*now) != entry.written) return false;
  VFIRST_CHECK(replace(files, entry.path, kept, files.mode(entry.path)));
  VFIRST_CHECK(files.settle(folder_of(entry.path)));
  return true;
}

}  // namespace vfirst
