// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Reads the tokens of a JSON text (RFC 8259) in place. The documents of a fleet have tens of
// kilobytes each and are read by the thousand. The parser of nlohmann/json takes as long for one of
// them as everything else that is done for its host.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vfirst {

class JsonText {
 public:
  explicit JsonText(std::string_view text) : text_(text) {}

  // The first character of the next token, after blanks: '{', '[', '"', a digit, '-', 't', 'f',
  // 'n',
  // '}', ']', ',', ':'. '\0' at the end.
  char next() {
    constexpr std::string_view kIndent = "        ";
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      // Nearly always.
      if (c > ' ') return c;
      if (c == '\n')
        while (text_.substr(at_ + 1, kIndent.size()) == kIndent)
          at_ += kIndent.size();
      else if (c != ' ' && c != '\r' && c != '\t')
        return c;
    }
    return '\0';
  }
  bool take(char c) { return next() == c && ++at_; }
  bool ended() { return next() == '\0' && at_ == text_.size(); }

  // The content of a string with its escapes resolved; valid until the next string is read. Nothing
  // where it is not a string of UTF-8.
  std::optional<std::string_view> string();

  struct Number {
    std::string_view text;
    // The value, if it is a whole number of 64 bits.
    std::optional<std::uint64_t> magnitude;
    bool negative = false;
  };
  std::optional<Number> number();
  // True, false or null.
  bool word(std::string_view word);
  // Skips a whole value; refuses one that is nested too deeply (kDepth).
  bool skip();

  // The place of the wrong token.
  std::size_t at() const { return at_; }

 private:
  static constexpr unsigned kDepth = 200;
  bool escape();
  std::optional<std::uint32_t> hex4();
  std::string_view text_;
  std::size_t at_ = 0;
  std::string unescaped_;
};

}  // namespace vfirst
