// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// GRUB's script language, as far as generated files use it (grub-core/script/yylex.l): single and
// double quotes and backslashes quote, # begins a comment where a word could begin, { and } are
// words of their own.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct GrubWord {
  // Without its quotes.
  std::string text;
  // Some part of it is: then GRUB does not split a variable in it at blanks.
  bool quoted = false;
  // Where it stands in the script, its quotes included.
  std::size_t begin = 0, end = 0;
};

struct GrubCommand {
  std::vector<GrubWord> words;
  // What ended it: newline, ';', '{' or '}'.
  char end = '\n';
  // In which it begins, from 1.
  unsigned line = 1;
};

class GrubScript {
 public:
  // `text` must outlive this.
  explicit GrubScript(std::string_view text) : text_(text) {}
  // Nullopt at the end of the text.
  std::optional<GrubCommand> next();

 private:
  bool at_end() const { return at_ >= text_.size(); }
  bool is_brace_word() const;
  void skip_comment();
  void read_quoted(char quote, GrubWord& word);

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
};

// A word as GRUB gives it to the kernel (grub-core/lib/cmdline.c): a backslash before ' " and \,
// double quotes around a word that has a blank.
std::string kernel_spelling(std::string_view word);

}  // namespace vfirst
