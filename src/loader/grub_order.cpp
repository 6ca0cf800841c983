// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_order.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanumeric(char c) {
  return is_decimal(c) || is_letter(c);
}

int sign(auto order) {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

// The characters at the front that are of this kind.
std::string_view run_of(std::string_view text, bool (*is)(char)) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), is);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Two numbers of any length.
int compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return sign(a.compare(b));
}

// vercmp() of blscfg.c: rpm's order of versions.
int compare_package_versions(std::string_view a, std::string_view b) {
  const auto is_separator = [](char c) { return !is_alphanumeric(c) && c != '~' && c != '+'; };
  const auto begins = [](std::string_view text, char c) { return text.starts_with(c); };
  if (a == b) return 0;
  while (!a.empty() || !b.empty()) {
    a.remove_prefix(run_of(a, is_separator).size());
    b.remove_prefix(run_of(b, is_separator).size());
    // It sorts before everything, the end as well.
    if (begins(a, '~') || begins(b, '~')) {
      if (!begins(a, '~')) return 1;
      if (!begins(b, '~')) return -1;
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    // It sorts before everything but the end.
    if (begins(a, '+') || begins(b, '+')) {
      if (a.empty()) return -1;
      if (b.empty()) return 1;
      if (!begins(a, '+')) return 1;
      if (!begins(b, '+')) return -1;
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (a.empty() || b.empty()) break;
    const bool number = is_decimal(a.front());
    const auto one = run_of(a, number ? is_decimal : is_letter),
               two = run_of(b, number ? is_decimal : is_letter);
    // A number is newer than a word.
    if (two.empty()) return number ? 1 : -1;
    if (const int order = number ? compare_numbers(one, two) : sign(one.compare(two)); order != 0)
      return order;
    a.remove_prefix(one.size());
    b.remove_prefix(two.size());
  }
  if (a.empty() && b.empty()) return 0;
  return a.empty() ? -1 : 1;
}

// Name, version, release. Where a dash is missing the last is missing: "kernel-6" has no release.
std::array<std::string_view, 3> package_parts(std::string_view text) {
  const auto last = text.rfind('-');
  if (last == text.npos) return {text};
  const auto first = text.substr(0, last).rfind('-');
  if (first == text.npos) return {text.substr(0, last), text.substr(last + 1)};
  return {text.substr(0, first), text.substr(first + 1, last - first - 1), text.substr(last + 1)};
}

// gnulib's order() of a character: a letter before any other, '~' before all, and before the end.
int rank_of(std::string_view text, std::size_t at) {
  if (at >= text.size()) return -1;
  const char c = text[at];
  if (is_decimal(c)) return 0;
  if (is_letter(c)) return c;
  return c == '~' ? -2 : static_cast<unsigned char>(c) + 256;
}

// gnulib's verrevcmp().
int compare_versions_of_files(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !is_decimal(a[i])) || (j < b.size() && !is_decimal(b[j]))) {
      if (const int order = rank_of(a, i) - rank_of(b, j); order != 0) return sign(order);
      ++i;
      ++j;
    }
    const auto one = run_of(a.substr(std::min(i, a.size())), is_decimal),
               two = run_of(b.substr(std::min(j, b.size())), is_decimal);
    if (const int order = compare_numbers(one, two); order != 0) return order;
    i += one.size();
    j += two.size();
  }
  return 0;
}

// Without its endings: (\.[A-Za-z~][A-Za-z0-9~]*)*$, and never all of it.
std::string_view without_endings(std::string_view name) {
  for (auto rest = name;;) {
    const auto dot = rest.rfind('.');
    if (dot == rest.npos || dot == 0) return rest;
    const auto ending = rest.substr(dot + 1);
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '~'; };
    if (ending.empty() || is_decimal(ending.front()) || !std::ranges::all_of(ending, fits))
      return rest;
    rest = rest.substr(0, dot);
  }
}

}  // namespace

int compare_package_names(std::string_view a, std::string_view b) {
  const auto one = package_parts(a), two = package_parts(b);
  for (std::size_t i = 0; i < one.size(); ++i)
    if (const int order = compare_package_versions(one[i], two[i]); order != 0) return order;
  return 0;
}

int compare_file_names(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const auto one = without_endings(a), two = without_endings(b);
  const int order = compare_versions_of_files(one, two);
  return order != 0 || (one == a && two == b) ? order : compare_versions_of_files(a, b);
}

}  // namespace vfirst
