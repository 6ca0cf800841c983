// SPDX-License-Identifier: GPL-2.0-or-later
// Somebody else's words in entries, /etc/kernel/cmdline and grubenv: where they stand, and how they
// come into our hands.
#include "base/text.hpp"
#include "base/words.hpp"
#include "bootloader/bls_backend.hpp"
#include "bootloader/foreign.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool has_word(std::string_view line, const KernelArg& word) {
  const auto all = CommandLine::parse(line);
  return std::ranges::find(all.args(), word) != all.args().end();
}

// The first line of the text that holds the word; 0 for none.
unsigned line_of(std::string_view text, const KernelArg& word, std::string_view key = {}) {
  unsigned number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (line.starts_with(key) && has_word(line.substr(key.size()), word)) return number;
  }
  return 0;
}

// "a b" before "c".
std::string before(std::string_view words, std::string_view text) {
  return text.empty() ? std::string(words) : fmt::format("{} {}", words, text);
}

}  // namespace

std::vector<ForeignSource> BlsBackend::sources(std::string_view text) const {
  std::vector<ForeignSource> out;
  const auto parsed = CommandLine::parse(text).args();
  const auto now = look();
  if (!now || parsed.size() != 1) return out;
  const auto& word = parsed.front();
  bool variable = false;
  for (const auto& item : now->menu.items) {
    if (!item.normal()) continue;
    variable = variable || item.variable;
    const auto clean = item.entry.without_own();
    if (clean.without({word}) == clean) continue;
    out.push_back({item.path, line_of(files_.read(item.path).value_or(""), word, "options")});
  }
  const auto elsewhere = [&](std::string path, std::string_view key, const std::string& ours) {
    const auto all = files_.read(path).value_or("");
    if (const auto line = line_of(all, word, key); line > 0 && !has_word(ours, word))
      out.push_back({std::move(path), line});
  };
  elsewhere(std::string(kKernelCmdline), "", now->state.kernel_cmdline);
  if (variable)
    elsewhere(grub_environment_path(files_, root_), "kernelopts=", now->state.kernelopts);
  return out;
}

Result<Adoption> BlsBackend::adopt(const std::vector<std::string>& words) {
  auto now = VFIRST_TRY(look());
  Adoption out;
  auto& state = now.state;
  std::string fresh;
  for (const auto& word : words) {
    // this boot's alone
    if (sources(word).empty()) continue;
    out.words.push_back(word);
    if (!has_word(state.adopted, CommandLine::parse(word).args().front()))
      append_to_list(fresh, word, " ");
  }
  const bool cut_short = state.wanted && state.wanted->plan == kAdopted;
  if (out.words.empty() && !cut_short) return out;
  if (!fresh.empty()) {
    state.adopted = state.adopted.empty() ? fresh : fmt::format("{} {}", state.adopted, fresh);
    // A rollback, too, is to leave the kernel what it had.
    state.good.text = before(fresh, state.good.text);
    if (state.previous) state.previous->text = before(fresh, state.previous->text);
  }
  VFIRST_CHECK(loader_can_carry(boot_, state.good.text));
  const auto changes = VFIRST_TRY(edits(now, state.good.text));
  if (state.kernelopts_before.empty() || !fresh.empty())
    state.kernelopts_before = changes.kernelopts_without;
  // A copy from before the words came is none of what remove has to give back.
  std::erase_if(state.files, [&](const BlsState::File& file) {
    const auto edit = std::ranges::find(changes.entries, file.path, &BlsEdit::id);
    return edit != changes.entries.end() &&
           edit->without != files_.read(file.copy).value_or(edit->without);
  });
  for (const auto& word : out.words)
    for (const auto& source : foreign_sources(files_, word))
      out.notes.push_back(sentence(fmt::format(
          "{}: {} stands here, too; a grub2-mkconfig that writes the entries anew "
          "would bring it back",
          source.str(), word)));
  out.wrote = true;
  VFIRST_CHECK(make_good(
      now, changes, {std::string(kAdopted), state.good.text}, state.previous, state.failed,
      out.notes));
  return out;
}

}  // namespace vfirst
