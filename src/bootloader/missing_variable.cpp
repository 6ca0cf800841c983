// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/missing_variable.hpp"

#include "base/text.hpp"
#include "host/loader_paths.hpp"
#include "loader/default_grub.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::string_view kVariable = "$vfirst_args";
constexpr std::string_view kPrograms[] = {
    "usr/sbin/grub-mkconfig", "usr/bin/grub-mkconfig", "usr/sbin/grub2-mkconfig",
    "usr/bin/grub2-mkconfig"};

bool assigns_arguments(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("export ")) line = trimmed(line.substr(7));
  return line.starts_with("GRUB_CMDLINE_LINUX=") || line.starts_with("GRUB_CMDLINE_LINUX+=") ||
         line.starts_with("GRUB_CMDLINE_LINUX_DEFAULT=") ||
         line.starts_with("GRUB_CMDLINE_LINUX_DEFAULT+=");
}

// The first line of grub-mkconfig's own files that assigns arguments and that `is` answers for:
// "etc/default/grub:5"; "" for none.
template <class Is>
std::string place_of(const FileReader& files, Is is) {
  for (const auto& path : default_files(files)) {
    const auto text = files.read(path).value_or("");
    const auto lines = split(text, '\n');
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (assigns_arguments(lines[i]) && is(lines[i])) return fmt::format("{}:{}", path, i + 1);
  }
  return {};
}

// Where a quote of the shell's is open at the end of the line.
bool goes_on(std::string_view line) {
  char quote = 0;
  for (std::size_t i = line.find('=') + 1; i < line.size(); ++i) {
    if (line[i] == '\\' && quote != '\'')
      ++i;
    else if (quote == line[i])
      quote = 0;
    else if (!quote && (line[i] == '"' || line[i] == '\''))
      quote = line[i];
  }
  return quote != 0;
}

// Our variable stands in the text of the entry, and in another command of it: something in front of
// it ended the `linux` command.
std::string cut_off(const FileReader& files, const GrubFile& made, const GrubEntry& entry) {
  const auto lines = split(made.text, '\n');
  if (entry.line == 0 || entry.line > lines.size()) return {};
  const auto line = lines[entry.line - 1];
  if (const auto at = line.find(kVariable); at != line.npos) {
    for (const char c : std::string_view(";&|<>{}#")) {
      if (line.substr(0, at).find(c) == line.npos) continue;
      const auto place =
          place_of(files, [&](std::string_view text) { return text.find(c) != text.npos; });
      return fmt::format(
          "{}: a value holds '{}', which ends GRUB's command there: quote it for GRUB as well",
          place.empty() ? fmt::format("{}:{}", made.path, entry.line) : place, c);
    }
    return {};
  }
  for (auto next = entry.line; next < lines.size() && !trimmed(lines[next]).starts_with('}');
       ++next)
    if (lines[next].find(kVariable) != lines[next].npos) {
      const auto place = place_of(files, goes_on);
      return fmt::format(
          "{}: a value goes on in the next line, which ends GRUB's command there: make it one line",
          place.empty() ? fmt::format("{}:{}", made.path, entry.line) : place);
    }
  return {};
}

}  // namespace

std::string why_variable_is_missing(const FileReader& files, const GrubFile& made) {
  const auto& entries = made.config.entries;
  const auto entry = std::ranges::find_if(
      entries, [](const GrubEntry& one) { return !one.recovery && !one.carries; });
  if (entry == entries.end()) return {};
  if (auto cut = cut_off(files, made, *entry); !cut.empty()) return cut;
  if (const auto text = files.read(kGrubDropIn); !text || !text->contains(kVariable))
    return fmt::format(
        "{} does not add {} to GRUB_CMDLINE_LINUX_DEFAULT: install vfirst's package anew, or copy "
        "the file from it",
        kGrubDropIn, kVariable);
  for (const auto program : kPrograms)
    if (const auto text = files.read(program); text && !text->contains("default/grub.d"))
      return fmt::format(
          "this {} does not read {}: add {} at the end of GRUB_CMDLINE_LINUX_DEFAULT in {}",
          program, kGrubDefaultsFolder, kVariable, kGrubDefaults);
  for (const auto& path : default_files(files)) {
    if (path <= kGrubDropIn || !path.starts_with(kGrubDefaultsFolder)) continue;
    const auto text = files.read(path).value_or("");
    if (std::ranges::any_of(split(text, '\n'), assigns_arguments))
      return fmt::format(
          "{} is read after {} and sets the arguments anew: rename it", path, kGrubDropIn);
  }
  if (!entry->generator.empty())
    return fmt::format(
        "{}:{}: etc/grub.d/{} makes this entry without GRUB_CMDLINE_LINUX_DEFAULT", made.path,
        entry->line, entry->generator);
  return {};
}

}  // namespace vfirst
