// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst/bls: what stands in the entries, what is on its way into them, and the files that we
// changed. The entries themselves say which arguments in them are ours; this holds what they cannot
// say.

#include "base/result.hpp"
#include "host/own_paths.hpp"
#include "kargs/arguments.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct BlsState {
  struct OfPlan {
    // Hash; "" where none is known.
    std::string plan;
    Arguments arguments;
    bool operator==(const OfPlan&) const = default;
  };
  struct File {
    std::string path;
    // The file that keeps what stood there before us: boot/vfirst/before/...
    std::string copy;
    // We made the file; the copy is then what it says without our arguments.
    bool made = false;
    bool operator==(const File&) const = default;
  };

  OfPlan good;
  // A change is under way: some files have it, some not yet.
  std::optional<OfPlan> wanted;
  // Good before `good`: what a rollback returns to.
  std::optional<OfPlan> previous;
  // Of the entry that we made for it.
  std::optional<OfPlan> trial;
  // Hash of the last plan that nobody confirmed.
  std::string failed;
  bool removing = false;
  // Ours in the two files that have no place for an owner's name, etc/kernel/cmdline and grubenv
  // (kernelopts). The `wanted` ones are there while a change is under way.
  Arguments kernel_cmdline, kernel_cmdline_wanted;
  Arguments kernelopts, kernelopts_wanted;
  // Somebody else's arguments that are ours now.
  Arguments adopted;
  // The whole kernelopts with those in it, as it stood; "" for none.
  std::string kernelopts_before;
  std::vector<File> files;

  // A line each and a last line "end", so that a cut file is known for one.
  static Result<BlsState> parse(std::string_view text);
  std::string text() const;
  const File* find(std::string_view path) const;
  bool operator==(const BlsState&) const = default;
};

}  // namespace vfirst
