// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of GRUB's that change what boots, or which branch a script takes.
#include "base/text.hpp"
#include "base/words.hpp"
#include "loader/grub_condition.hpp"
#include "loader/grub_shell.hpp"

#include <algorithm>
#include <utility>

namespace vfirst {

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

bool loads_something(std::string_view name) {
  return is_one_of(
      name, {"linux", "linux16", "linuxefi", "chainloader", "multiboot", "multiboot2",
             "xen_hypervisor", "kfreebsd", "knetbsd", "kopenbsd", "ntldr", "freedos", "plan9",
             "truecrypt", "fwsetup", "appleloader"});
}

}  // namespace

GrubAnswer GrubShell::run_command(const GrubStatement& statement) {
  auto words = replaced(statement.words);
  bool invert = false;
  if (!words.empty() && words[0] == "!") {
    invert = true;
    words.erase(words.begin());
  }
  if (words.empty()) return invert ? answer(Answer::no) : Answer::yes;
  auto last = dispatch(words, statement);
  if (invert && last != Answer::unknown) last = last == Answer::yes ? Answer::no : Answer::yes;
  const bool function = state_.functions.contains(words[0]);
  // The number of an error that is no false condition is not modelled.
  if (last == Answer::no && !function)
    state_.set("?", is_one_of(words[0], {"[", "test", "false"}) ? "1" : unknown_value("?"));
  return answer(last);
}

GrubAnswer GrubShell::dispatch(const Words& words, const GrubStatement& statement) {
  const auto& name = words[0];
  const Words rest(words.begin() + 1, words.end());
  if (is_unknown(name)) {
    doubt(statement.line, "which command it runs only GRUB knows");
    return Answer::unknown;
  }
  if (name == "[" || name == "test")
    return grub_test(rest, [this](const std::string& path) { return file(path); });
  if (name == "set") return set(rest);
  if (name == "unset") return unset(rest);
  if (name == "export") return export_names(rest);
  if (name == "false") return Answer::no;
  if (name == "echo") return echo(rest);
  if (name == "load_env") return load_env(rest, statement.line);
  if (name == "source" || name == ".") return source(rest, statement.line);
  if (name == "configfile") return configfile(rest, statement.line);
  if (name == "menuentry" || name == "submenu") return add_entry(words, statement);
  if (name == "blscfg") return add_bls_entries(rest, statement.line);
  if (name == "setparams") return set_parameters(rest);
  if (name == "shift") return shift(rest);
  if (name == "return") return leave(rest, statement.line);
  if (name == "break" || name == "continue") {
    control_ = name == "break" ? Control::stop_loop : Control::next_round;
    return Answer::yes;
  }
  if (is_one_of(name, {"exit", "halt", "reboot", "boot", "normal_exit"})) {
    control_ = Control::end;
    return Answer::yes;
  }
  if (name == "eval") return eval(rest, statement.line);
  if (loads_something(name)) return load(words, statement.line);
  if (name == "initrd" || name == "initrd16" || name == "initrdefi") return initrd(rest);
  // These never fail (grub-core/kern/corecmd.c, insmod included). A block that cannot be written is
  // a fault of the next boot's, and not to be foreseen.
  if (is_one_of(name, {"true", "insmod", "save_env"})) return Answer::yes;
  if (const auto found = state_.functions.find(name); found != state_.functions.end())
    return run_function(*std::shared_ptr(found->second), rest);
  return run_unmodelled(words);
}

GrubAnswer GrubShell::set(const Words& words) {
  if (words.empty()) return Answer::yes;
  const auto equals = words[0].find('=');
  if (equals == std::string::npos) return Answer::no;
  state_.set(std::string_view(words[0]).substr(0, equals), words[0].substr(equals + 1));
  return Answer::yes;
}

GrubAnswer GrubShell::unset(const Words& words) {
  if (words.empty()) return Answer::no;
  if (const auto found = state_.variables.find(words[0]); found != state_.variables.end())
    state_.variables.erase(found);
  return Answer::yes;
}

GrubAnswer GrubShell::export_names(const Words& words) {
  for (const auto& word : words)
    state_.variables[word].exported = true;
  return words.empty() ? Answer::no : Answer::yes;
}

GrubAnswer GrubShell::echo(const Words& words) {
  if (!machine_.echo) return Answer::yes;
  const bool option = !words.empty() && (words[0] == "-n" || words[0] == "-e");
  machine_.echo(joined(Words(words.begin() + (option ? 1 : 0), words.end()), " "));
  return Answer::yes;
}

