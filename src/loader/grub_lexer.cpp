// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_lexer.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace vfirst {

namespace {

using Kind = GrubPart::Kind;
constexpr auto kNone = std::string_view::npos;

bool is_name_begin(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name(char c) {
  return is_name_begin(c) || is_digit(c);
}
// CHAR in yylex.l.
bool is_plain(char c) {
  return std::string_view("{}|&$;<> \t\n'\"\\").find(c) == kNone;
}

// NAME, digits or one of the special variables; behind them. kNone where none of them stands there.
std::size_t variable_name_end(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kNone;
  const char c = text[at];
  if (is_name_begin(c) || is_digit(c)) {
    const bool name = is_name_begin(c);
    while (at < text.size() && (name ? is_name(text[at]) : is_digit(text[at])))
      ++at;
    return at;
  }
  return std::string_view("?#*@").find(c) == kNone ? kNone : at + 1;
}

// Splits a word into its parts: the states SPLIT, DQUOTE, SQUOTE and VAR of yylex.l.
class Splitter {
 public:
  explicit Splitter(std::string_view word) : word_(word) {}

  std::vector<GrubPart> run() {
    while (at_ < word_.size()) {
      const char c = word_[at_];
      if (c == '\\' && at_ + 1 < word_.size()) {
        // A continued line is nothing.
        if (word_[at_ + 1] != '\n') text_ += word_.substr(at_, 2);
        at_ += 2;
      } else if (c == '\'') {
        end_part(Kind::text);
        const auto end = word_.find('\'', ++at_);
        text_ = word_.substr(at_, end - at_);
        at_ = end + 1;
        parts_.push_back({Kind::single_quoted, std::exchange(text_, {})});
      } else if (c == '"') {
        end_part(Kind::text);
        ++at_;
        read_double_quoted();
      } else if (c == '$' && word_.substr(at_).starts_with("$\"")) {
        end_part(Kind::text);
        at_ += 2;
        read_translated();
      } else if (c == '$') {
        end_part(Kind::text);
        read_variable(Kind::variable);
      } else {
        text_ += c;
        ++at_;
      }
    }
    end_part(Kind::text);
    return std::move(parts_);
  }

 private:
  void end_part(Kind kind) {
    if (!text_.empty()) parts_.push_back({kind, std::exchange(text_, {})});
  }

  void read_variable(Kind kind) {
    const bool braced = word_.substr(at_).starts_with("${");
    const auto begin = at_ + (braced ? 2 : 1), end = variable_name_end(word_, begin);
    parts_.push_back({kind, std::string(word_.substr(begin, end - begin))});
    at_ = end + (braced ? 1 : 0);
  }

  void read_double_quoted() {
    // "" is a word, and so is "$unset".
    const auto end_quoted = [&] {
      parts_.push_back({Kind::double_quoted, std::exchange(text_, {})});
    };
    for (; word_[at_] != '"';) {
      if (word_[at_] == '\\' && std::string_view("$\\\"\n").find(word_[at_ + 1]) != kNone) {
        if (word_[at_ + 1] != '\n') text_ += word_[at_ + 1];
        at_ += 2;
      } else if (word_[at_] == '$') {
        end_quoted();
        read_variable(Kind::quoted_variable);
      } else {
        text_ += word_[at_++];
      }
    }
    ++at_;
    end_quoted();
  }

  void read_translated() {
    for (; word_[at_] != '"'; ++at_) {
      if (word_[at_] == '\\' && word_[at_ + 1] == '\n') {
        ++at_;
        continue;
      }
      if (word_[at_] == '\\' && word_[at_ + 1] == '"') ++at_;
      text_ += word_[at_];
    }
    ++at_;
    parts_.push_back({Kind::translated, std::exchange(text_, {})});
  }

  std::string_view word_;
  std::size_t at_ = 0;
  std::string text_;
  std::vector<GrubPart> parts_;
};

}  // namespace

bool GrubToken::is(std::string_view word) const {
  return kind == Kind::word && end - begin == word.size() && parts.size() == 1 &&
         parts[0] == GrubPart{GrubPart::Kind::text, std::string(word)};
}

std::string GrubToken::text() const {
  std::string text;
  for (const auto& part : parts) {
    const bool variable =
        part.kind == GrubPart::Kind::variable || part.kind == GrubPart::Kind::quoted_variable;
    if (variable) text += '$';
    text += part.kind == GrubPart::Kind::text ? without_backslashes(part.text) : part.text;
  }
  return text;
}

// `at` is behind the opening quote. Behind the closing one, or kNone where there is none, or where
// a '$' in double quotes begins no variable.
std::size_t GrubLexer::quoted_end(std::size_t at, GrubPart::Kind kind) const {
  const bool single = kind == Kind::single_quoted;
  for (; at < script_.size(); ++at) {
    const char c = script_[at];
    if (c == (single ? '\'' : '"')) return at + 1;
    if (!single && c == '\\') ++at;
    if (kind == Kind::double_quoted && c == '$' && variable_end(at) == 0) return kNone;
  }
  return kNone;
}

// `at` is on the '$'; 0 where no variable stands there.
std::size_t GrubLexer::variable_end(std::size_t at) const {
  const bool braced = script_.substr(at).starts_with("${");
  const auto end = variable_name_end(script_, at + (braced ? 2 : 1));
  if (end == kNone) return 0;
  if (!braced) return end;
  return end < script_.size() && script_[end] == '}' ? end + 1 : 0;
}

// Behind the word that begins at `at`, which may be nothing; kNone where a quote is not closed.
std::size_t GrubLexer::word_end(std::size_t at) const {
  while (at < script_.size()) {
    const char c = script_[at];
    if (is_plain(c)) {
      ++at;
    } else if (c == '\\') {
      if (at + 1 == script_.size()) return at;
      at += 2;
    } else if (c == '\'' || c == '"') {
      at = quoted_end(at + 1, c == '"' ? Kind::double_quoted : Kind::single_quoted);
    } else if (c == '$' && script_.substr(at).starts_with("$\"")) {
      at = quoted_end(at + 2, Kind::translated);
    } else if (const auto end = c == '$' ? variable_end(at) : 0; end > 0) {
      at = end;
    } else {
      return at;
    }
    if (at == kNone) return at;
  }
  return at;
}

GrubToken GrubLexer::next() {
  GrubToken token;
  while (at_ < script_.size()) {
    token.begin = at_;
    token.line = line_;
    const char c = script_[at_];
    if (c == ' ' || c == '\t') {
      ++at_;
      continue;
    }
    if (c == '#') {
      at_ = std::min(script_.find('\n', at_), script_.size());
      continue;
    }
    const auto end = word_end(at_);
    token.kind = GrubToken::Kind::wrong;
    if (c == '\n' || c == ';' || c == '{' || c == '}') {
      ++at_;
      token.kind = c == '\n'  ? GrubToken::Kind::newline
                   : c == ';' ? GrubToken::Kind::semicolon
                   : c == '{' ? GrubToken::Kind::open_brace
                              : GrubToken::Kind::close_brace;
      // An operator of its own, which the grammar has no place for.
      if (c == ';' && at_ < script_.size() && script_[at_] == ';')
        token.kind = GrubToken::Kind::wrong;
    } else if (end != kNone && end > at_) {
      const auto word = script_.substr(at_, end - at_);
      token.kind = GrubToken::Kind::word;
      token.parts = Splitter(word).run();
      at_ = end;
      line_ += static_cast<unsigned>(std::ranges::count(word, '\n'));
    }
    if (c == '\n') ++line_;
    token.end = at_;
    if (token.kind == GrubToken::Kind::wrong) at_ = token.begin;
    return token;
  }
  token.begin = token.end = at_;
  token.line = line_;
  return token;
}

std::string without_backslashes(std::string_view text) {
  std::string rest;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    rest += text[i];
  }
  return rest;
}

std::string kernel_spelling(std::string_view word) {
  const bool blank = word.find(' ') != word.npos;
  std::string spelled;
  if (blank) spelled += '"';
  for (const char c : word) {
    if (c == '\\' || c == '\'' || c == '"') spelled += '\\';
    spelled += c;
  }
  if (blank) spelled += '"';
  return spelled;
}

}  // namespace vfirst
