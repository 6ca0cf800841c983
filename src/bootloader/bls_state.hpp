// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst/bls: what stands in the entries, what is on its way into them, and the files that we changed. The entries
// themselves say which arguments in them are ours; this holds what they cannot say.

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

inline constexpr std::string_view kBlsState = "boot/vfirst/bls";
inline constexpr std::string_view kBlsBefore = "boot/vfirst/before";

struct BlsState {
  struct Arguments {
    std::string plan, text;                                       // hash ("" : none known), blank separated
    bool operator==(const Arguments&) const = default;
  };
  struct File {
    std::string path, copy;                                       // what stood there before us: boot/vfirst/before/...
    bool made = false;                                            // by us; the copy is then what it says without our arguments
    bool operator==(const File&) const = default;
  };

  Arguments good;
  std::optional<Arguments> wanted;                                // a change is under way: some files have it, some not yet
  std::optional<Arguments> previous;                              // good before `good`: what a rollback returns to
  std::optional<Arguments> trial;                                 // of the entry that we made for it
  std::string failed;                                             // hash of the last plan that nobody confirmed
  bool removing = false;
  // Ours in the two files that have no place for an owner's name; the second while a change is under way.
  std::string kernel_cmdline, kernel_cmdline_wanted;              // etc/kernel/cmdline
  std::string kernelopts, kernelopts_wanted;                      // grubenv
  std::string adopted;                                            // somebody else's words that are ours now, blank separated
  std::string kernelopts_before;                                  // with those words in it
  std::vector<File> files;

  // A line each and a last line "end", so that a cut file is known for one.
  static Result<BlsState> parse(std::string_view text);
  std::string text() const;
  const File* find(std::string_view path) const;
  bool operator==(const BlsState&) const = default;
};

}  // namespace vfirst
