// SPDX-License-Identifier: GPL-2.0-or-later
// For Warewulf 4: one flag per argument. Warewulf reads each flag as a line of CSV, in which an
// unquoted comma would begin the next argument.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

constexpr std::string_view kFlag = "--kernelargs=";

Result<ExportPart> write_warewulf(const ExportLine& line) {
  auto text = fmt::format("# {}\nwwctl node set --yes {}", line.title(), shell_word(line.node));
  for (const auto& word : line.ours) {
    if (word.starts_with('~'))
      return refuse("{}: to Warewulf a ~ in front means that the argument is to be removed", word);
    text += fmt::format(" \\\n  {}{}", kFlag, shell_word(csv_field(word)));
  }
  return ExportPart{"command", line.node, {}, text + "\n"};
}

Result<std::vector<std::string>> read_warewulf(std::string_view document) {
  std::vector<std::string> out;
  for (const auto& word : VFIRST_TRY(shell_words(document.substr(document.find('\n') + 1)))) {
    if (!word.starts_with(kFlag)) continue;
    for (auto& field : VFIRST_TRY(csv_fields(word.substr(kFlag.size()))))
      out.push_back(std::move(field));
  }
  return out;
}

}  // namespace

extern const ExportTarget kWarewulf{
    .keeps = Keeps::order,
    .needs_node = true,
    .write = write_warewulf,
    .read = read_warewulf,
};

}  // namespace vfirst
