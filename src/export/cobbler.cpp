// SPDX-License-Identifier: GPL-2.0-or-later
// For Cobbler, which keeps the options in a dictionary and writes them out sorted by their keys.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_cobbler(const ExportLine& line) {
  for (const auto& word : line.ours)
    if (word.find_first_of("'\"\\ ") != word.npos)
      return refuse("{}: Cobbler would split it", word);
  return ExportPart{
      "command",
      line.node,
      {},
      fmt::format(
          "# {}\ncobbler system edit --name={} --kernel-options-post={}\n", line.title(),
          shell_word(line.node), shell_word(line.all_ours()))};
}

Result<std::vector<std::string>> read_cobbler(std::string_view document) {
  return kernel_words(VFIRST_TRY(shell_value(document, "--kernel-options-post=")));
}

}  // namespace

extern const ExportTarget kCobbler{
    .keeps = Keeps::names,
    .needs_node = true,
    .write = write_cobbler,
    .read = read_cobbler,
};

}  // namespace vfirst
