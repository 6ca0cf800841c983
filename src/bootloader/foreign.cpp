// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/foreign.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "bootloader/closed_set.hpp"
#include "bootloader/journal.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/slots.hpp"
#include "bootloader/support.hpp"
#include "host/loader_paths.hpp"

#include <algorithm>
#include <set>

namespace vfirst {

namespace {

constexpr std::string_view kBlanks = " \t";

// "GRUB_CMDLINE_LINUX_DEFAULT=": grub-mkconfig sources these files, so it is shell.
bool assigns_command_line(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("export ")) line = trimmed(line.substr(7));
  for (const std::string_view name : {"GRUB_CMDLINE_LINUX_DEFAULT", "GRUB_CMDLINE_LINUX"}) {
    if (!line.starts_with(name)) continue;
    const auto rest = line.substr(name.size());
    return rest.starts_with('=') || rest.starts_with("+=");
  }
  return false;
}

// Without the comment that may follow: '#' outside of quotes, behind a blank.
std::string_view code_of(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote)
      quote = line[i] == quote ? 0 : quote;
    else if (line[i] == '"' || line[i] == '\'')
      quote = line[i];
    else if (line[i] == '#' && (i == 0 || kBlanks.find(line[i - 1]) != kBlanks.npos))
      return line.substr(0, i);
  }
  return line;
}

// Where the word stands in the line, between blanks, quotes, '=' and the line's ends.
std::size_t find_word(std::string_view line, std::string_view word, std::size_t from = 0) {
  const auto edge = [&](std::size_t at) {
    return at >= line.size() || std::string_view(" \t\"'").find(line[at]) != std::string_view::npos;
  };
  for (auto at = line.find(word, from); at != line.npos; at = line.find(word, at + 1)) {
    const bool begins = at == 0 || edge(at - 1) ||
                        (line[at - 1] == '=' && assigns_command_line(line.substr(0, at)) &&
                         line.find('=') == at - 1);
    if (begins && edge(at + word.size())) return at;
  }
  return line.npos;
}

std::vector<std::string> default_files(const Files& files) {
  std::vector<std::string> out;
  if (files.exists(kGrubDefaults)) out.emplace_back(kGrubDefaults);
  if (!files.exists(kGrubDefaultsFolder)) return out;
  for (const auto& name : files.list(kGrubDefaultsFolder).value_or(std::vector<std::string>{}))
    if (name.ends_with(".cfg")) out.push_back(fmt::format("{}/{}", kGrubDefaultsFolder, name));
  return out;
}

bool in_normal_entries(const GrubFile& config, const std::string& word) {
  return std::ranges::any_of(config.config.entries, [&](const GrubEntry& e) {
    return e.carries && std::ranges::find(e.arguments, word) != e.arguments.end();
  });
}

// Words that an adoption had made ours and not yet taken out of grub.cfg when it was cut short.
std::vector<std::string> half_adopted(const GrubFile& config, const Slots& slots) {
  std::vector<std::string> out;
  const auto* good = slots.at(slots.now.good);
  if (!good || good->plan != kAdopted) return out;
  for (const auto word : words(good->arguments))
    if (in_normal_entries(config, std::string(word))) out.emplace_back(word);
  return out;
}

}  // namespace

std::string ForeignSource::str() const {
  return fmt::format("{}:{}", path, line);
}

std::vector<ForeignSource> foreign_sources(const Files& files, std::string_view word) {
  std::vector<ForeignSource> out;
  for (const auto& path : default_files(files)) {
    const auto text = files.read(path).value_or(std::string());
    unsigned number = 0;
    for (const auto line : split(text, '\n')) {
      ++number;
      if (assigns_command_line(line) && find_word(code_of(line), word) != line.npos)
        out.push_back({path, number});
    }
  }
  return out;
}

