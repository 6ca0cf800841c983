// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/grub_config.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <optional>
#include <utility>

namespace vfirst {

namespace {

struct Word {
  std::string text;
  // any part of it: then a variable in it is not split
  bool quoted = false;
};
struct Command {
  std::vector<Word> words;
  // what closed it: newline, ';', '{' or '}'
  char end = '\n';
  unsigned line = 0;
};

// GRUB's script lexer, as far as generated files need it: ' " \ quote, # starts a comment where a
// word could start, { and } are words of their own.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::optional<Command> next() {
    Command command;
    Word word;
    bool in_word = false;
    auto flush = [&] {
      if (in_word) command.words.push_back(std::exchange(word, {}));
      in_word = false;
    };
    command.line = line_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c == '\n' || c == ';') {
        flush();
        command.end = c;
        return command;
      }
      if (c == ' ' || c == '\t') {
        flush();
        continue;
      }
      if (c == '#' && !in_word) {
        while (at_ < text_.size() && text_[at_] != '\n')
          ++at_;
        continue;
      }
      if ((c == '{' || c == '}') && !in_word &&
          (at_ == text_.size() ||
           std::string_view(" \t\n;").find(text_[at_]) != std::string_view::npos)) {
        command.end = c;
        return command;
      }
      // the line goes on
      if (c == '\\' && at_ < text_.size() && text_[at_] == '\n') {
        ++line_;
        ++at_;
        continue;
      }
      in_word = true;
      if (c == '\\' && at_ < text_.size()) {
        word.text += text_[at_++];
        word.quoted = true;
      } else if (c == '\'' || c == '"') {
        word.quoted = true;
        for (; at_ < text_.size() && text_[at_] != c; ++at_) {
          if (text_[at_] == '\n') ++line_;
          if (c == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
          word.text += text_[at_];
        }
        ++at_;
      } else {
        word.text += c;
      }
    }
    flush();
    if (command.words.empty()) return std::nullopt;
    return command;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
};

bool is_ours(const Word& word) {
  return !word.quoted && (word.text == "$vfirst_args" || word.text == "${vfirst_args}");
}

// a keyword behind which a command begins
bool leads(std::string_view word) {
  for (const auto keyword : {"if", "elif", "then", "else", "while", "until", "do", "!"})
    if (word == keyword) return true;
  return false;
}

bool is_recovery(std::string_view id, const std::vector<std::string>& arguments) {
  // Debian's 10_linux; its titles are translated
  if (id.find("-recovery-") != id.npos) return true;
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& word) {
    return word == "single" || word == "recovery" || word == "rescue" || word == "emergency" ||
           word == "systemd.unit=rescue.target" || word == "systemd.unit=emergency.target";
  });
}

// "### BEGIN /etc/grub.d/10_linux ###": grub-mkconfig puts every generator between such lines.
std::vector<std::pair<unsigned, std::string>> generator_lines(std::string_view text) {
  std::vector<std::pair<unsigned, std::string>> out;
  unsigned number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto parts = words(line);
    if (parts.size() != 4 || parts[0] != "###" || parts[3] != "###") continue;
    if (parts[1] == "BEGIN") out.emplace_back(number, parts[2].substr(parts[2].rfind('/') + 1));
    if (parts[1] == "END") out.emplace_back(number, "");
  }
  return out;
}

}  // namespace

std::size_t GrubEntry::command_line_bytes(std::string_view ours) const {
  std::size_t bytes = std::string_view("BOOT_IMAGE=").size() + kernel.size();
  for (const auto& word : arguments)
    bytes += 1 + word.size();
  return bytes + (ours.empty() ? 0 : 1 + ours.size());
}

