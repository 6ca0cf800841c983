// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_entry.hpp"

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

std::string spelled(const std::vector<KernelArg>& args) {
  std::string out;
  for (const auto& arg : args)
    append_to_list(out, arg.raw, " ");
  return out;
}

bool is_positional(const KernelArg& arg) {
  return arg.is("hugepagesz") || arg.is("hugepages");
}

BlsEntry BlsEntry::parse(std::string_view text, BlsReader reader) {
  BlsEntry entry;
  entry.reader_ = reader;
  bool stopped = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    auto line = text.substr(0, end);
    text.remove_prefix(end);
    Line out;
    // What ends the line: blanks, carriage returns and the newline. Blanks there belong to no
    // value.
    auto size = line.size();
    while (size > 0 &&
           (blank_or_tab(line[size - 1]) || line[size - 1] == '\r' || line[size - 1] == '\n'))
      --size;
    out.after = line.substr(size);
    line = line.substr(0, size);
    const auto indent = blanks(line);
    out.before = line.substr(0, indent);
    line.remove_prefix(indent);
    const bool comment = line.starts_with('#');
    const auto key = static_cast<std::size_t>(
        std::find_if(line.begin(), line.end(), blank_or_tab) - line.begin());
    if (comment || key == line.size()) {
      out.key = line;
      out.read = false;
      if (!comment && reader == BlsReader::grub) stopped = true;
      entry.lines_.push_back(std::move(out));
      continue;
    }
    out.key = line.substr(0, key);
    line.remove_prefix(key);
    const auto gap = blanks(line);
    out.gap = line.substr(0, gap);
    line.remove_prefix(gap);
    if (reader == BlsReader::systemd_boot && line.size() > 1 && line.starts_with('"') &&
        line.ends_with('"')) {
      out.gap += '"';
      out.after = '"' + out.after;
      line = line.substr(1, line.size() - 2);
    }
    out.value = line;
    out.read = !stopped;
    entry.lines_.push_back(std::move(out));
  }
  return entry;
}

std::string BlsEntry::text() const {
  std::string out;
  for (const auto& line : lines_)
    out += line.text();
  return out;
}

std::vector<std::string> BlsEntry::values(std::string_view key) const {
  std::vector<std::string> out;
  for (const auto& line : lines_)
    if (line.read && line.key == key) out.push_back(line.value);
  return out;
}

std::string BlsEntry::value(std::string_view key) const {
  const auto all = values(key);
  return all.empty() ? std::string() : all.front();
}

bool BlsEntry::holds_comment(std::string_view text) const {
  return std::any_of(lines_.begin(), lines_.end(), [&](const Line& line) {
    return !line.read && line.key.starts_with(text);
  });
}

std::size_t BlsEntry::options_line() const {
  std::size_t found = lines_.size();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!lines_[i].read || lines_[i].key != "options") continue;
    found = i;
    // the first; systemd-boot's last, so that ours come last
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
std::vector<KernelArg> BlsEntry::own() const {
  std::vector<KernelArg> out;
  for (const auto& line : lines_) {
    if (line.key != kBlsOwnKey) continue;
    for (auto& arg : CommandLine::parse(line.value).args())
      out.push_back(std::move(arg));
  }
  return out;
}

BlsEntry BlsEntry::without_own() const {
  auto entry = *this;
  auto own = this->own();
  std::erase_if(entry.lines_, [](const Line& line) { return line.key == kBlsOwnKey; });
  // From the line that takes ours backwards: someone may have joined or split the lines since.
  std::reverse(own.begin(), own.end());
  for (auto i = entry.lines_.size(); i-- > 0 && !own.empty();) {
    auto& line = entry.lines_[i];
    if (line.key != "options" || line.gap.empty()) continue;
    auto options = CommandLine::parse(line.value);
    std::erase_if(own, [&](const KernelArg& arg) { return options.remove({arg}) == 1; });
    line.value = options.str();
  }
  return entry;
}

BlsEntry BlsEntry::without(const std::vector<KernelArg>& arguments) const {
  auto entry = *this;
  for (auto& line : entry.lines_) {
    if (!line.read || line.key != "options") continue;
    auto options = CommandLine::parse(line.value);
    for (const auto& arg : arguments)
      while (options.remove({arg}) > 0) {
      }
    line.value = options.str();
  }
  return entry;
}

Result<BlsEntry> BlsEntry::with_options(const std::vector<KernelArg>& arguments) const {
  auto entry = *this;
  const auto at = options_line();
  if (at == lines_.size()) return refuse("it has no options that the boot loader reads");
  auto& line = entry.lines_[at];
  auto options = CommandLine::parse(line.value);
  for (const auto& arg : arguments)
    VFIRST_CHECK(options.append(arg));
  line.value = options.str();
  // A value that begins and ends with a quote loses both to systemd-boot.
  if (reader_ == BlsReader::systemd_boot && line.gap.find('"') == std::string::npos &&
      line.value.starts_with('"') && line.value.ends_with('"'))
    return refuse(
        "its options begin with a double quote, so the last argument must not end with one");
  return entry;
}

Result<BlsEntry> BlsEntry::with_own(
    const std::vector<KernelArg>& arguments, std::vector<std::string>* there) const {
  std::vector<KernelArg> own;
  const auto now = options();
  for (const auto& arg : arguments) {
    const bool stands = std::any_of(
        now.args().begin(), now.args().end(),
        [&](const KernelArg& other) { return other.is(arg.key) && other.value == arg.value; });
    if (stands && !is_positional(arg)) {
      if (there) there->push_back(arg.raw);
    } else {
      own.push_back(arg);
    }
  }
  if (own.empty()) return *this;
  auto entry = VFIRST_TRY(with_options(own));
  // Before the options: the last line of a file may lack its newline, and is to lack it again
  // afterwards.
  entry.lines_.insert(
      entry.lines_.begin() + static_cast<std::ptrdiff_t>(options_line()),
      Line{"", std::string(kBlsOwnKey), " ", spelled(own), line_end(), true});
  if (entry.without_own() != *this)
    return refuse("its options could not be put back as they stand");
  return entry;
}

BlsEntry BlsEntry::with_value(std::string_view key, std::string_view value) const {
  auto entry = *this;
  const auto line = std::find_if(entry.lines_.begin(), entry.lines_.end(), [&](const Line& l) {
    return l.read && l.key == key;
  });
  if (line != entry.lines_.end()) {
    line->value = value;
    return entry;
  }
  const auto at =
      std::find_if(entry.lines_.begin(), entry.lines_.end(), [](const Line& l) { return l.read; });
  entry.lines_.insert(at, Line{"", std::string(key), " ", std::string(value), line_end(), true});
  return entry;
}

std::string BlsEntry::line_end() const {
  return !lines_.empty() && lines_.front().after.ends_with("\r\n") ? "\r\n" : "\n";
}

}  // namespace vfirst
