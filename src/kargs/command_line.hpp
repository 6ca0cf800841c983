// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A kernel command line as the kernel reads it (lib/cmdline.c next_arg, kernel/params.c
// parse_args): an ordered list of arguments, duplicates kept, written back byte for byte where
// nothing changed.

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// What parts the kernel's arguments: include/linux/ctype.h's isspace, which counts the Latin-1
// no-break space.
inline constexpr bool blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

// The kernel's names take '-' for '_' (kernel/params.c, dash2underscore); case counts.
bool same_key(std::string_view a, std::string_view b);

struct KernelArg {
  // as it stands in the line, quotes and all
  std::string raw;
  std::string key;
  // absent: a bare word, no '='
  std::optional<std::string> value;
  bool is(std::string_view name) const { return same_key(key, name); }
  bool operator==(const KernelArg&) const = default;
};

// The text of one argument, quoted where the kernel needs it. Refused where no spelling exists: the
// kernel knows no escape for a double quote.
Result<KernelArg> make_arg(std::string_view key, std::optional<std::string_view> value);

class CommandLine {
 public:
  CommandLine() = default;
  // every text is a command line
  static CommandLine parse(std::string_view text);

  const std::vector<KernelArg>& args() const& { return args_; }  // up to `--`
  // so that `for (... : parse(x).args())` holds what it reads
  std::vector<KernelArg> args() && { return std::move(args_); }
  // From the `--` on: the kernel hands it to init unread. Empty where there is none.
  std::string_view init_part() const { return tail_; }
  // parse(text).str() == text
  std::string str() const;
  // without the terminating NUL
  std::size_t bytes() const { return str().size(); }

  // positions, in order
  std::vector<std::size_t> find(std::string_view key) const;
  bool has(std::string_view key) const { return last(key) != nullptr; }
  const KernelArg* first(std::string_view key) const;
  const KernelArg* last(std::string_view key) const;

  // Behind the others, before `--`. Refused where the line ends inside a quote, which would swallow
  // it.
  Status append(KernelArg arg);
  void erase(std::size_t position);
  // Takes out our own arguments: for each, the last one with the same key and value. What is not
  // there stays missed. Returns how many were found.
  std::size_t remove(const std::vector<KernelArg>& own);

  bool operator==(const CommandLine&) const = default;

 private:
  // blanks before each argument, and behind the last one
  std::vector<std::string> gaps_{std::string()};
  std::vector<KernelArg> args_;
  std::string tail_;
};

}  // namespace vfirst
