// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/default_grub.hpp"

#include "base/text.hpp"
#include "host/loader_paths.hpp"
#include "kargs/arguments.hpp"
#include "loader/grub_lexer.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// A value of the shell, and where each of its bytes stands in the file.
struct ShellValue {
  std::string text;
  std::vector<std::size_t> first, last;

  void add(char c, std::size_t from, std::size_t to) {
    text += c;
    first.push_back(from);
    last.push_back(to);
  }
};

// The length of "GRUB_CMDLINE_LINUX=" and the like at the begin of the text; 0 where no assignment
// to one of the two begins there.
std::size_t assignment(std::string_view text) {
  for (const std::string_view name : {"GRUB_CMDLINE_LINUX_DEFAULT", "GRUB_CMDLINE_LINUX"})
    for (const std::string_view equals : {"=", "+="})
      if (text.starts_with(name) && text.substr(name.size()).starts_with(equals))
        return name.size() + equals.size();
  return 0;
}

// One word of the shell from `at` on (POSIX, "Quoting"): up to a blank, a line end or an operator
// that is not quoted. `at` is behind it afterwards.
ShellValue shell_word(std::string_view text, std::size_t& at) {
  constexpr std::string_view kEnds = " \t\n;&|<>()";
  ShellValue value;
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == 0 && kEnds.find(c) != kEnds.npos) break;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
      const char next = text[at + 1];
      // In double quotes a backslash protects only these.
      const bool protects =
          quote == 0 || std::string_view("$`\"\\\n").find(next) != std::string_view::npos;
      if (!protects) {
        value.add(c, at, at);
        continue;
      }
      ++at;
      if (next != '\n') value.add(next, at - 1, at);
    } else {
      value.add(c, at, at);
    }
  }
  return value;
}

bool is_blank_at(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == ' ' || text[at] == '\t');
}

void add_arguments(
    std::string_view text, const ShellValue& value, std::vector<DefaultArgument>& arguments) {
  const auto add_bytes = [&](std::size_t from, std::size_t to, std::vector<std::size_t>& bytes) {
    for (auto i = from; i < to; ++i)
      for (auto byte = value.first[i]; byte <= value.last[i]; ++byte)
        bytes.push_back(byte);
  };
  const std::string_view whole(value.text);
  std::size_t from = 0;
  GrubLexer lexer(whole);
  for (auto word = lexer.next(); word.kind != GrubToken::Kind::end; word = lexer.next()) {
    const auto begin = from + word.begin, end = from + word.end;
    if (word.kind == GrubToken::Kind::wrong) {
      // The shell's own, "$(command)" say: GRUB will see what it prints.
      from = std::min(whole.find_first_of(" \t\n", begin), whole.size());
      lexer = GrubLexer(whole.substr(from));
      continue;
    }
    const auto parsed = split_arguments(kernel_spelling(word.text()));
    // GRUB drops an empty word.
    if (parsed.size() != 1) continue;
    DefaultArgument argument{parsed.front(), 0, {}, {}};
    add_bytes(begin, end, argument.bytes);
    if (is_blank_at(whole, end))
      add_bytes(end, end + 1, argument.blank);
    else if (begin > 0 && is_blank_at(whole, begin - 1))
      add_bytes(begin - 1, begin, argument.blank);
    argument.line =
        static_cast<unsigned>(1 + std::ranges::count(text.substr(0, argument.bytes.front()), '\n'));
    arguments.push_back(std::move(argument));
  }
}

}  // namespace

std::vector<DefaultArgument> default_arguments(std::string_view text) {
  std::vector<DefaultArgument> arguments;
  for (std::size_t at = 0; at < text.size();) {
    while (is_blank_at(text, at) || (at < text.size() && text[at] == ';'))
      ++at;
    if (text.substr(at).starts_with("export ")) {
      at += std::string_view("export ").size();
      continue;
    }
    if (const auto length = assignment(text.substr(at)); length > 0) {
      at += length;
      add_arguments(text, shell_word(text, at), arguments);
      continue;
    }
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  return arguments;
}

std::string without_argument(std::string_view text, const KernelArg& argument) {
  std::string rest(text);
  for (;;) {
    const auto all = default_arguments(rest);
    const auto found = std::ranges::find_if(
        all, [&](const DefaultArgument& each) { return same_argument(each.argument, argument); });
    if (found == all.end()) return rest;
    auto gone = found->bytes;
    gone.insert(gone.end(), found->blank.begin(), found->blank.end());
    std::ranges::sort(gone, std::ranges::greater{});
    for (const auto byte : gone)
      rest.erase(byte, 1);
  }
}

std::vector<std::string> default_files(const FileReader& files) {
  std::vector<std::string> paths;
  if (files.exists(kGrubDefaults)) paths.emplace_back(kGrubDefaults);
  if (!files.exists(kGrubDefaultsFolder)) return paths;
  for (const auto& name : files.list(kGrubDefaultsFolder).value_or(std::vector<std::string>{}))
    if (name.ends_with(".cfg")) paths.push_back(fmt::format("{}/{}", kGrubDefaultsFolder, name));
  return paths;
}

std::string ForeignSource::str() const {
  return fmt::format("{}:{}", path, line);
}

std::vector<ForeignSource> default_sources(const FileReader& files, const KernelArg& argument) {
  std::vector<ForeignSource> sources;
  for (const auto& path : default_files(files))
    for (const auto& each : default_arguments(files.read(path).value_or("")))
      if (same_argument(each.argument, argument) &&
          (sources.empty() || sources.back() != ForeignSource{path, each.line}))
        sources.push_back({path, each.line});
  return sources;
}

}  // namespace vfirst
