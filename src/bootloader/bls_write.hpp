// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Edits onto the disk, in an order in which a power cut at any point leaves each file old or new
// and the next run enough to finish.

#include "bootloader/bls_edits.hpp"

namespace vfirst {

struct EntryFolder {
  std::string path;
  // It lies on a FAT filesystem, where a rename that was cut short can leave two names of the same
  // clusters.
  bool fat = false;
};

class BlsWriter {
 public:
  BlsWriter(Files& files, std::vector<EntryFolder> folders)
      : files_(files), folders_(std::move(folders)) {}

  // Half-written files of a run that was cut short are there.
  Result<bool> has_leftovers() const;
  // Removes them. One that fsck has to look at first stays, and is named in the notes.
  Status clean(std::vector<std::string>& notes);
  // Writes the state only where it changed.
  Status put_state(const BlsState& state);
  // Removes state, copies and folder: last of all.
  Status drop_state();
  // A copy of each file that is to change, read back, before the first change; noted in
  // state.files.
  Status keep_copies(const BlsEdits& edits, BlsState& state);
  Status write(const BlsEdits& edits);
  Status put_entry(const std::string& path, std::string_view text, unsigned mode);
  Status remove_entries(const std::vector<std::string>& paths);

 private:
  Result<std::vector<std::string>> link_targets() const;
  // A file on its way.
  struct Staged {
    std::string path, target;
    // As EntryFolder::fat.
    bool fat = false;
  };
  Result<std::vector<Staged>> staged_elsewhere() const;
  Status clean_staged(const Staged& staged, std::vector<std::string>& notes);
  // Under a name of its own.
  Result<std::string> stage(const std::string& path, std::string_view text, unsigned mode);

  Status clean_folder(const EntryFolder& folder, std::vector<std::string>& notes);

  Files& files_;
  std::vector<EntryFolder> folders_;
};

}  // namespace vfirst
