// SPDX-License-Identifier: GPL-2.0-or-later
// GRUB's command blscfg: entries of the Boot Loader Specification become entries of its menu, each
// a script with the options pasted in. Fedora's and RHEL's GRUB has one (rhboot/grub2,
// grub-core/commands/blscfg.c), GRUB 2.14 another (grub-core/commands/blsuki.c).
#include "base/text.hpp"
#include "base/words.hpp"
#include "loader/bls_entry.hpp"
#include "loader/grub_order.hpp"
#include "loader/grub_shell.hpp"

#include <algorithm>
#include <cctype>

namespace vfirst {

namespace {

constexpr std::string_view kEnding = ".conf";

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}
std::string_view id_of(std::string_view path) {
  const auto name = file_name(path);
  return name.substr(0, name.size() - kEnding.size());
}

// Puts GRUB's variables into a value as blscfg does (expand_val): a blank behind each, and the one
// blank that stood there taken for it. A last part of one character is lost.
std::string expanded(std::string_view value, const GrubState& state) {
  std::string out;
  std::size_t start = 0, end = 0;
  bool variable = false;
  const auto append = [&] {
    const auto part = value.substr(start, end - start + 1);
    if (!variable)
      out += part;
    else if (state.variables.contains(part))
      out += state.value(part) + ' ';
  };
  for (std::size_t i = 0; i < value.size(); end = i, ++i) {
    if (value[i] == '$' && value[end] != '\\') {
      if (start != end) append();
      variable = true;
      start = i + 1;
    } else if (
        variable && std::isalnum(static_cast<unsigned char>(value[i])) == 0 && value[i] != '_') {
      append();
      variable = false;
      start = value[i] == ' ' ? i + 1 : i;
    }
  }
  if (start != end && start < value.size()) append();
  return out;
}

// Their ids, the newest first.
template <auto compare>
std::vector<std::string> in_order(const std::vector<GrubMachine::EntryFile>& files) {
  const std::string_view ending = compare == compare_file_names ? kEnding : "";
  std::vector<std::string> names;
  for (const auto& file : files)
    names.emplace_back(id_of(file.path)) += ending;
  std::ranges::stable_sort(
      names, [](const std::string& a, const std::string& b) { return compare(a, b) > 0; });
  for (auto& name : names)
    name.resize(name.size() - ending.size());
  return names;
}

// The folder that the command is told to read, and "" for its own choice. Nothing where it is told
// to take some of the entries only.
std::optional<std::string> folder_asked(const std::vector<std::string>& words) {
  std::optional<std::string> folder = "";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if ((word == "--path" || word == "-p") && i + 1 < words.size())
      folder = words[++i];
    else if (word.starts_with("--path="))
      folder = word.substr(std::string_view("--path=").size());
    else if (word.starts_with('('))
      folder = word;
    else if (word != "--enable-fallback" && word != "-f")
      return std::nullopt;
  }
  if (folder->ends_with(kEnding)) return std::nullopt;
  return folder->substr(folder->starts_with('(') ? folder->find(')') + 1 : 0);
}

}  // namespace

std::optional<GrubMenuEntry> GrubShell::bls_entry(
    const GrubMachine::EntryFile& file, unsigned line) const {
  const auto read = BlsEntry::parse(file.text, BlsReader::grub);
  const auto kernel = read.value("linux");
  if (kernel.empty()) return std::nullopt;
  auto options = read.value("options");
  if (options.empty()) options = state_.value("default_kernelopts");
  auto initrds = read.values("initrd");
  const auto& beside = initrds.empty() ? kernel : initrds.front();
  const auto folder = beside.substr(0, beside.rfind('/') + 1);
  auto early = words(state_.value("early_initrd"));
  std::ranges::reverse(early);
  for (const auto name : early)
    initrds.insert(initrds.begin(), folder + std::string(name));

  GrubMenuEntry entry;
  entry.title = read.value("title");
  if (entry.title.empty()) entry.title = kernel;
  entry.arguments = read.values("grub_arg");
  entry.arguments.insert(entry.arguments.begin(), entry.title);
  entry.id = id_of(file.path);
  entry.file = file.path;
  entry.sourced = entry.line = line;
  auto script = fmt::format("linux {} {}\n", kernel, expanded(options, state_));
  if (!initrds.empty()) script += fmt::format("initrd {}\n", joined(initrds, " "));
  auto syntax = parse_grub(script);
  // GRUB says so when it runs the entry, and boots nothing.
  entry.unsure = !syntax.fault.empty();
  entry.block = std::make_shared<const GrubBlock>(std::move(syntax.statements));
  return entry;
}

GrubAnswer GrubShell::add_bls_entries(const Words& words, unsigned line) {
  const auto at = sourced_ ? sourced_ : line;
  std::optional<std::vector<GrubMachine::EntryFile>> files;
  if (auto folder = folder_asked(words); folder && machine_.entries) {
    if (folder->empty()) folder = state_.value("blsdir");
    if (folder->empty()) folder = "/loader/entries";
    if (!is_unknown(*folder)) files = machine_.entries(*folder);
  }
  if (!files) {
    GrubMenuEntry entries;
    entries.unsure = entries.blscfg = true;
    entries.sourced = sourced_;
    entries.line = at;
    state_.menu.push_back(std::move(entries));
    return Answer::yes;
  }
  const auto packages = in_order<compare_package_names>(*files);
  const auto names = in_order<compare_file_names>(*files);
  const auto& order = machine_.kind == GrubKind::upstream ? names : packages;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto file = std::ranges::find_if(
        *files, [&](const GrubMachine::EntryFile& one) { return id_of(one.path) == order[i]; });
    auto entry = bls_entry(*file, at);
    if (!entry) continue;
    // Which of the two commands another distribution has is not known.
    entry->loose = machine_.kind == GrubKind::unknown && names[i] != packages[i];
    state_.menu.push_back(std::move(*entry));
  }
  return Answer::yes;
}

}  // namespace vfirst
