// SPDX-License-Identifier: GPL-2.0-or-later
#include "completion/entry.hpp"

#include "base/words.hpp"

namespace vfirst {

namespace {

constexpr auto kZshHead = R"(#compdef vfirst
# zsh completion for vfirst(8), made from the program's own tables.
_vfirst_kernels() {
  local -a found=(/lib/modules/*(N/:t))
  compadd "$@" -a found
}
_vfirst_devices() {
  local -a found=(/sys/bus/pci/devices/*/sriov_totalvfs(N:h:t))
  compadd "$@" -a found
}
_vfirst() {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
)";

// For the brackets of _arguments.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == '\\' || c == ':') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const Entry& entry) {
  switch (entry.offer) {
    case Offer::words: return "(" + joined(entry.words, " ") + ")";
    case Offer::files: return "_files";
    case Offer::folders: return "_files -/";
    case Offer::kernels: return "_vfirst_kernels";
    case Offer::devices: return "_vfirst_devices";
    case Offer::nothing: break;
  }
  // zsh shows the name of the word, and offers nothing.
  return " ";
}

std::string spec(const Entry& entry) {
  const auto value =
      entry.valued ? fmt::format(":{}:{}", escaped(entry.value), action(entry)) : std::string();
  if (entry.names.empty()) return quoted(":" + escaped(entry.value) + ":" + action(entry));
  const auto all = joined(entry.names, " ");
  const bool ends = all == "-h --help" || all == "--version";
  std::string out = ends ? "'(- *)'" : entry.repeatable ? "'*'" : quoted("(" + all + ")");
  std::vector<std::string> names;
  for (const auto& name : entry.names)
    names.push_back(name + (!entry.valued ? "" : name.starts_with("--") ? "=" : "+"));
  out += names.size() > 1 ? "{" + joined(names, ",") + "}" : names.front();
  return out + quoted("[" + escaped(entry.help) + "]" + value);
}

std::string arguments(const std::vector<Entry>& entries, std::string_view indent) {
  std::string out = "_arguments -s";
  for (const auto& entry : entries)
    out += fmt::format(" \\\n{}  {}", indent, spec(entry));
  return out + " && ret=0";
}

}  // namespace

std::string zsh_completion(std::span<const Command> commands) {
  std::string out = kZshHead;
  out += "  _arguments -C";
  for (const auto& entry : global_entries())
    out += " \\\n    " + spec(entry);
  out +=
      " \\\n    '1: :->command' '*:: :->words' && ret=0\n  case $state in\n    command)\n      "
      "local -a commands=(";
  for (const auto& command : commands)
    out += "\n        " + quoted(fmt::format("{}:{}", command.name, command.summary));
  out +=
      ")\n      _describe -t commands command commands && ret=0\n      ;;\n    words)\n      case "
      "$words[1] in\n";
  for (const auto& command : commands)
    out += fmt::format(
        "        {}) {} ;;\n", command.name, arguments(entries_of(command), "          "));
  return out +
         "      esac\n      ;;\n  esac\n  return ret\n}\nif [[ $funcstack[1] == _vfirst ]]; then "
         "_vfirst \"$@\"; else compdef _vfirst vfirst; fi\n";
}

}  // namespace vfirst
