// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A script of GRUB's as a tree (grub-core/script/parser.y).

#include "loader/grub_lexer.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// GRUB gives up at this many statements within one another (MAX_RECURSION_DEPTH in execute.c).
inline constexpr unsigned kGrubDepth = 64;

using GrubWord = std::vector<GrubPart>;
struct GrubStatement;
using GrubBlock = std::vector<GrubStatement>;

struct GrubStatement {
  enum class Kind {
    command,
    // if, elif, else.
    condition,
    // for NAME in WORDS.
    each,
    // while, until.
    repeat,
    function
  };
  Kind kind = Kind::command;
  unsigned line = 0;
  // Of a command: its name first. Of `for`: the list.
  std::vector<GrubWord> words;
  // Of the variable of a `for`, or of a function.
  std::string name;
  // Runs until the test is true.
  bool until = false;
  GrubBlock test, body, otherwise;
  // What a command has in braces behind its words, as menuentry does; null for none.
  std::shared_ptr<const GrubBlock> block;
};

struct GrubSyntax {
  GrubBlock statements;
  // "line 7: …", where GRUB does not understand the script; the statements end before it. "" where
  // it does.
  std::string fault;
};

// Never fails: see GrubSyntax::fault.
GrubSyntax parse_grub(std::string_view script);

// Whether a command of this name stands anywhere in the script, outside of menu entries.
bool has_command(const GrubBlock& block, std::string_view name);

}  // namespace vfirst
