// SPDX-License-Identifier: GPL-2.0-or-later
// For bootc: a file of the image, one argument an item. On an installed host the same arguments
// have a source of their own.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"
#include "kargs/loader_words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_bootc(const ExportLine& line) {
  auto text = fmt::format(
      "# {}\n# On an installed host:\n#   {}\nkargs = [\n", line.title(),
      bootc_command_for(line.all_ours()));
  for (const auto& word : line.ours)
    text += fmt::format("  {},\n", json_string(word));
  text += "]\n";
  if (!line.architecture.empty())
    text += fmt::format("match-architectures = [{}]\n", json_string(line.architecture));
  return ExportPart{"file", "/usr/lib/bootc/kargs.d/50-vfirst.toml", {}, text};
}

Result<std::vector<std::string>> read_bootc(std::string_view document) {
  return json_strings(document, "\nkargs =");
}

}  // namespace

const ExportTarget kBootc{Keeps::order, false, false, false, false, write_bootc, read_bootc};

}  // namespace vfirst
