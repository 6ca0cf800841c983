// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_entry.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool blank_or_tab(char c) {
  return c == ' ' || c == '\t';
}

std::size_t blanks(std::string_view text) {
  return static_cast<std::size_t>(
      std::find_if_not(text.begin(), text.end(), blank_or_tab) - text.begin());
}

}  // namespace

bool is_positional(const KernelArg& argument) {
  return argument.is("hugepagesz") || argument.is("hugepages");
}

BlsEntry BlsEntry::parse(std::string_view text, BlsReader reader) {
  BlsEntry entry;
  entry.reader_ = reader;
  bool stopped = false;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (reader == BlsReader::systemd_boot) {
      end = std::min(text.find_first_of("\r\n"), text.size() - 1) + 1;
      if (text[end - 1] == '\r' && text.substr(end).starts_with('\n')) ++end;
    }
    auto rest = text.substr(0, end);
    text.remove_prefix(end);
    Line line;
    // What ends the line: blanks, carriage returns and the newline. Blanks there belong to no
    // value.
    auto size = rest.size();
    while (size > 0 &&
           (blank_or_tab(rest[size - 1]) || rest[size - 1] == '\r' || rest[size - 1] == '\n'))
      --size;
    line.after = rest.substr(size);
    rest = rest.substr(0, size);
    const auto indent = blanks(rest);
    line.before = rest.substr(0, indent);
    rest.remove_prefix(indent);
    const bool comment = rest.starts_with('#');
    const auto key = static_cast<std::size_t>(
        std::find_if(rest.begin(), rest.end(), blank_or_tab) - rest.begin());
    if (comment || key == rest.size()) {
      line.key = rest;
      line.read = false;
      if (!comment && reader == BlsReader::grub) stopped = true;
      entry.lines_.push_back(std::move(line));
      continue;
    }
    line.key = rest.substr(0, key);
    rest.remove_prefix(key);
    const auto gap = blanks(rest);
    line.gap = rest.substr(0, gap);
    rest.remove_prefix(gap);
    if (reader == BlsReader::systemd_boot && rest.size() > 1 && rest.starts_with('"') &&
        rest.ends_with('"')) {
      line.gap += '"';
      line.after = '"' + line.after;
      rest = rest.substr(1, rest.size() - 2);
    }
    line.value = rest;
    line.read = !stopped;
    entry.lines_.push_back(std::move(line));
  }
  return entry;
}

std::string BlsEntry::text() const {
  std::string text;
  for (const auto& line : lines_)
    text += line.text();
  return text;
}

std::vector<std::string> BlsEntry::values(std::string_view key) const {
  std::vector<std::string> values;
  for (const auto& line : lines_)
    if (line.read && line.key == key) values.push_back(line.value);
  return values;
}

std::string BlsEntry::value(std::string_view key) const {
  const auto all = values(key);
  if (all.empty()) return {};
  return reader_ == BlsReader::grub ? all.front() : all.back();
}

bool BlsEntry::in_single_quotes(std::string_view key) const {
  return std::ranges::any_of(values(key), [](const std::string& value) {
    return value.starts_with('\'') && value.ends_with('\'');
  });
}

bool BlsEntry::holds_comment(std::string_view text) const {
  return std::ranges::any_of(
      lines_, [&](const Line& line) { return !line.read && line.key.starts_with(text); });
}

std::size_t BlsEntry::options_line() const {
  std::size_t found = lines_.size();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!lines_[i].read || lines_[i].key != "options") continue;
    found = i;
    // GRUB reads the first. In systemd-boot's last ours come last.
    if (reader_ == BlsReader::grub) break;
  }
  return found;
}

bool BlsEntry::has_options() const {
  return options_line() < lines_.size();
}

CommandLine BlsEntry::options() const {
  const auto all = values("options");
  if (all.empty()) return {};
  if (reader_ == BlsReader::grub) return CommandLine::parse(all.front());
  return CommandLine::parse(joined(all, " "));
}

