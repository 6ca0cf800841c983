// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/command_line.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::size_t blanks(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), blank) - text.begin());
}

// One argument from the front of `text`, which does not begin with a blank. The rules of next_arg:
// a quote anywhere begins or ends a part in which blanks do not separate. The first '=' that is not
// the very first character ends the name, inside quotes too. A quote is removed only where it opens
// the whole argument or the value, and then the closing one only if it is the last character.
KernelArg next_arg(std::string_view text) {
  const bool quoted = text.starts_with('"');
  const std::size_t from = quoted ? 1 : 0;
  bool in_quote = quoted;
  std::size_t equals = 0, end = from;
  for (; end < text.size() && (in_quote || !blank(text[end])); ++end) {
    if (!equals && text[end] == '=' && end > from) equals = end;
    if (text[end] == '"') in_quote = !in_quote;
  }
  KernelArg arg;
  arg.raw = text.substr(0, end);
  const bool closing = end > from && text[end - 1] == '"';
  const auto strip = [&](std::size_t begin, bool whole) {
    const auto stop = whole && closing ? end - 1 : end;
    return begin < stop ? std::string(text.substr(begin, stop - begin)) : std::string();
  };
  if (!equals) {
    arg.key = strip(from, quoted);
  } else {
    arg.key = text.substr(from, equals - from);
    const bool value_quoted = equals + 1 < end && text[equals + 1] == '"';
    arg.value = strip(equals + 1 + value_quoted, quoted || value_quoted);
  }
  return arg;
}

}  // namespace

bool same_key(std::string_view a, std::string_view b) {
  const auto fold = [](char c) { return c == '-' ? '_' : c; };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return fold(x) == fold(y); });
}

Result<KernelArg> make_arg(std::string_view key, std::optional<std::string_view> value) {
  const auto text = value ? fmt::format("{}={}", key, *value) : std::string(key);
  if (key.empty() || key == "--" || std::any_of(key.begin(), key.end(), [](char c) {
        return blank(c) || c == '=' || c == '"' || !c;
      }))
    return refuse("'{}' cannot be the name of a kernel argument", key);
  if (value && value->find_first_of(std::string_view("\"\0", 2)) != std::string_view::npos)
    return refuse("{}: the kernel has no way to write a double quote inside a value", text);
  const bool quotes = value && std::any_of(value->begin(), value->end(), blank);
  auto raw = quotes ? fmt::format("{}=\"{}\"", key, *value) : text;
  return KernelArg{
      std::move(raw), std::string(key), value ? std::optional<std::string>(*value) : std::nullopt};
}

std::vector<KernelArg> split_arguments(std::string_view text) {
  std::vector<KernelArg> out;
  // A C string ends at its first NUL.
  text = text.substr(0, text.find('\0'));
  for (text.remove_prefix(blanks(text)); !text.empty(); text.remove_prefix(blanks(text))) {
    out.push_back(next_arg(text));
    text.remove_prefix(out.back().raw.size());
  }
  return out;
}

std::string join_arguments(const std::vector<KernelArg>& arguments) {
  return joined(arguments, " ", &KernelArg::raw);
}

CommandLine CommandLine::parse(std::string_view text) {
  CommandLine line;
  // A C string ends at its first NUL. The text after it is kept but not read.
  const auto end = std::min(text.find('\0'), text.size());
  auto rest = text.substr(0, end);
  for (;;) {
    const auto gap = blanks(rest);
    line.gaps_.back() = rest.substr(0, gap);
    rest.remove_prefix(gap);
    if (rest.empty()) break;
    auto arg = next_arg(rest);
    if (!arg.value && arg.key == "--") break;
    rest.remove_prefix(arg.raw.size());
    line.args_.push_back(std::move(arg));
    line.gaps_.emplace_back();
  }
  line.tail_ = std::string(rest) + std::string(text.substr(end));
  return line;
}

std::string CommandLine::str() const {
  std::string out;
  for (std::size_t i = 0; i < args_.size(); ++i)
    out += gaps_[i] + args_[i].raw;
  return out + gaps_.back() + tail_;
}

std::vector<std::size_t> CommandLine::find(std::string_view key) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < args_.size(); ++i)
    if (args_[i].is(key)) out.push_back(i);
  return out;
}

const KernelArg* CommandLine::first(std::string_view key) const {
  const auto at = find(key);
  return at.empty() ? nullptr : &args_[at.front()];
}

const KernelArg* CommandLine::last(std::string_view key) const {
  const auto at = find(key);
  return at.empty() ? nullptr : &args_[at.back()];
}

Status CommandLine::append(KernelArg arg) {
  // After an odd number of quotes the kernel reads to the end of the line: an argument added here
  // would become part of the last one.
  if (!args_.empty() && std::count(args_.back().raw.begin(), args_.back().raw.end(), '"') % 2 != 0)
    return refuse("the command line ends inside a double quote: {}", args_.back().raw);
  gaps_.insert(gaps_.end() - 1, args_.empty() ? "" : " ");
  if (!tail_.empty() && gaps_.back().empty()) gaps_.back() = " ";
  args_.push_back(std::move(arg));
  return {};
}

void CommandLine::erase(std::size_t position) {
  const auto at = static_cast<std::ptrdiff_t>(position);
  args_.erase(args_.begin() + at);
  // An argument is removed together with the blank before it; the first one with the blank after
  // it, so that the line keeps its indentation.
  gaps_.erase(gaps_.begin() + (position == 0 && !args_.empty() ? 1 : at));
}

std::size_t CommandLine::remove(const std::vector<KernelArg>& own) {
  std::size_t removed = 0;
  for (const auto& arg : own)
    for (auto i = args_.size(); i-- > 0;)
      if (args_[i].is(arg.key) && args_[i].value == arg.value) {
        erase(i);
        ++removed;
        break;
      }
  return removed;
}

}  // namespace vfirst
