// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What every file would say with these arguments in it: entries, /etc/kernel/cmdline, grubenv.
// Reads, and writes nothing.

#include "host/root.hpp"
#include "loader/bls_menu.hpp"
#include "loader/bls_state.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct BlsEdit {
  // As it is named now.
  std::string path;
  // As the journal names it: without a boot counter.
  std::string id;
  // What it says now, what it says without our arguments, and what it should say.
  std::string now, without, text;
  bool exists = true;
  // Not there before us.
  bool made = false;
  bool changes() const { return !exists || now != text; }
};

struct BlsEdits {
  // Of the normal entries, and of others that have arguments of ours.
  std::vector<BlsEdit> entries;
  // None or one.
  std::vector<BlsEdit> kernel_cmdline;
  // None or one; rewritten in place.
  std::vector<BlsEdit> environment;
  // Ours in these two, as `text` has them.
  Arguments kernel_cmdline_own, kernelopts_own;
  // ... and as `now` has them.
  Arguments kernel_cmdline_now, kernelopts_now;
  // The whole kernelopts without ours.
  std::string kernelopts_without;
  std::vector<std::string> notes;
  // Entries that hold them themselves.
  std::size_t carriers = 0;

  bool any() const;
};

// `arguments` empty: everything without ours. Refused where one of the files cannot take them.
// Adopted arguments are out of each file, except for `remove`, which puts them back where they
// stood.
enum class Purpose { write, remove };
Result<BlsEdits> bls_edits(
    const FileReader& files, const Root& root, const BlsMenu& menu, const BlsState& state,
    const Arguments& arguments, Purpose purpose = Purpose::write);

}  // namespace vfirst