std::string without_word(std::string_view text, std::string_view word) {
  std::string out;
  bool first = true;
  for (const auto each : split(text, '\n')) {
    std::string line(each);
    if (!std::exchange(first, false)) out += '\n';
    if (assigns_command_line(line)) {
      for (auto at = find_word(code_of(line), word); at != std::string::npos;
           at = find_word(code_of(line), word, at)) {
        auto count = word.size();
        // the blank behind it goes, too,
        if (at + count < line.size() && kBlanks.find(line[at + count]) != kBlanks.npos)
          ++count;
        else if (at > 0 && kBlanks.find(line[at - 1]) != kBlanks.npos)
          --at, ++count;  // or the one before
        line.erase(at, count);
      }
    }
    out += line;
  }
  return out;
}

Result<Adoption> adopt(
    Files& files, const Root& root, const BootFacts& boot, std::vector<std::string> words_to_take,
    const RunProcess& with) {
  if (boot.loader != Loader::grub)
    return refuse(
        "--adopt: {} does not take its arguments from etc/default/grub", loader_name(boot.loader));
  const auto run = with ? with : [](const auto& argv, std::string_view input) {
    return run_process(argv, input);
  };
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  const auto config = VFIRST_TRY(read_grub_config(files));
  const auto good = slots.arguments(slots.now.good);
  const auto ours = words(good);
  for (auto& word : half_adopted(config, slots))
    if (std::ranges::find(words_to_take, word) == words_to_take.end())
      words_to_take.push_back(std::move(word));
  Adoption out;
  std::string taken;
  bool pending = false;
  for (const auto& word : words_to_take) {
    const bool mine = std::ranges::find(ours, word) != ours.end();
    const bool there = !foreign_sources(files, word).empty();
    // adopted before, or this boot's alone: no later one has it
    if (!there && !in_normal_entries(config, word)) continue;
    // One that is ours and still in grub.cfg was on its way when the power failed.
    if (!there && !mine)
      return refuse(
          "{}: stands in no assignment of etc/default/grub or etc/default/grub.d, so it cannot be "
          "adopted; take it out where it comes from",
          word);
    pending = true;
    out.words.push_back(word);
    if (!mine) append_to_list(taken, word, " ");
  }
  if (!pending) return out;
  VFIRST_CHECK(can_regenerate(
      files, root, config, fmt::format("{} is to be taken over", fmt::join(out.words, " "))));

  for (const auto& path : default_files(files))
    if (!is_grub_file(path))
      return refuse("{}: a name that vfirst's journal cannot hold; rename it", path);

  // 1. Ours, beside the foreign ones: the kernel sees each word twice, the foreign one first, as
  // before.
  if (!taken.empty()) {
    const auto all = good.empty() ? taken : taken + " " + good;
    VFIRST_CHECK(apply_arguments(
        files, root, boot, all,
        {.plan = std::string(kAdopted),
         .dry_run = false,
         .trial = false,
         .force = false,
         .trial_only = {},
         .limit = 2047,
         .prove = {},
         .run = run}));
  }
  out.wrote = true;
  // 2. Out of the files that grub.cfg is made from; Linux alone reads them.
  auto journal = VFIRST_TRY(read_journal(files, out.notes));
  std::set<std::string> edited;
  for (const auto& path : default_files(files)) {
    const auto before = VFIRST_TRY(files.read(path));
    auto text = before;
    for (const auto& word : out.words)
      text = without_word(text, word);
    if (text == before) continue;
    VFIRST_CHECK(replace_file(files, path, text, journal));
    edited.insert(path);
  }
  // 3. Out of grub.cfg: the kernel sees ours alone.
  const auto made = generate(config, run, slots.path);
  if (!made) {
    for (const auto& entry : journal.entries)
      if (edited.contains(entry.path)) VFIRST_CHECK(restore_file(files, entry));
    return std::unexpected(made.error());
  }
  for (const auto& word : out.words)
    if (in_normal_entries(*made, word))
      out.notes.push_back(sentence(fmt::format(
          "{}: still in {}, from another place than etc/default/grub", word, made->path)));
  VFIRST_CHECK(replace_file(files, config.path, made->text, journal));
  return out;
}

}  // namespace vfirst
