// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of GRUB's that read another file, or a text as a script.
#include "base/words.hpp"
#include "loader/environment_block.hpp"
#include "loader/grub_shell.hpp"

#include <algorithm>
#include <utility>

namespace vfirst {

namespace {

// For a sentence: an unknown part by its name alone.
std::string readable(std::string text) {
  std::erase(text, '\x02');
  return text;
}

}  // namespace

GrubMachine::File GrubShell::file(std::string path) const {
  if (!path.starts_with('(')) path = fmt::format("({}){}", state_.value("root"), path);
  if (!machine_.file || is_unknown(path.substr(path.find(')') + 1))) return {{}, false};
  return machine_.file(path);
}

// load_env [--file FILE] [--skip-sig] [NAME...]
GrubAnswer GrubShell::load_env(const Words& words, unsigned line) {
  std::string path = state_.value("prefix") + "/grubenv";
  Words names;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if ((word == "--file" || word == "-f") && i + 1 < words.size())
      path = words[++i];
    else if (word.starts_with("--file="))
      path = word.substr(std::string_view("--file=").size());
    else if (!word.starts_with('-'))
      names.push_back(word);
  }
  const auto found = file(path);
  if (!found.text) {
    for (const auto& name : names)
      if (!found.known) state_.set(name, unknown_value(name));
    if (!found.known && names.empty())
      doubt(line, fmt::format("it reads {}, which is not known", readable(path)));
    return found.known ? Answer::no : Answer::unknown;
  }
  for (const auto& [name, value] : environment_variables(*found.text))
    if (names.empty() || std::ranges::find(names, name) != names.end()) state_.set(name, value);
  return Answer::yes;
}

GrubAnswer GrubShell::source(const Words& words, unsigned line) {
  if (words.empty()) return Answer::no;
  const auto found = file(words[0]);
  // It never fails (grub_cmd_source in normal/main.c).
  if (!found.text && found.known) return Answer::yes;
  if (!found.text) {
    doubt(line, fmt::format("it reads {}, which is not known", readable(words[0])));
    return Answer::yes;
  }
  run_text(*found.text, line);
  return Answer::yes;
}

GrubAnswer GrubShell::eval(const Words& words, unsigned line) {
  const auto text = joined(words, " ");
  if (!is_unknown(text)) return run_text(text, line);
  doubt(line, "which command it runs only GRUB knows");
  return Answer::unknown;
}

GrubAnswer GrubShell::run_text(const std::string& text, unsigned line) {
  if (depth_ >= kGrubDepth) return doubt(line, "it reads itself"), Answer::unknown;
  ++depth_;
  const auto outer = std::exchange(sourced_, sourced_ ? sourced_ : line);
  run(parse_grub(text), fmt::format("line {}, of what it reads", sourced_));
  sourced_ = outer;
  --depth_;
  const auto& last = state_.value("?");
  return is_unknown(last) ? Answer::unknown : last == "0" ? Answer::yes : Answer::no;
}

// Another configuration takes over: its menu is shown, and what it boots is booted.
GrubAnswer GrubShell::configfile(const Words& words, unsigned line) {
  if (words.empty()) return Answer::no;
  const auto found = file(words[0]);
  if (!found.text && found.known) return Answer::yes;
  if (!found.text) {
    doubt(line, fmt::format("it leads to {}, which is not known", readable(words[0])));
    return Answer::yes;
  }
  auto inner = state_.inner();
  GrubShell shell(machine_, inner);
  shell.visit_ = visit_;
  shell.depth_ = depth_;
  shell.run_text(*found.text, line);
  if (inner.menu.empty() && inner.doubt.empty()) return Answer::yes;
  state_ = std::move(inner);
  state_.taken_over = true;
  control_ = Control::end;
  return Answer::yes;
}

}  // namespace vfirst
