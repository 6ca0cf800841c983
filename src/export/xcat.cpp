// SPDX-License-Identifier: GPL-2.0-or-later
// For xCAT: an installed system gets the arguments with the mark R::, a stateless node those
// without it.
#include "export/target.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

constexpr std::string_view kMark = "R::";

Result<ExportPart> write_xcat(const ExportLine& line) {
  std::string installed;
  for (const auto& word : line.ours) {
    if (word.find_first_of("'\"\\ ") != word.npos)
      return refuse("{}: xCAT splits at blanks and has no quotes", word);
    append_to_list(installed, std::string(kMark) + word, " ");
  }
  const auto node = shell_word(line.node);
  return ExportPart{
      "command",
      line.node,
      {},
      fmt::format(
          "# {}\nchdef -t node -o {} {}\n# A stateless node:\n# chdef -t node -o {} {}\n",
          line.title(), node, shell_word("addkcmdline=" + installed), node,
          shell_word("addkcmdline=" + line.all_ours()))};
}

Result<std::vector<std::string>> read_xcat(std::string_view document) {
  std::vector<std::string> out;
  const auto value = VFIRST_TRY(shell_value(document, "addkcmdline="));
  for (const auto word : words(value)) {
    if (!word.starts_with(kMark)) return refuse("{}: the mark R:: is missing", word);
    out.emplace_back(word.substr(kMark.size()));
  }
  return out;
}

}  // namespace

extern const ExportTarget kXcat{
    .keeps = Keeps::order,
    .needs_node = true,
    .write = write_xcat,
    .read = read_xcat,
};

}  // namespace vfirst
