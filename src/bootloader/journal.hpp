// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst/journal: every file that vfirst made or changed, and what stood there before. Read by
// Linux only; a second copy lies in var/lib/vfirst, for a /boot that was made anew.

#include "host/files.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct Journal {
  struct Entry {
    std::string path;
    // the file that keeps the old bytes; "" : there was none
    std::string before;
    // hash of the bytes that we put there; with `before` only
    std::string written;
    bool operator==(const Entry&) const = default;
  };
  // in the order of the changes
  std::vector<Entry> entries;

  // A line an entry and a last line "end", so that a cut journal is known for one.
  static Result<Journal> parse(std::string_view text);
  std::string text() const;
  // Keeps the first `before` of a path: what stood there before us does not change by a second
  // write.
  void note(std::string_view path, std::string_view before = {}, std::string_view written = {});
  bool operator==(const Journal&) const = default;
};

// The journal on /boot or, where that is gone or damaged, the copy; an empty one where there is
// neither. `notes` gets the damage that was seen. Refused where it names a file that is not of the
// closed set (closed_set.hpp).
Result<Journal> read_journal(const Files& files, std::vector<std::string>& notes);
// both, only if they change
Status write_journal(Files& files, const Journal& journal);

// The file gets `text`. What stood there before is kept under boot/vfirst/before first, and named
// in the journal. Each of the three is on the disk before the next is begun, so that the bytes can
// be given back after a power cut anywhere. A symbolic link stays one: its target is written.
Status replace_file(Files& files, const std::string& path, std::string_view text, Journal& journal);
// The opposite: true where the file holds again what stood there before us, false where somebody
// changed it since.
Result<bool> restore_file(Files& files, const Journal::Entry& entry);

}  // namespace vfirst
