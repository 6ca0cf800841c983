// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A kernel command line as the kernel reads it (lib/cmdline.c next_arg, kernel/params.c
// parse_args): an ordered list of arguments with its duplicates. What did not change is written
// back byte for byte.

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The separators of kernel arguments: isspace of include/linux/ctype.h, which includes the no-break
// space of Latin-1.
inline constexpr bool blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

// The kernel treats '-' in a name as '_' (kernel/params.c, dash2underscore). Case matters.
bool same_key(std::string_view a, std::string_view b);

struct KernelArg {
  // The argument as it stands in the line, with its quotes.
  std::string raw;
  std::string key;
  // Absent: a bare word without '='.
  std::optional<std::string> value;
  bool is(std::string_view name) const { return same_key(key, name); }
  bool operator==(const KernelArg&) const = default;
};

// The text of one argument, quoted where the kernel needs it. Refused where no spelling exists: the
// kernel has no escape for a double quote.
Result<KernelArg> make_arg(std::string_view key, std::optional<std::string_view> value);

// Every argument of a text by next_arg's rules: a quoted blank separates nothing. It does not stop
// at `--`: that is an argument here, and so is what stands behind it. The kernel hands those to
// init, which it tokenizes by the same rules (init/main.c, "Setting init args"). For a whole line
// that is read, changed and written back, there is CommandLine.
std::vector<KernelArg> split_arguments(std::string_view text);

// The arguments as one text, each as it was spelled, with one blank between two.
std::string join_arguments(const std::vector<KernelArg>& arguments);

class CommandLine {
 public:
  CommandLine() = default;
  // Every text is a command line.
  static CommandLine parse(std::string_view text);

  const std::vector<KernelArg>& args() const& { return args_; }  // up to `--`
  // By value, so that `for (... : parse(x).args())` is safe.
  std::vector<KernelArg> args() && { return std::move(args_); }
  // The text from `--` on, which the kernel passes to init unread. Empty where there is none.
  std::string_view init_part() const { return tail_; }
  // parse(text).str() == text.
  std::string str() const;
  // Without the terminating NUL.
  std::size_t bytes() const { return str().size(); }

  // Positions, in order.
  std::vector<std::size_t> find(std::string_view key) const;
  bool has(std::string_view key) const { return last(key) != nullptr; }
  const KernelArg* first(std::string_view key) const;
  const KernelArg* last(std::string_view key) const;

  // Adds an argument after the others, before `--`. Refused where the line ends inside a quote: the
  // argument would become part of the one before.
  Status append(KernelArg arg);
  void erase(std::size_t position);
  // Removes our own arguments: for each, the last one with the same key and value. Returns how many
  // were found.
  std::size_t remove(const std::vector<KernelArg>& own);

  bool operator==(const CommandLine&) const = default;

 private:
  // The blanks before each argument, and those after the last one.
  std::vector<std::string> gaps_{std::string()};
  std::vector<KernelArg> args_;
  std::string tail_;
};

}  // namespace vfirst
