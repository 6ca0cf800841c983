// SPDX-License-Identifier: GPL-2.0-or-later
#include "completion/entry.hpp"

#include "base/words.hpp"

namespace vfirst {

namespace {

// fish reads \' and \\ as escapes within single quotes.
std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string offers(const Entry& entry) {
  switch (entry.offer) {
    case Offer::words: return fmt::format(" -x -a {}", fish_quoted(joined(entry.words, " ")));
    case Offer::files: return " -r -F";
    case Offer::folders: return " -x -a '(__fish_complete_directories)'";
    case Offer::kernels: return " -x -a '(path basename /lib/modules/*)'";
    case Offer::devices:
      return " -x -a '(path dirname /sys/bus/pci/devices/*/sriov_totalvfs | path basename)'";
    case Offer::nothing: break;
  }
  return " -x";
}

std::string line(std::string_view when, const Entry& entry) {
  auto out = fmt::format("complete -c vfirst -n {}", fish_quoted(when));
  for (const auto& name : entry.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (entry.valued) out += offers(entry);
  return out + " -d " + fish_quoted(entry.help) + "\n";
}

}  // namespace

std::string fish_completion(std::span<const Command> commands) {
  std::string out =
      "# fish completion for vfirst(8), made from the program's own tables.\ncomplete -c vfirst "
      "-f\n";
  for (const auto& command : commands)
    out += fmt::format(
        "complete -c vfirst -n __fish_use_subcommand -a {} -d {}\n", command.name,
        fish_quoted(command.summary));
  for (const auto& entry : global_entries())
    out += line("__fish_use_subcommand", entry);
  for (const auto& command : commands)
    for (const auto& entry : entries_of(command))
      if (!entry.names.empty() || entry.offer != Offer::nothing)
        out += line(fmt::format("__fish_seen_subcommand_from {}", command.name), entry);
  return out;
}

}  // namespace vfirst
