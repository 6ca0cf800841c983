// SPDX-License-Identifier: GPL-2.0-or-later
// For xCAT: R:: marks what the installed system gets; a stateless node gets what has no mark.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

constexpr std::string_view kMark = "R::";

Result<ExportPart> write_xcat(const ExportLine& line) {
  std::string installed;
  for (const auto& word : line.ours) {
    if (word.find_first_of("'\"\\ ") != word.npos)
      return refuse("{}: xCAT splits at blanks and knows no quotes", word);
    installed += fmt::format("{}{}{}", installed.empty() ? "" : " ", kMark, word);
  }
  return ExportPart{
      "command",
      line.node,
      {},
      fmt::format(
          "# {}\nchdef -t node -o {} {}\n# A stateless node:\n# chdef -t node -o {} {}\n",
          line.title(), line.node, shell_word("addkcmdline=" + installed), line.node,
          shell_word("addkcmdline=" + line.all_ours()))};
}

Result<std::vector<std::string>> read_xcat(std::string_view document) {
  std::vector<std::string> out;
  const auto value = VFIRST_TRY(shell_value(document, "addkcmdline="));
  for (const auto word : words(value)) {
    if (!word.starts_with(kMark)) return refuse("{}: without its mark", word);
    out.emplace_back(word.substr(kMark.size()));
  }
  return out;
}

}  // namespace

const ExportTarget kXcat{Keeps::order, false, true, false, false, write_xcat, read_xcat};

}  // namespace vfirst