GrubAnswer GrubShell::add_entry(const Words& words, const GrubStatement& statement) {
  GrubMenuEntry entry;
  entry.submenu = words[0] == "submenu";
  entry.sourced = sourced_;
  entry.line = sourced_ ? sourced_ : statement.line;
  entry.block = statement.block;
  std::optional<std::string> id;
  bool options = true;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto& word = words[i];
    const auto takes = [&](std::string_view name, std::string& value) {
      if (word == name && i + 1 < words.size()) return value = words[++i], true;
      if (!word.starts_with(name) || word.substr(name.size())[0] != '=') return false;
      value = word.substr(name.size() + 1);
      return true;
    };
    std::string value;
    if (!options) {
      entry.arguments.push_back(word);
    } else if (word == "--") {
      options = false;
    } else if (takes("--id", value)) {
      id = value;
    } else if (
        takes("--class", value) || takes("--users", value) || takes("--hotkey", value) ||
        takes("--source", value) || word == "--unrestricted") {
    } else {
      entry.arguments.push_back(word);
    }
  }
  if (entry.arguments.empty() || !entry.block) return Answer::no;
  entry.title = entry.arguments[0];
  entry.id = id.value_or(entry.title);
  state_.menu.push_back(std::move(entry));
  return Answer::yes;
}

GrubAnswer GrubShell::set_parameters(const Words& words) {
  if (!in_function_) return Answer::no;
  arguments_ = words;
  return Answer::yes;
}

GrubAnswer GrubShell::shift(const Words& words) {
  const auto count = words.empty() ? std::optional<std::uint64_t>(1) : parse_number(words[0]);
  if (!count || *count > arguments_.size()) return Answer::no;
  arguments_.erase(arguments_.begin(), arguments_.begin() + static_cast<std::ptrdiff_t>(*count));
  return Answer::yes;
}

GrubAnswer GrubShell::leave(const Words& words, unsigned line) {
  if (!in_function_) return Answer::no;
  control_ = Control::leave;
  const auto& last = words.empty() ? state_.value("?") : words[0];
  if (is_unknown(last)) return Answer::unknown;
  const auto number = parse_number(last);
  if (!number) doubt(line, "it returns no number");
  return number == 0 ? Answer::yes : Answer::no;
}

GrubAnswer GrubShell::load(const Words& words, unsigned line) {
  if (words[0] == "fwsetup" && words.size() > 1) return Answer::unknown;
  GrubLoad load{words[0], Words(words.begin() + 1, words.end()), {}, sourced_ ? sourced_ : line};
  if (load.words.empty() && words[0] != "fwsetup") return Answer::no;
  if (visit_) visit_(load);
  state_.loads = {std::move(load)};
  return Answer::yes;
}

GrubAnswer GrubShell::initrd(const Words& words) {
  for (auto& load : state_.loads)
    if (!load.command.empty()) load.initrds = words;
  if (visit_)
    for (const auto& load : state_.loads)
      if (!load.command.empty()) visit_(load);
  return Answer::yes;
}

// An assignment, or a command whose result is not known. Several put theirs into a variable:
// search --set=root, regexp --set 1:name, search.fs_uuid UUID root. GRUB takes a command that it
// does not have for a success (grub_script_execute_cmdline), but one that is not modelled here it
// may well have.
GrubAnswer GrubShell::run_unmodelled(const Words& words) {
  const auto& name = words[0];
  const auto unknown = [&](std::string_view variable) {
    variable = variable.substr(variable.find(':') + 1);
    if (!variable.empty()) state_.set(variable, unknown_value(variable));
  };
  if (const auto equals = name.find('='); equals != name.npos) {
    state_.set(std::string_view(name).substr(0, equals), name.substr(equals + 1));
    return Answer::yes;
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with("--set=")) unknown(std::string_view(words[i]).substr(6));
    if ((words[i] == "--set" || words[i] == "-s") && i + 1 < words.size()) unknown(words[i + 1]);
  }
  // Without a name it is root.
  if (name == "search" && std::ranges::find(words, "--set") == words.end() - 1) unknown("root");
  if (name.starts_with("search.") && words.size() > 2) unknown(words[2]);
  if (name == "read" && words.size() > 1) unknown(words.back());
  return Answer::unknown;
}

}  // namespace vfirst
