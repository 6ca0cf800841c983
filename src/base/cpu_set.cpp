// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cpu_set.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <bit>

namespace vfirst {

CpuSet::CpuSet(std::initializer_list<unsigned> cpus) {
  for (auto cpu : cpus)
    insert(cpu);
}

CpuSet CpuSet::range(unsigned first, unsigned last) {
  CpuSet set;
  // No CPU beyond the limit is a member of any set.
  last = std::min(last, kLimit - 1);
  if (first <= last) set.insert_all(first, last);
  return set;
}

Result<CpuSet> CpuSet::parse_list(std::string_view text) {
  CpuSet set;
  text = trimmed(text);
  if (text.empty()) return set;
  for (auto rest = text;;) {
    const auto part = rest.substr(0, rest.find(','));
    const auto dash = part.find('-');
    const auto low = parse_number(part.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : parse_number(part.substr(dash + 1));
    if (!low || !high || *low > *high)
      return refuse("CPU list '{}': '{}' is not a CPU or a range", text, part);
    if (*high >= kLimit)
      return refuse("CPU list '{}': CPU {} is beyond {}", text, *high, kLimit - 1);
    set.insert_all(static_cast<unsigned>(*low), static_cast<unsigned>(*high));
    if (part.size() == rest.size()) return set;
    rest.remove_prefix(part.size() + 1);
  }
}

Result<CpuSet> CpuSet::parse_mask(std::string_view text) {
  text = trimmed(text);
  const auto groups = static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) + 1;
  if (groups > kLimit / 32)
    return refuse("CPU mask of {} words is longer than {}", groups, kLimit / 32);
  CpuSet set;
  set.words_.resize((groups + 1) / 2);
  auto rest = text;
  for (auto left = groups; left-- > 0;) {
    const auto group = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(group.size() + 1, rest.size()));
    // Most words of a large mask are zero.
    const auto word =
        group == "00000000" ? std::optional<std::uint64_t>(0) : parse_number(group, 16);
    if (!word || *word > 0xffffffffu)
      return refuse("CPU mask '{}': '{}' is not 32 bits in hexadecimal", text, group);
    set.words_[left / 2] |= *word << (left % 2 * 32);
  }
  set.trim();
  return set;
}

std::string CpuSet::list() const {
  std::string out;
  const auto number = [&](std::size_t cpu) {
    const fmt::format_int digits(cpu);
    out.append(digits.data(), digits.size());
  };
  const auto end = words_.size() * 64;
  // The first CPU from `at` on that is in the set, or is not.
  const auto seek = [&](std::size_t at, bool in) {
    while (at < end) {
      const auto word = (in ? words_[at / 64] : ~words_[at / 64]) >> (at % 64);
      if (word) return at + static_cast<std::size_t>(std::countr_zero(word));
      at = (at / 64 + 1) * 64;
    }
    return end;
  };
  for (auto from = seek(0, true); from < end;) {
    const auto after = seek(from, false);
    if (!out.empty()) out += ',';
    number(from);
    if (after - from > 1) {
      out += '-';
      number(after - 1);
    }
    from = seek(after, true);
  }
  return out;
}

std::string CpuSet::mask() const {
  std::string out;
  for (std::size_t i = words_.size(); i-- > 0;) {
    for (int half = 1; half >= 0; --half) {
      const auto word = static_cast<std::uint32_t>(words_[i] >> (32 * half));
      if (out.empty() && word == 0) continue;
      out += out.empty() ? fmt::format("{:x}", word) : fmt::format(",{:08x}", word);
    }
  }
  return out.empty() ? "0" : out;
}

void CpuSet::insert_all(unsigned first, unsigned last) {
  if (words_.size() <= last / 64) words_.resize(last / 64 + 1);
  for (auto word = first / 64; word <= last / 64; ++word) {
    const auto from = word == first / 64 ? first % 64 : 0, to = word == last / 64 ? last % 64 : 63;
    words_[word] |= ~std::uint64_t{0} >> (63 - to + from) << from;
  }
}

void CpuSet::insert(unsigned cpu) {
  if (cpu >= kLimit) return;
  if (words_.size() <= cpu / 64) words_.resize(cpu / 64 + 1);
  words_[cpu / 64] |= std::uint64_t{1} << (cpu % 64);
}

void CpuSet::erase(unsigned cpu) {
  if (cpu / 64 < words_.size()) words_[cpu / 64] &= ~(std::uint64_t{1} << (cpu % 64));
  trim();
}

bool CpuSet::contains(unsigned cpu) const {
  return cpu / 64 < words_.size() && (words_[cpu / 64] >> (cpu % 64) & 1);
}
bool CpuSet::empty() const {
  return words_.empty();
}

std::size_t CpuSet::size() const {
  std::size_t n = 0;
  for (auto word : words_)
    n += static_cast<std::size_t>(std::popcount(word));
  return n;
}

std::optional<unsigned> CpuSet::first() const {
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (words_[i])
      return static_cast<unsigned>(i * 64 + static_cast<std::size_t>(std::countr_zero(words_[i])));
  return std::nullopt;
}

std::optional<unsigned> CpuSet::last() const {
  if (words_.empty()) return std::nullopt;
  return static_cast<unsigned>(
      words_.size() * 64 - 1 - static_cast<std::size_t>(std::countl_zero(words_.back())));
}

std::vector<unsigned> CpuSet::members() const {
  std::vector<unsigned> out;
  for (std::size_t i = 0; i < words_.size(); ++i)
    for (auto word = words_[i]; word; word &= word - 1)
      out.push_back(
          static_cast<unsigned>(i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
  return out;
}

bool CpuSet::contains(const CpuSet& other) const {
  for (std::size_t i = 0; i < other.words_.size(); ++i)
    if (other.words_[i] & ~(i < words_.size() ? words_[i] : 0)) return false;
  return true;
}

bool CpuSet::intersects(const CpuSet& other) const {
  for (std::size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i)
    if (words_[i] & other.words_[i]) return true;
  return false;
}

CpuSet& CpuSet::operator|=(const CpuSet& other) {
  words_.resize(std::max(words_.size(), other.words_.size()));
  for (std::size_t i = 0; i < other.words_.size(); ++i)
    words_[i] |= other.words_[i];
  return *this;
}

CpuSet& CpuSet::operator&=(const CpuSet& other) {
  words_.resize(std::min(words_.size(), other.words_.size()));
  for (std::size_t i = 0; i < words_.size(); ++i)
    words_[i] &= other.words_[i];
  trim();
  return *this;
}

CpuSet& CpuSet::operator-=(const CpuSet& other) {
  for (std::size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i)
    words_[i] &= ~other.words_[i];
  trim();
  return *this;
}

void CpuSet::trim() {
  while (!words_.empty() && words_.back() == 0)
    words_.pop_back();
}

}  // namespace vfirst
