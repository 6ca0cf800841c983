// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_condition.hpp"

#include <algorithm>
#include <utility>

namespace vfirst {

namespace {

using Answer = GrubAnswer;

// MAX_TEST_RECURSION_DEPTH in test.c.
constexpr unsigned kMostParentheses = 100;

Answer answer(bool yes) {
  return yes ? Answer::yes : Answer::no;
}
Answer both(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::yes && b == Answer::yes ? Answer::yes : Answer::unknown;
}
Answer either(Answer a, Answer b) {
  if (a == Answer::yes || b == Answer::yes) return Answer::yes;
  return a == Answer::no && b == Answer::no ? Answer::no : Answer::unknown;
}
Answer inverse(Answer a) {
  return a == Answer::unknown ? a : answer(a == Answer::no);
}

Answer not_empty(std::string_view text) {
  // An unknown part may be empty, the text around it is not.
  const bool text_around = !text.empty() && (text.front() != '\x02' || text.back() != '\x02');
  return is_unknown(text) && !text_around ? Answer::unknown : answer(!text.empty());
}

long long signed_number(std::string_view text) {
  const bool minus = text.starts_with('-');
  const auto number =
      static_cast<long long>(grub_number(minus ? text.substr(1) : text).value_or(0));
  return minus ? -number : number;
}

// "-plt" and "-pgt" compare the first number that differs, "vmlinuz-2" and "vmlinuz-11".
int compare_versions_of(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i])
    ++i;
  const auto is_digit = [&](std::size_t at) { return a[at] >= '0' && a[at] <= '9'; };
  // The digits in front of it belong to the number.
  if (i > 0) --i;
  while (i > 0 && i < a.size() && is_digit(i))
    --i;
  ++i;
  const auto number = [&](const std::string& text) {
    return i < text.size() ? grub_number(std::string_view(text).substr(i)).value_or(0) : 0;
  };
  const auto left = number(a), right = number(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

class Expression {
 public:
  Expression(std::vector<std::string> words, const GrubFileLookup& file)
      : words_(std::move(words)), file_(file) {}

  Answer parse() {
    auto all = Answer::yes, any = Answer::no;
    bool invert = false;
    const auto update = [&](Answer value) {
      all = both(all, std::exchange(invert, false) ? inverse(value) : value);
    };
    while (at_ < words_.size()) {
      if (const auto value = three_words()) {
        update(*value);
        at_ += 3;
      } else if (const auto value = two_words()) {
        update(*value);
        at_ += 2;
      } else if (word() == ")") {
        ++at_;
        if (depth_ > 0) --depth_;
        break;
      } else if (word() == "(") {
        ++at_;
        if (++depth_ > kMostParentheses) return Answer::unknown;
        update(parse());
      } else if (word() == "!") {
        invert = !invert;
        ++at_;
      } else if (word() == "-a") {
        ++at_;
      } else if (word() == "-o") {
        any = either(any, all);
        all = Answer::yes;
        ++at_;
      } else {
        update(not_empty(word()));
        ++at_;
      }
    }
    return either(any, all);
  }

 private:
  const std::string& word(std::size_t behind = 0) const { return words_[at_ + behind]; }

  std::optional<Answer> three_words() const {
    if (at_ + 2 >= words_.size()) return std::nullopt;
    const auto &left = word(), &what = word(1), &right = word(2);
    const bool times = what.starts_with("-nt") || what.starts_with("-ot");
    if (times) return Answer::unknown;
    const auto known = [&](bool yes) {
      return is_unknown(left) || is_unknown(right) ? Answer::unknown : answer(yes);
    };
    if (what == "=" || what == "==") return known(left == right);
    if (what == "!=") return known(left != right);
    if (what == "<") return known(left < right);
    if (what == "<=") return known(left <= right);
    if (what == ">") return known(left > right);
    if (what == ">=") return known(left >= right);
    const auto a = signed_number(left), b = signed_number(right);
    if (what == "-eq") return known(a == b);
    if (what == "-ne") return known(a != b);
    if (what == "-ge") return known(a >= b);
    if (what == "-gt") return known(a > b);
    if (what == "-le") return known(a <= b);
    if (what == "-lt") return known(a < b);
    if (what == "-pgt") return known(compare_versions_of(left, right) > 0);
    if (what == "-plt") return known(compare_versions_of(left, right) < 0);
    return std::nullopt;
  }

  std::optional<Answer> two_words() const {
    if (at_ + 1 >= words_.size()) return std::nullopt;
    const auto &what = word(), &of = word(1);
    if (what == "-n") return not_empty(of);
    if (what == "-z") return inverse(not_empty(of));
    if (what != "-d" && what != "-e" && what != "-f" && what != "-s") return std::nullopt;
    const auto found = file_(of);
    if (!found.known) return Answer::unknown;
    // Folders have no text, and so are not known.
    if (what == "-s") return answer(found.text && !found.text->empty());
    return answer(found.text && what != "-d");
  }

  std::vector<std::string> words_;
  const GrubFileLookup& file_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
};

}  // namespace

std::optional<unsigned long long> grub_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\r\v\f"), text.size()));
  unsigned base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '7') {
    base = 8;
  }
  std::optional<unsigned long long> number;
  for (const char c : text) {
    const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                  : 16;
    if (digit >= base) break;
    number = number.value_or(0) * base + digit;
  }
  return number;
}

GrubAnswer grub_test(std::vector<std::string> words, const GrubFileLookup& file) {
  if (!words.empty() && words.back() == "]") words.pop_back();
  return Expression(std::move(words), file).parse();
}

}  // namespace vfirst
