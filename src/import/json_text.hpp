// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The tokens of a JSON text (RFC 8259), where it lies. A fleet's documents are tens of kilobytes
// each and read by the thousand: nlohmann's parser alone takes as long over one as everything else
// that is done for its host.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vfirst {

class JsonText {
 public:
  explicit JsonText(std::string_view text) : text_(text) {}

  // The first character of what comes next, blanks passed over: '{', '[', '"', a digit, '-', 't',
  // 'f', 'n', '}', ']', ',', ':'. '\0' at the end.
  char next() {
    constexpr std::string_view kIndent = "        ";
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      // nearly always
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

  // A string in its quotes, its escapes resolved; good until the next one. Nothing where it is no
  // string of UTF-8.
  std::optional<std::string_view> string();

  struct Number {
    std::string_view text;
    // of a whole number of 64 bits
    std::optional<std::uint64_t> magnitude;
    bool negative = false;
  };
  std::optional<Number> number();
  // true, false, null
  bool word(std::string_view word);
  // a whole value; nothing too deep (kDepth)
  bool skip();

  // where a token that is none begins or breaks off
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
