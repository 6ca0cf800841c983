// SPDX-License-Identifier: GPL-2.0-or-later
// For MAAS. One tag holds all arguments, because MAAS joins the options of several tags in the
// order of the tags' names.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_maas(const ExportLine& line) {
  for (const auto& word : line.ours)
    if (word.find("{{") != word.npos || word.find_first_of("'\"\\ ") != word.npos)
      return refuse("{}: MAAS would interpret a part of it", word);
  const auto tag = "vfirst-" + line.plan.substr(0, 8);
  return ExportPart{
      "command",
      tag,
      {},
      fmt::format(
          "# {}\nmaas \"$PROFILE\" tags create name={} kernel_opts={} comment={}\nmaas "
          "\"$PROFILE\" tag update-nodes {} add=\"$SYSTEM_ID\"\n",
          line.title(), tag, shell_word(line.all_ours()), shell_word("vfirst, plan " + line.plan),
          tag)};
}

Result<std::vector<std::string>> read_maas(std::string_view document) {
  return kernel_words(VFIRST_TRY(shell_value(document, "kernel_opts=")));
}

}  // namespace

extern const ExportTarget kMaas{
    .keeps = Keeps::order,
    .write = write_maas,
    .read = read_maas,
};

}  // namespace vfirst
