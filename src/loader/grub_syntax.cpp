// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_syntax.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <utility>

namespace vfirst {

namespace {

// They are words like any other behind a command's name (`argument` in parser.y).
constexpr std::string_view kReserved[] = {"case",   "do",   "done",  "elif",  "else",
                                          "esac",   "fi",   "for",   "if",    "in",
                                          "select", "then", "until", "while", "function"};

bool is_reserved(const GrubToken& token) {
  return std::ranges::any_of(
      kReserved, [&](const std::string_view word) { return token.is(word); });
}

class Parser {
 public:
  explicit Parser(std::string_view script) : lexer_(script), token_(lexer_.next()) {}

  // Up to the end of the script, or up to the statement that has a fault.
  GrubBlock read_script() {
    GrubBlock statements;
    for (;;) {
      skip_newlines();
      if (at_end()) return statements;
      auto statement = token_.is("function") ? read_function() : read_command();
      if (!at_end() && !at_delimiter()) fail();
      if (fault_) return statements;
      statements.push_back(std::move(statement));
      step();
    }
  }
  // The line of the fault; 0 for none.
  unsigned fault() const { return fault_; }

 private:
  // From here on the script has no more words, so that every reader comes to its end.
  void fail() {
    if (!fault_) fault_ = token_.line;
    token_ = {};
  }

  bool at_end() const { return token_.kind == GrubToken::Kind::end; }
  void step() {
    if (!fault_ && !at_end()) token_ = lexer_.next();
  }
  bool take(std::string_view word) {
    if (!token_.is(word)) return false;
    step();
    return true;
  }
  void need(std::string_view word) {
    if (!take(word)) fail();
  }
  void need(GrubToken::Kind kind) {
    if (token_.kind != kind) fail();
    step();
  }
  bool at_delimiter() const {
    return token_.kind == GrubToken::Kind::newline || token_.kind == GrubToken::Kind::semicolon;
  }
  void skip_newlines() {
    while (token_.kind == GrubToken::Kind::newline)
      step();
  }
  // One delimiter, then newlines only. False where there is none.
  bool take_delimiters() {
    if (!at_delimiter()) return false;
    step();
    skip_newlines();
    return true;
  }

  // One command or more, up to a word that ends the list. The delimiters behind the last command
  // must be there, except before the brace of a block (grub-core/script/parser.y has delimiters0
  // there, and delimiters1 in a function).
  GrubBlock read_list(bool function = false) {
    GrubBlock list;
    skip_newlines();
    for (;;) {
      list.push_back(read_command());
      if (fault_) return list;
      const bool delimited = take_delimiters();
      const bool brace = token_.kind == GrubToken::Kind::close_brace;
      if ((brace && (delimited || !function)) ||
          (delimited && is_reserved(token_) && !opens(token_)))
        return list;
      if (!delimited) fail();
    }
  }

  static bool opens(const GrubToken& token) {
    return token.is("if") || token.is("for") || token.is("while") || token.is("until");
  }

  GrubStatement read_command() {
    GrubStatement statement;
    if (++depth_ > kGrubDepth) fail();
    statement.line = token_.line;
    if (take("if"))
      read_condition(statement);
    else if (take("for"))
      read_each(statement);
    else if (token_.is("while") || token_.is("until"))
      read_repeat(statement);
    else
      read_plain(statement);
    --depth_;
    return statement;
  }

  void read_condition(GrubStatement& statement) {
    statement.kind = GrubStatement::Kind::condition;
    statement.test = read_list();
    need("then");
    statement.body = read_list();
    if (take("else")) {
      statement.otherwise = read_list();
    } else if (token_.is("elif")) {
      GrubStatement next;
      if (++depth_ > kGrubDepth) fail();
      next.line = token_.line;
      step();
      read_condition(next);
      statement.otherwise.push_back(std::move(next));
      --depth_;
      // The inner one took the "fi".
      return;
    }
    need("fi");
  }

  void read_each(GrubStatement& statement) {
    statement.kind = GrubStatement::Kind::each;
    statement.name = read_name();
    need("in");
    while (token_.kind == GrubToken::Kind::word)
      statement.words.push_back(take_word());
    if (!take_delimiters()) fail();
    need("do");
    statement.body = read_list();
    need("done");
  }

  void read_repeat(GrubStatement& statement) {
    statement.kind = GrubStatement::Kind::repeat;
    statement.until = token_.is("until");
    step();
    statement.test = read_list();
    need("do");
    statement.body = read_list();
    need("done");
  }

  void read_plain(GrubStatement& statement) {
    if (token_.kind != GrubToken::Kind::word || is_reserved(token_)) fail();
    while (token_.kind == GrubToken::Kind::word)
      statement.words.push_back(take_word());
    if (token_.kind != GrubToken::Kind::open_brace) return;
    step();
    auto block = read_list();
    need(GrubToken::Kind::close_brace);
    statement.block = std::make_shared<const GrubBlock>(std::move(block));
  }

  GrubStatement read_function() {
    GrubStatement statement;
    statement.kind = GrubStatement::Kind::function;
    statement.line = token_.line;
    step();
    statement.name = read_name();
    skip_newlines();
    need(GrubToken::Kind::open_brace);
    statement.body = read_list(true);
    need(GrubToken::Kind::close_brace);
    return statement;
  }

  GrubWord take_word() {
    auto word = token_.parts;
    step();
    return word;
  }

  // NAME in yylex.l.
  std::string read_name() {
    if (token_.kind != GrubToken::Kind::word || is_reserved(token_)) fail();
    const auto name = token_.text();
    const bool good =
        token_.is(name) && !(name[0] >= '0' && name[0] <= '9') &&
        std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
    if (good)
      step();
    else
      fail();
    return name;
  }

  GrubLexer lexer_;
  GrubToken token_;
  unsigned depth_ = 0, fault_ = 0;
};

}  // namespace

GrubSyntax parse_grub(std::string_view script) {
  GrubSyntax syntax;
  Parser parser(script);
  syntax.statements = parser.read_script();
  if (parser.fault() > 0)
    syntax.fault = fmt::format("line {}: GRUB does not understand it", parser.fault());
  return syntax;
}

bool has_command(const GrubBlock& block, std::string_view name) {
  return std::ranges::any_of(block, [&](const GrubStatement& statement) {
    const auto& words = statement.words;
    if (statement.kind == GrubStatement::Kind::command && !words.empty() &&
        words[0] == GrubWord{{GrubPart::Kind::text, std::string(name)}})
      return true;
    return has_command(statement.test, name) || has_command(statement.body, name) ||
           has_command(statement.otherwise, name);
  });
}

}  // namespace vfirst
