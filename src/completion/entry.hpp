// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a shell may offer after a command's name. It is made from the tables that the parser reads,
// so the two always agree.

#include "cli/command.hpp"

namespace vfirst {

enum class Offer { nothing, words, files, folders, kernels, devices };

struct Entry {
  // "-o", "--output"; empty for a positional argument.
  std::vector<std::string> names;
  std::string help;
  // A word follows.
  bool valued = false;
  bool repeatable = false;
  // The name of that word in the help: "FILE".
  std::string value;
  // What to offer for that word.
  Offer offer = Offer::nothing;
  std::vector<std::string> words;
};

// The command's own options, then the common ones, then --help.
std::vector<Entry> entries_of(const Command&);
// The options that may stand before a command's name.
std::vector<Entry> global_entries();

std::string bash_completion(std::span<const Command>);
std::string zsh_completion(std::span<const Command>);
std::string fish_completion(std::span<const Command>);

// In single quotes, for bash and zsh.
std::string quoted(std::string_view);

}  // namespace vfirst
