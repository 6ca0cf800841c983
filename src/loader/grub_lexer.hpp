// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The words of GRUB's script language (grub-core/script/yylex.l), each with its parts: what is
// quoted how, and which variables GRUB puts in.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct GrubPart {
  enum class Kind {
    // Backslashes are still in it: GRUB takes them away after it has put the variables in.
    text,
    single_quoted,
    double_quoted,
    // $"…", which GRUB looks up in its catalogue of messages.
    translated,
    // The name of a variable, without '$' and braces.
    variable,
    quoted_variable
  };
  Kind kind = Kind::text;
  std::string text;
  bool operator==(const GrubPart&) const = default;
};

struct GrubToken {
  enum class Kind { end, newline, semicolon, open_brace, close_brace, word, wrong };
  Kind kind = Kind::end;
  // Of a word.
  std::vector<GrubPart> parts;
  // Its bytes in the script, quotes included.
  std::size_t begin = 0, end = 0;
  // From 1.
  unsigned line = 1;

  // It is this very word, and no byte of it is quoted.
  bool is(std::string_view word) const;
  // Its text without quotes and backslashes; a variable stands as "$name".
  std::string text() const;
};

class GrubLexer {
 public:
  // `script` must outlive this.
  explicit GrubLexer(std::string_view script) : script_(script) {}
  // After the end or a wrong token comes the same again.
  GrubToken next();

 private:
  std::size_t word_end(std::size_t at) const;
  std::size_t quoted_end(std::size_t at, GrubPart::Kind kind) const;
  std::size_t variable_end(std::size_t at) const;

  std::string_view script_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
};

// A text as GRUB leaves it where it was not quoted: each backslash protects the next byte.
std::string without_backslashes(std::string_view text);

// A word as GRUB gives it to the kernel (grub-core/lib/cmdline.c): a backslash before ' " and \,
// double quotes around a word that has a blank.
std::string kernel_spelling(std::string_view word);

}  // namespace vfirst