// Our key may stand where GRUB has stopped reading; it is for us.
Arguments BlsEntry::own() const {
  Arguments own;
  for (const auto& line : lines_)
    if (line.key == kBlsOwnKey) own = own.then(line.value);
  return own;
}

bool BlsEntry::contains(const KernelArg& argument) const {
  return without(std::vector{argument}) != *this;
}

BlsEntry BlsEntry::without_own() const {
  auto entry = *this;
  auto own = this->own().list();
  std::erase_if(entry.lines_, [](const Line& line) { return line.key == kBlsOwnKey; });
  // From the line that takes ours backwards: someone may have joined or split the lines since.
  std::ranges::reverse(own);
  for (auto i = entry.lines_.size(); i-- > 0 && !own.empty();) {
    auto& line = entry.lines_[i];
    if (line.key != "options" || line.gap.empty()) continue;
    auto options = CommandLine::parse(line.value);
    std::erase_if(own, [&](const KernelArg& argument) { return options.remove({argument}) == 1; });
    line.value = options.str();
  }
  return entry;
}

BlsEntry BlsEntry::without(const Arguments& arguments) const {
  auto entry = *this;
  for (auto& line : entry.lines_) {
    if (!line.read || line.key != "options") continue;
    auto options = CommandLine::parse(line.value);
    for (const auto& argument : arguments)
      while (options.remove({argument}) > 0) {
      }
    line.value = options.str();
  }
  return entry;
}

Result<BlsEntry> BlsEntry::appended(const Arguments& arguments) const {
  auto entry = *this;
  const auto at = options_line();
  if (at == lines_.size()) return refuse("it has no options that the boot loader reads");
  auto& line = entry.lines_[at];
  auto options = CommandLine::parse(line.value);
  for (const auto& argument : arguments)
    VFIRST_CHECK(options.append(argument));
  line.value = options.str();
  // A value that begins and ends with a quote loses both to systemd-boot.
  if (reader_ == BlsReader::systemd_boot && line.gap.find('"') == std::string::npos &&
      line.value.starts_with('"') && line.value.ends_with('"'))
    return refuse(
        "its options begin with a double quote, so the last argument must not end with one");
  return entry;
}

Result<BlsEntry> BlsEntry::with_own(
    const Arguments& arguments, std::vector<std::string>* already) const {
  Arguments own;
  const Arguments present = options().args();
  for (const auto& argument : arguments) {
    if (!present.contains(argument) || is_positional(argument))
      own.append(argument);
    else if (already)
      already->push_back(argument.raw);
  }
  if (own.empty()) return *this;
  auto entry = VFIRST_TRY(appended(own));
  // Before the options: the last line of a file may lack its newline, and is to lack it again
  // afterwards.
  entry.lines_.insert(
      entry.lines_.begin() + static_cast<std::ptrdiff_t>(options_line()),
      Line{"", std::string(kBlsOwnKey), " ", own.str(), line_end(), true});
  if (entry.without_own() != *this)
    return refuse("its options could not be put back as they stand");
  return entry;
}

BlsEntry BlsEntry::with_value(std::string_view key, std::string_view value) const {
  auto entry = *this;
  auto& lines = entry.lines_;
  const auto counts = [&](const Line& line) { return line.read && line.key == key; };
  auto old = std::ranges::find_if(lines, counts);
  if (old != lines.end()) {
    if (reader_ == BlsReader::systemd_boot)
      old = std::ranges::find_if(lines.rbegin(), lines.rend(), counts).base() - 1;
    old->value = value;
    return entry;
  }
  lines.insert(
      std::ranges::find_if(lines, &Line::read),
      Line{"", std::string(key), " ", std::string(value), line_end(), true});
  return entry;
}

std::string BlsEntry::line_end() const {
  return !lines_.empty() && lines_.front().after.ends_with("\r\n") ? "\r\n" : "\n";
}

}  // namespace vfirst
