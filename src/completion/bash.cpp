// SPDX-License-Identifier: GPL-2.0-or-later
#include "completion/entry.hpp"

#include "base/words.hpp"

namespace vfirst {

namespace {

// bash splits words at '=' and ':', so this reads the line again, and removes from each offer what
// bash already has before the last ':'.
constexpr auto kBashHead = R"(# bash completion for vfirst(8), made from the program's own tables.
_vfirst() {
    local line=${COMP_LINE:0:COMP_POINT} current previous='' command='' word options='' words=''
    local place=''
    local -a typed
    read -ra typed <<< "$line"
    [[ $line != *[[:space:]] ]] || typed+=('')
    current=${typed[-1]}
    if [[ $current == --*=* ]]; then
        previous=${current%%=*} current=${current#*=}
    elif ((${#typed[@]} > 2)); then
        previous=${typed[-2]}
    fi
    for word in "${typed[@]:1:${#typed[@]}-2}"; do
)";

constexpr auto kTail = R"(    case $place in
        files) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        folders) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        kernels) words=$(cd /lib/modules 2> /dev/null && printf '%s ' *) ;;
        devices)
            words=$(cd /sys/bus/pci/devices 2> /dev/null &&
                for word in */sriov_totalvfs; do printf '%s ' "${word%/*}"; done)
            ;;
    esac
    case $place in
        files | folders) compopt -o filenames 2> /dev/null ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    esac
    if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*:}"}"}")
    fi
} && complete -F _vfirst vfirst
)";

const char* place_of(Offer offer) {
  switch (offer) {
    case Offer::files: return "files";
    case Offer::folders: return "folders";
    case Offer::kernels: return "kernels";
    case Offer::devices: return "devices";
    case Offer::nothing:
    case Offer::words: break;
  }
  return "";
}

std::string setting(const Entry& entry) {
  return entry.offer == Offer::words ? fmt::format("words={}", quoted(joined(entry.words, " ")))
                                     : fmt::format("place='{}'", place_of(entry.offer));
}

std::string names_of(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries)
    names.insert(names.end(), entry.names.begin(), entry.names.end());
  return joined(names, " ");
}

}  // namespace

std::string bash_completion(std::span<const Command> commands) {
  std::vector<std::string> names;
  for (const auto& command : commands)
    names.emplace_back(command.name);
  std::string out = kBashHead;
  out += fmt::format(
      "        case $word in {}) command=$word; break ;; esac\n    done\n    case \"$command "
      "$previous\" in\n",
      joined(names, " | "));
  for (const auto& command : commands)
    for (const auto& entry : entries_of(command)) {
      if (!entry.valued || entry.names.empty()) continue;
      std::vector<std::string> both;
      for (const auto& name : entry.names)
        both.push_back(fmt::format("'{} {}'", command.name, name));
      out += fmt::format("        {}) {} ;;\n", joined(both, " | "), setting(entry));
    }
  out += "        *)\n            case $command in\n";
  out += fmt::format(
      "                '') options='{}' words='{}' ;;\n", names_of(global_entries()),
      joined(names, " "));
  for (const auto& command : commands) {
    const auto entries = entries_of(command);
    out += fmt::format("                {}) options='{}'", command.name, names_of(entries));
    for (const auto& entry : entries)
      if (entry.names.empty()) out += " " + setting(entry);
    out += " ;;\n";
  }
  out +=
      "            esac\n            if [[ $current == -* || ! $current && ! $words && ! $place "
      "]]; then words=$options place=''; fi\n            ;;\n    esac\n";
  return out + kTail;
}

}  // namespace vfirst
