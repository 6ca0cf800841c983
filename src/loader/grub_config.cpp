// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_config.hpp"

#include "base/text.hpp"
#include "kargs/rescue.hpp"
#include "loader/grub_lexer.hpp"
#include "loader/grub_menu.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

namespace vfirst {

namespace {

// Stand in for the value of our variable while the entries are read: two words, because a variable
// in quotes would be one.
constexpr std::string_view kOursFirst = "\x03first", kOursSecond = "\x03second";

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

std::string last_component(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

// memtest86+ is loaded by the same command, and takes no arguments of a kernel's.
bool is_memory_test(std::string_view kernel) {
  return last_component(kernel).starts_with("memtest");
}

bool loads_linux(const GrubLoad& load) {
  return (load.command == "linux" || load.command == "linux16" || load.command == "linuxefi") &&
         !load.words.empty() && !is_memory_test(load.words[0]);
}

// xen.gz, xen-4.17-amd64.gz (util/grub.d/20_linux_xen.in), or xen.efi by chainloader.
bool loads_xen(const GrubLoad& load) {
  return std::ranges::any_of(
             load.words,
             [](std::string_view word) { return last_component(word).starts_with("xen"); }) &&
         !loads_linux(load);
}

GrubEntry entry_of(const GrubLoad& load, std::string_view id) {
  GrubEntry entry;
  entry.kernel = load.words[0];
  entry.line = load.line;
  entry.initrds = load.initrds;
  for (std::size_t i = 1; i < load.words.size(); ++i) {
    const auto& word = load.words[i];
    if (word == kOursFirst && i + 1 < load.words.size() && load.words[i + 1] == kOursSecond) {
      if (!std::exchange(entry.carries, true)) entry.ours_at = entry.words.size();
      ++i;
    } else {
      entry.words.push_back(word);
    }
  }
  if (!entry.carries) entry.ours_at = entry.words.size();
  entry.recovery = is_recovery(id, entry.words);
  return entry;
}

// Walks the menu and its submenus.
class Walk {
 public:
  Walk(const GrubMachine& machine, GrubConfig& config) : machine_(machine), config_(config) {}

  void visit(const GrubState& state, const GrubItem& above) {
    for (std::size_t i = 0; i < state.menu.size(); ++i) {
      const auto& entry = state.menu[i];
      if (entry.blscfg) continue;
      GrubItem item{above.place, entry.title, entry.id, entry.submenu};
      item.place.push_back(i);
      if (!above.title.empty()) item.title = above.title + '>' + entry.title;
      config_.menu.push_back(item);
      if (entry.submenu) {
        // Menus within one another without an end are no menus.
        if (item.place.size() > 16) return;
        auto inner = state.inner();
        GrubShell(machine_, inner).run(entry);
        visit(inner, item);
      } else if (entry.file.empty()) {
        read_entry(state, entry, item);
      }
    }
  }

 private:
  void read_entry(const GrubState& state, const GrubMenuEntry& entry, const GrubItem& item) {
    auto inner = state;
    inner.menu.clear();
    GrubShell shell(machine_, inner);
    shell.visit_loads([&](const GrubLoad& load) {
      if (!loads_linux(load)) return;
      auto found = entry_of(load, entry.id);
      found.title = item.title;
      found.place = item.place;
      auto& entries = config_.entries;
      // An initrd behind it.
      if (!entries.empty() && entries.back().line == found.line &&
          entries.back().place == item.place)
        entries.back() = std::move(found);
      else
        entries.push_back(std::move(found));
    });
    shell.run(entry);
  }

  const GrubMachine& machine_;
  GrubConfig& config_;
};

GrubNext next_of(const GrubChoice& choice) {
  GrubNext next;
  for (const auto& entry : choice.path) {
    if (!next.title.empty()) next.title += '>';
    next.title += entry.title;
    next.line = entry.line;
  }
  next.doubt = choice.doubt;
  if (!next.doubt.empty() || choice.path.empty()) return next;
  if (choice.loads.size() != 1) {
    next.doubt = fmt::format("what entry '{}' boots only GRUB knows", next.title);
    return next;
  }
  const auto& load = choice.loads.front();
  next.xen = loads_xen(load);
  if (!loads_linux(load)) return next;
  next.entry = entry_of(load, choice.path.back().id);
  next.entry->title = next.title;
  next.entry->place = choice.place;
  next.entry->file = choice.path.back().file;
  return next;
}

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

GrubConfig GrubConfig::parse(std::string_view text, const GrubMachine& machine) {
  GrubConfig config;
  const auto syntax = parse_grub(text);
  config.syntax_fault = syntax.fault;
  config.bls = has_command(syntax.statements, "blscfg");
  auto state = grub_at_start(machine);
  GrubShell(machine, state).run(syntax);
  for (const auto& [name, variable] : state.variables)
    config.variables[name] = variable.value;
  auto& ours = state.variables["vfirst_args"];
  if (ours.exported)
    config.fragment =
        static_cast<unsigned>(parse_number(state.value("vfirst_fragment")).value_or(0));
  config.block_on_esp = state.value("vfirst_block") == "esp";
  ours = {fmt::format("{} {}", kOursFirst, kOursSecond), true};
  Walk(machine, config).visit(state, {});
  config.next = next_of(default_choice(machine, state));
  const auto sections = generator_lines(text);
  const auto add_generator = [&](GrubEntry& entry) {
    for (const auto& [line, generator] : sections)
      if (line < entry.line) entry.generator = generator;
  };
  std::ranges::for_each(config.entries, add_generator);
  if (config.next.entry) add_generator(*config.next.entry);
  return config;
}

bool only_leads_on(std::string_view grub_cfg) {
  const auto script = parse_grub(grub_cfg).statements;
  return has_command(script, "configfile") && !has_command(script, "menuentry") &&
         !has_command(script, "submenu") && !has_command(script, "blscfg");
}

bool reads_bls_entries(std::string_view grub_cfg) {
  return has_command(parse_grub(grub_cfg).statements, "blscfg");
}

std::vector<std::string> GrubConfig::faults() const {
  std::vector<std::string> faults;
  if (!syntax_fault.empty()) faults.push_back(syntax_fault);
  if (fragment != kFragment)
    faults.push_back(
        fragment == 0
            ? "nothing sets $vfirst_args"
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