GrubConfig GrubConfig::parse(std::string_view text) {
  struct Block {
    std::string title, id;
    bool entry = false, menu = false;
    std::size_t number = 0, inside = 0;
  };
  GrubConfig config;
  std::vector<Block> open;
  bool sources = false, exports = false, menu_begun = false;
  unsigned version = 0;
  std::size_t outermost = 0;
  const auto place = [&open] {
    std::vector<std::size_t> out;
    for (const auto& block : open)
      if (block.menu) out.push_back(block.number);
    return out;
  };

  Lexer lexer(text);
  while (auto command = lexer.next()) {
    auto& all = command->words;
    auto first =
        std::find_if_not(all.begin(), all.end(), [](const Word& w) { return leads(w.text); });
    const std::vector<Word> line(first, all.end());
    const std::string_view name =
        line.empty() ? std::string_view{} : std::string_view(line[0].text);

    if (command->end == '{') {
      Block block;
      block.menu = name == "menuentry" || name == "submenu";
      block.entry = name == "menuentry";
      if (block.menu && line.size() > 1) block.title = line[1].text;
      for (std::size_t i = 2; block.menu && i + 1 < line.size(); ++i)
        if (line[i].text == "$menuentry_id_option" || line[i].text == "--id")
          block.id = line[i + 1].text;
      if (block.menu && !std::exchange(menu_begun, true) && sources && exports)
        config.fragment = version;
      if (block.menu) {
        const auto around =
            std::find_if(open.rbegin(), open.rend(), [](const Block& b) { return b.menu; });
        block.number = around == open.rend() ? outermost++ : around->inside++;
      }
      open.push_back(std::move(block));
      if (const auto& made = open.back(); made.menu)
        config.menu.push_back({place(), made.title, made.id, !made.entry});
      continue;
    }

    if (name == "blscfg") config.bls = true;
    if (open.empty() && !menu_begun && line.size() == 2) {
      if (name == "source" && line[1].text.find("vfirst") != std::string::npos) sources = true;
      if (name == "export" && line[1].text == "vfirst_args") exports = true;
      if (name == "set" && line[1].text == "vfirst_block=esp") config.block_on_esp = true;
      if (name == "set" && line[1].text.starts_with("vfirst_fragment="))
        version = static_cast<unsigned>(
            parse_number(std::string_view(line[1].text).substr(16)).value_or(0));
    }
    // The other branch takes what somebody wants for one boot only.
    if (open.empty() && name == "set" && line.size() == 2 && line[1].text.starts_with("default=") &&
        line[1].text.find("next_entry") == std::string::npos)
      config.chosen = line[1].text.substr(8);
    const bool in_entry =
        std::any_of(open.begin(), open.end(), [](const Block& b) { return b.entry; });
    if (in_entry && line.size() > 1 &&
        (name == "linux" || name == "linux16" || name == "linuxefi")) {
      GrubEntry entry;
      std::string id;
      for (const auto& block : open) {
        if (!block.menu) continue;
        if (!entry.title.empty()) entry.title += '>';
        entry.title += block.title;
        id = block.id;
      }
      entry.kernel = line[1].text;
      entry.line = command->line;
      for (std::size_t i = 2; i < line.size(); ++i) {
        if (!is_ours(line[i])) {
          entry.arguments.push_back(line[i].text);
          continue;
        }
        entry.carries = true;
        entry.ours_at = entry.arguments.size();
      }
      entry.place = place();
      entry.recovery = is_recovery(id, entry.arguments);
      config.entries.push_back(std::move(entry));
    }
    if (in_entry && line.size() > 1 &&
        (name == "initrd" || name == "initrd16" || name == "initrdefi"))
      if (!config.entries.empty() && config.entries.back().place == place())
        for (std::size_t i = 1; i < line.size(); ++i)
          config.entries.back().initrds.push_back(line[i].text);
    if (command->end == '}' && !open.empty()) open.pop_back();
  }

  const auto sections = generator_lines(text);
  for (auto& entry : config.entries)
    for (const auto& [line, generator] : sections)
      if (line < entry.line) entry.generator = generator;
  return config;
}

std::vector<std::string> GrubConfig::faults() const {
  std::vector<std::string> out;
  if (fragment != kFragment)
    out.push_back(
        fragment == 0
            ? "nothing sets $vfirst_args before the first entry"
            : fmt::format("its vfirst fragment is version {}, this is {}", fragment, kFragment));
  // Other systems' entries (30_os-prober) and the owner's own (40_custom) are not ours to change. A
  // file without generator marks was not made by grub-mkconfig as we know it: then every entry
  // counts.
  const bool marked = std::any_of(
      entries.begin(), entries.end(), [](const GrubEntry& e) { return e.generator == "10_linux"; });
  std::size_t normal = 0;
  for (const auto& entry : entries) {
    if (marked && entry.generator != "10_linux") continue;
    if (entry.recovery && entry.carries)
      out.push_back(fmt::format(
          "line {}: recovery entry '{}' carries $vfirst_args", entry.line, entry.title));
    if (entry.recovery) continue;
    ++normal;
    if (!entry.carries)
      out.push_back(
          fmt::format("line {}: entry '{}' does not carry $vfirst_args", entry.line, entry.title));
  }
  if (normal == 0) out.push_back("it has no entry that boots Linux");
  return out;
}

}  // namespace vfirst
