// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_config.hpp"

#include "base/text.hpp"
#include "kargs/rescue.hpp"
#include "loader/grub_script.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

namespace vfirst {

namespace {

constexpr std::string_view kVersion = "vfirst_fragment=", kDefault = "default=";

bool is_our_variable(const GrubWord& word) {
  return !word.quoted && (word.text == "$vfirst_args" || word.text == "${vfirst_args}");
}

// A keyword behind which a command begins.
bool leads(const GrubWord& word) {
  for (const auto keyword : {"if", "elif", "then", "else", "while", "until", "do", "!"})
    if (word.text == keyword) return true;
  return false;
}

bool is_recovery(std::string_view id, const std::vector<std::string>& words) {
  // Debian's 10_linux; its titles are translated.
  if (id.find("-recovery-") != id.npos) return true;
  Arguments arguments;
  for (const auto& word : words)
    arguments = arguments.then(kernel_spelling(word));
  return rescue_argument(arguments.list()).has_value();
}

// "### BEGIN /etc/grub.d/10_linux ###": grub-mkconfig puts every generator between such lines.
std::vector<std::pair<unsigned, std::string>> generator_lines(std::string_view text) {
  std::vector<std::pair<unsigned, std::string>> lines;
  unsigned number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto parts = words(line);
    if (parts.size() != 4 || parts[0] != "###" || parts[3] != "###") continue;
    if (parts[1] == "BEGIN") lines.emplace_back(number, parts[2].substr(parts[2].rfind('/') + 1));
    if (parts[1] == "END") lines.emplace_back(number, "");
  }
  return lines;
}

// Goes through the commands of a grub.cfg, and knows in which blocks it is.
class Reader {
 public:
  explicit Reader(GrubConfig& config) : config_(config) {}

  void read(const GrubCommand& command) {
    const auto first = std::ranges::find_if_not(command.words, leads);
    const std::vector<GrubWord> words(first, command.words.end());
    if (command.end == '{') {
      open_block(words);
      return;
    }
    if (!words.empty()) {
      if (words[0].text == "blscfg") config_.bls = true;
      if (words[0].text == "configfile" && !in_entry()) config_.leads_on = true;
      if (open_.empty()) read_setting(words);
      if (in_entry()) read_boot_line(words, command.line);
    }
    if (command.end == '}' && !open_.empty()) open_.pop_back();
  }

 private:
  // What { and } enclose.
  struct Block {
    std::string title, id;
    // A menu entry; or that or a submenu.
    bool entry = false, menu = false;
    // Its number among its neighbours, and how many menu items it has inside so far.
    std::size_t number = 0, inside = 0;
  };

  void open_block(const std::vector<GrubWord>& words) {
    Block block;
    const std::string_view name = words.empty() ? std::string_view() : words[0].text;
    block.entry = name == "menuentry";
    block.menu = block.entry || name == "submenu";
    if (block.menu) {
      if (words.size() > 1) block.title = words[1].text;
      for (std::size_t i = 2; i + 1 < words.size(); ++i)
        if (words[i].text == "$menuentry_id_option" || words[i].text == "--id")
          block.id = words[i + 1].text;
      // Our fragment counts only where it stands before the first item.
      if (!std::exchange(menu_begun_, true) && sources_slot_ && exports_arguments_)
        config_.fragment = version_;
      const auto around =
          std::find_if(open_.rbegin(), open_.rend(), [](const Block& outer) { return outer.menu; });
      block.number = around == open_.rend() ? outermost_++ : around->inside++;
    }
    open_.push_back(std::move(block));
    if (const auto& opened = open_.back(); opened.menu)
      config_.menu.push_back({place(), opened.title, opened.id, !opened.entry});
  }

  // A command outside of any block: what our fragment sets, and the default entry.
  void read_setting(const std::vector<GrubWord>& words) {
    if (words.size() != 2) return;
    const std::string_view name = words[0].text, value = words[1].text;
    // The other branch of that `if` takes what somebody wants for one boot only.
    if (name == "set" && value.starts_with(kDefault) && value.find("next_entry") == value.npos)
      config_.chosen = value.substr(kDefault.size());
    if (menu_begun_) return;
    if (name == "source" && value.find("vfirst") != value.npos) sources_slot_ = true;
    if (name == "export" && value == "vfirst_args") exports_arguments_ = true;
    if (name == "set" && value == "vfirst_block=esp") config_.block_on_esp = true;
    if (name == "set" && value.starts_with(kVersion))
      version_ = static_cast<unsigned>(parse_number(value.substr(kVersion.size())).value_or(0));
  }

