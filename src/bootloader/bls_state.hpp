// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst/bls: what stands in the entries, what is on its way into them, and the files that we
// changed. The entries themselves say which arguments in them are ours; this holds what they cannot
// say.

#include "base/result.hpp"
#include "host/own_paths.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct BlsState {
  struct Arguments {
    // hash ("" : none known), blank separated
    std::string plan, text;
    bool operator==(const Arguments&) const = default;
  };
  struct File {
    // what stood there before us: boot/vfirst/before/...
    std::string path, copy;
    // by us; the copy is then what it says without our arguments
    bool made = false;
    bool operator==(const File&) const = default;
  };

  Arguments good;
  // a change is under way: some files have it, some not yet
  std::optional<Arguments> wanted;
  // good before `good`: what a rollback returns to
  std::optional<Arguments> previous;
  // of the entry that we made for it
  std::optional<Arguments> trial;
  // hash of the last plan that nobody confirmed
  std::string failed;
  bool removing = false;
  // Ours in the two files that have no place for an owner's name; the second while a change is
  // under way. etc/kernel/cmdline
  std::string kernel_cmdline, kernel_cmdline_wanted;
  // grubenv
  std::string kernelopts, kernelopts_wanted;
  // somebody else's words that are ours now, blank separated
  std::string adopted;
  // with those words in it
  std::string kernelopts_before;
  std::vector<File> files;

  // A line each and a last line "end", so that a cut file is known for one.
  static Result<BlsState> parse(std::string_view text);
  std::string text() const;
  const File* find(std::string_view path) const;
  bool operator==(const BlsState&) const = default;
};

}  // namespace vfirst
