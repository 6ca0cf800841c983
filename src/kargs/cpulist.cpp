// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/cpulist.hpp"

#include "base/text.hpp"
#include "kargs/command_line.hpp"

#include <algorithm>
#include <cerrno>

namespace vfirst {

namespace {

bool between(char c) {
  return blank(c) || c == ',';
}
bool ends(char c) {
  return c == 0 || c == '\n';
}

// Reads one list once. at() beyond the text returns the NUL of the C string.
class Parser {
 public:
  Parser(std::string_view text, unsigned bits)
      : text_(text.substr(0, text.find('\0'))), bits_(bits) {}

  Result<CpuSet> run() {
    CpuSet set;
    for (;;) {
      while (between(at()))
        ++i_;
      if (ends(at())) return set;
      from_ = i_;
      bool more = true;
      VFIRST_CHECK(region(more));
      if (first_ > last_ || group_ == 0 || used_ > group_) return fail(EINVAL, "is not a range");
      if (last_ >= bits_)
        return fail(ERANGE, fmt::format("goes beyond the last CPU, {}", bits_ - 1));
      // Unsigned arithmetic as in the kernel, where a group beyond 2^31 wraps around, too.
      for (auto start = first_; start <= last_; start += group_)
        for (auto n = std::min(last_ - start + 1, used_); n > 0; --n)
          set.insert(start + n - 1);
      if (!more) return set;
    }
  }

 private:
  char at() const { return i_ < text_.size() ? text_[i_] : '\0'; }

  std::unexpected<Error> fail(int code, std::string_view why) const {
    const auto end = std::min(text_.find_first_of(", \n", from_), text_.size());
    return failed(
        code, "CPU list '{}': '{}' {}", text_, text_.substr(from_, std::max(end, from_) - from_),
        why);
  }

  Status number(unsigned& out) {
    if (at() == 'N') {
      out = bits_ - 1;
      ++i_;
      return {};
    }
    const auto begin = i_;
    std::uint64_t value = 0;
    for (; at() >= '0' && at() <= '9'; ++i_)
      if (value <= UINT32_MAX) value = value * 10 + static_cast<unsigned>(at() - '0');
    if (i_ == begin) return fail(EINVAL, "is not a CPU, a range, N or all");
    if (value > UINT32_MAX) return fail(EOVERFLOW, "holds a number beyond 32 bits");
    out = static_cast<unsigned>(value);
    return {};
  }

  Status region(bool& more) {
    if (lowered(text_.substr(i_, 3)) == "all") {
      first_ = 0;
      last_ = bits_ - 1;
      i_ += 3;
    } else {
      VFIRST_CHECK(number(first_));
      last_ = first_;
      if (ends(at()) || between(at())) return plain(more);
      if (at() != '-') return fail(EINVAL, "is not a CPU, a range, N or all");
      ++i_;
      VFIRST_CHECK(number(last_));
    }
    if (ends(at()) || between(at())) return plain(more);
    if (at() != ':') return fail(EINVAL, "is not a CPU, a range, N or all");
    ++i_;
    VFIRST_CHECK(number(used_));
    if (at() != '/') return fail(EINVAL, "has no /group after its :used");
    ++i_;
    // No separator is needed after it.
    return number(group_);
  }

  Status plain(bool& more) {
    used_ = group_ = last_ + 1;
    // A newline ends the list; the kernel does not read further.
    more = !ends(at());
    return {};
  }

  std::string_view text_;
  unsigned bits_;
  std::size_t i_ = 0, from_ = 0;
  unsigned first_ = 0, last_ = 0, used_ = 0, group_ = 0;
};

}  // namespace

Result<CpuSet> parse_kernel_list(std::string_view text, unsigned nr_cpu_ids) {
  if (nr_cpu_ids == 0 || nr_cpu_ids > CpuSet::kLimit)
    return refuse("{} is not a number of CPUs: 1 to {}", nr_cpu_ids, CpuSet::kLimit);
  return Parser(text, nr_cpu_ids).run();
}

}  // namespace vfirst
