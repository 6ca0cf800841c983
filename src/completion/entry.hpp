// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a shell may offer behind a command's name. Made from the tables that the parser reads, so
// that the two cannot drift.

#include "cli/command.hpp"

namespace vfirst {

enum class Offer { nothing, words, files, folders, kernels, devices };

struct Entry {
  // "-o", "--output"; none for a positional argument
  std::vector<std::string> names;
  std::string help;
  // a word follows
  bool valued = false;
  bool repeatable = false;
  // what stands for the word: "FILE"
  std::string value;
  // for that word
  Offer offer = Offer::nothing;
  std::vector<std::string> words;
};

// its own, then those of every command, then --help
std::vector<Entry> entries_of(const Command&);
// before a command's name
std::vector<Entry> global_entries();

std::string bash_completion(std::span<const Command>);
std::string zsh_completion(std::span<const Command>);
std::string fish_completion(std::span<const Command>);

// in single quotes, for bash and zsh
std::string quoted(std::string_view);
std::string joined(const std::vector<std::string>&, std::string_view between = " ");

}  // namespace vfirst