  // `linux` and `initrd` of a menu entry.
  void read_boot_line(const std::vector<GrubWord>& words, unsigned line) {
    if (words.size() < 2) return;
    const std::string_view name = words[0].text;
    if (name == "linux" || name == "linux16" || name == "linuxefi") add_entry(words, line);
    if (name == "initrd" || name == "initrd16" || name == "initrdefi")
      if (!config_.entries.empty() && config_.entries.back().place == place())
        for (std::size_t i = 1; i < words.size(); ++i)
          config_.entries.back().initrds.push_back(words[i].text);
  }

  void add_entry(const std::vector<GrubWord>& words, unsigned line) {
    GrubEntry entry;
    std::string id;
    for (const auto& block : open_) {
      if (!block.menu) continue;
      if (!entry.title.empty()) entry.title += '>';
      entry.title += block.title;
      id = block.id;
    }
    entry.kernel = words[1].text;
    entry.line = line;
    for (std::size_t i = 2; i < words.size(); ++i) {
      if (!is_our_variable(words[i])) {
        entry.words.push_back(words[i].text);
        continue;
      }
      entry.carries = true;
      entry.ours_at = entry.words.size();
    }
    if (!entry.carries) entry.ours_at = entry.words.size();
    entry.place = place();
    entry.recovery = is_recovery(id, entry.words);
    config_.entries.push_back(std::move(entry));
  }

  bool in_entry() const { return std::ranges::any_of(open_, &Block::entry); }

  std::vector<std::size_t> place() const {
    std::vector<std::size_t> numbers;
    for (const auto& block : open_)
      if (block.menu) numbers.push_back(block.number);
    return numbers;
  }

  GrubConfig& config_;
  std::vector<Block> open_;
  // Items of the outermost menu so far.
  std::size_t outermost_ = 0;
  bool menu_begun_ = false;
  // Of our fragment.
  bool sources_slot_ = false, exports_arguments_ = false;
  unsigned version_ = 0;
};

}  // namespace

std::string GrubEntry::command_line(const Arguments& ours) const {
  auto line = kernel_spelling("BOOT_IMAGE=" + kernel);
  const auto add = [&](const std::string& word) {
    line += ' ';
    line += word;
  };
  for (std::size_t i = 0; i <= words.size(); ++i) {
    if (i == ours_at)
      for (const auto& argument : ours)
        add(kernel_spelling(argument.raw));
    if (i < words.size()) add(kernel_spelling(words[i]));
  }
  return line;
}

bool GrubEntry::has(const KernelArg& argument) const {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return Arguments(kernel_spelling(word)).contains(argument);
  });
}

bool GrubEntry::ends_before_ours() const {
  const auto ours = words.begin() + static_cast<std::ptrdiff_t>(ours_at);
  return std::find(words.begin(), ours, "--") != ours;
}

GrubConfig GrubConfig::parse(std::string_view text) {
  GrubConfig config;
  Reader reader(config);
  GrubScript script(text);
  while (const auto command = script.next())
    reader.read(*command);
  const auto sections = generator_lines(text);
  for (auto& entry : config.entries)
    for (const auto& [line, generator] : sections)
      if (line < entry.line) entry.generator = generator;
  return config;
}

std::vector<std::string> GrubConfig::faults() const {
  std::vector<std::string> faults;
  if (fragment != kFragment)
    faults.push_back(
        fragment == 0
            ? "nothing sets $vfirst_args before the first entry"
            : fmt::format("its vfirst fragment is version {}, this is {}", fragment, kFragment));
  // Other systems' entries (30_os-prober) and the owner's own (40_custom) are not ours to change. A
  // file without generator marks was not made by grub-mkconfig as we know it: then every entry
  // counts.
  const bool marked = std::ranges::any_of(
      entries, [](const GrubEntry& entry) { return entry.generator == "10_linux"; });
  std::size_t normal = 0;
  for (const auto& entry : entries) {
    if (marked && entry.generator != "10_linux") continue;
    if (entry.recovery && entry.carries)
      faults.push_back(fmt::format(
          "line {}: recovery entry '{}' carries $vfirst_args", entry.line, entry.title));
    if (entry.recovery) continue;
    ++normal;
    if (!entry.carries)
      faults.push_back(
          fmt::format("line {}: entry '{}' does not carry $vfirst_args", entry.line, entry.title));
  }
  if (normal == 0) faults.push_back("it has no entry that boots Linux");
  return faults;
}

}  // namespace vfirst
