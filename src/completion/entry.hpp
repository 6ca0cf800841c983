// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a shell may offer behind a command's name. Made from the tables that the parser reads, so that the two cannot drift.

#include "cli/command.hpp"

namespace vfirst {

enum class Offer { nothing, words, files, folders, kernels, devices };

struct Entry {
  std::vector<std::string> names;                                // "-o", "--output"; none for a positional argument
  std::string help;
  bool valued = false;                                           // a word follows
  bool repeatable = false;
  std::string value;                                             // what stands for the word: "FILE"
  Offer offer = Offer::nothing;                                  // for that word
  std::vector<std::string> words;
};

std::vector<Entry> entries_of(const Command&);                   // its own, then those of every command, then --help
std::vector<Entry> global_entries();                             // before a command's name

std::string bash_completion(std::span<const Command>);
std::string zsh_completion(std::span<const Command>);
std::string fish_completion(std::span<const Command>);

std::string quoted(std::string_view);                            // in single quotes, for bash and zsh
std::string joined(const std::vector<std::string>&, std::string_view between = " ");

}  // namespace vfirst
