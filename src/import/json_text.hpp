// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The tokens of a JSON text (RFC 8259), where it lies. A fleet's documents are tens of kilobytes each and read by the thousand;
// nlohmann's parser, which goes over each character three times, took half of a host's time.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vfirst {

class JsonText {
 public:
  explicit JsonText(std::string_view text) : text_(text) {}

  // The first character of what comes next, blanks passed over: '{', '[', '"', a digit, '-', 't', 'f', 'n', '}', ']', ',', ':'. '\0' at
  // the end.
  char next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) { return next() == c && ++at_; }
  bool ended() { return next() == '\0' && at_ == text_.size(); }

  // A string in its quotes, its escapes resolved; good until the next one. Nothing where it is no string of UTF-8.
  std::optional<std::string_view> string();

  struct Number {
    std::string_view text;
    std::optional<std::uint64_t> magnitude;                      // of a whole number of 64 bits
    bool negative = false;
  };
  std::optional<Number> number();
  bool word(std::string_view word);                              // true, false, null
  bool skip();                                                   // a whole value; nothing too deep (kDepth)

  std::size_t at() const { return at_; }                         // where a token that is none begins or breaks off

 private:
  static constexpr unsigned kDepth = 200;
  bool escape();
  std::optional<std::uint32_t> hex4();
  std::string_view text_;
  std::size_t at_ = 0;
  std::string unescaped_;
};

}  // namespace vfirst
