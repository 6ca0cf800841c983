// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Edits onto the disk, in an order in which a power cut at any point leaves each file old or new
// and the next run enough to finish.

#include "bootloader/bls_edits.hpp"

namespace vfirst {

class BlsWriter {
 public:
  // `fat`: the entries lie on one, where a rename that was cut short can leave two names of the
  // same clusters.
  BlsWriter(Files& files, std::string folder, bool fat)
      : files_(files), folder_(std::move(folder)), fat_(fat) {}

  // Half-written files of a run that was cut short are there.
  Result<bool> has_leftovers() const;
  Status clean(std::vector<std::string>& notes);
  // only if it changed
  Status put_state(const BlsState& state);
  // last of all: state, copies, folder
  Status drop_state();
  // A copy of each file that is to change, verified, before the first change; into state.files too.
  Status keep_copies(const BlsEdits& edits, BlsState& state);
  Status write(const BlsEdits& edits);
  Status put_entry(const std::string& path, std::string_view text, unsigned mode);
  Status remove_entries(const std::vector<std::string>& paths);

 private:
  // under a name of its own
  Result<std::string> stage(const std::string& path, std::string_view text, unsigned mode);

  Files& files_;
  std::string folder_;
  bool fat_;
};

}  // namespace vfirst
