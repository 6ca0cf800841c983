// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/json_text.hpp"

#include <array>
#include <charconv>
#include <system_error>

namespace vfirst {

namespace {

// The bytes that a string contains unescaped: printable ASCII except '"' and the backslash.
constexpr auto kPlain = [] {
  std::array<bool, 256> out{};
  for (unsigned c = 0x20; c < 0x80; ++c)
    out[c] = c != '"' && c != '\\';
  return out;
}();

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto more = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  for (std::size_t i = 0; i < text.size();) {
    const auto first = byte(i), second = byte(i + 1);
    if (first < 0x80)
      i += 1;
    else if (first >= 0xc2 && first < 0xe0 && more(i + 1))
      i += 2;
    else if (
        first >= 0xe0 && first < 0xf0 && more(i + 1) && more(i + 2) &&
        !(first == 0xe0 && second < 0xa0) && !(first == 0xed && second >= 0xa0))
      i += 3;
    else if (
        first >= 0xf0 && first < 0xf5 && more(i + 1) && more(i + 2) && more(i + 3) &&
        !(first == 0xf0 && second < 0x90) && !(first == 0xf4 && second >= 0x90))
      i += 4;
    else
      return false;
  }
  return true;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800)
    put(0xc0 | code >> 6);
  else if (code < 0x10000)
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f));
  else
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f));
  put(0x80 | (code & 0x3f));
}

}  // namespace

std::optional<std::string_view> JsonText::string() {
  if (!take('"')) return std::nullopt;
  const auto begin = at_;
  bool ascii = true, copied = false;
  // The beginning of what is not copied yet.
  auto from = at_;
  for (; at_ < text_.size(); ++at_) {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (kPlain[c]) continue;
    if (c == '"') {
      auto out = text_.substr(begin, at_ - begin);
      if (copied) out = unescaped_.append(text_.substr(from, at_ - from));
      if (!ascii && !is_utf8(out)) return at_ = begin, std::nullopt;
      ++at_;
      return out;
    }
    if (c < 0x20) return std::nullopt;
    if (c >= 0x80) ascii = false;
    if (c != '\\') continue;
    if (!copied) unescaped_.clear();
    copied = true;
    unescaped_.append(text_.substr(from, at_ - from));
    if (!escape()) return std::nullopt;
    from = at_ + 1;
  }
  return std::nullopt;
}

// Reads from the backslash to the last character of the escape.
bool JsonText::escape() {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMean = "\"\\/\b\f\n\r\t";
  if (++at_ >= text_.size()) return false;
  if (const auto which = kLetters.find(text_[at_]); which != kLetters.npos)
    return unescaped_ += kMean[which], true;
  if (text_[at_] != 'u') return false;
  auto code = hex4();
  if (!code || (*code >= 0xdc00 && *code < 0xe000)) return false;
  // The first half of a surrogate pair.
  if (*code >= 0xd800 && *code < 0xdc00) {
    if (text_.substr(at_ + 1, 2) != "\\u") return false;
    at_ += 2;
    const auto low = hex4();
    if (!low || *low < 0xdc00 || *low >= 0xe000) return false;
    code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
  }
  append_utf8(unescaped_, *code);
  return true;
}

// Reads from the 'u' to the last digit.
std::optional<std::uint32_t> JsonText::hex4() {
  const auto digits = text_.substr(at_ + 1, 4);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) return std::nullopt;
  at_ += 4;
  return code;
}

std::optional<JsonText::Number> JsonText::number() {
  const bool negative = take('-');
  const auto begin = at_;
  const auto digits = [&] {
    const auto from = at_;
    while (at_ < text_.size() && digit(text_[at_]))
      ++at_;
    return at_ > from;
  };
  if (!digits() || (text_[begin] == '0' && at_ > begin + 1)) return std::nullopt;
  Number out{{}, std::nullopt, negative};
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + at_, magnitude);
  bool whole = error == std::errc();
  if (at_ < text_.size() && text_[at_] == '.') {
    whole = false;
    if (++at_; !digits()) return std::nullopt;
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    whole = false;
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (!digits()) return std::nullopt;
  }
  if (whole) out.magnitude = magnitude;
  out.text = text_.substr(begin - negative, at_ - begin + negative);
  return out;
}

bool JsonText::word(std::string_view word) {
  (void)next();
  if (text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

bool JsonText::skip() {
  // The closing brackets of the levels that are open.
  std::string open;
  do {
    switch (next()) {
      case '{':
        ++at_;
        if (next() != '}') {
          if (!string() || !take(':')) return false;
          open += '}';
          if (open.size() > kDepth) return false;
          // The first value of the level.
          continue;
        }
        ++at_;
        break;
      case '[':
        ++at_;
        if (next() != ']') {
          open += ']';
          if (open.size() > kDepth) return false;
          continue;
        }
        ++at_;
        break;
      case '"':
        if (!string()) return false;
        break;
      case 't':
        if (!word("true")) return false;
        break;
      case 'f':
        if (!word("false")) return false;
        break;
      case 'n':
        if (!word("null")) return false;
        break;
      default:
        if (!number()) return false;
    }
    while (!open.empty() && take(open.back()))
      open.pop_back();
    if (open.empty()) return true;
    if (!take(',') || (open.back() == '}' && (!string() || !take(':')))) return false;
  } while (true);
}

}  // namespace vfirst
