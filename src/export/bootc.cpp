// SPDX-License-Identifier: GPL-2.0-or-later
// For bootc: a file of the image with one argument per item. An installed host takes the same
// arguments by a command.
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

extern const ExportTarget kBootc{
    .keeps = Keeps::order,
    .write = write_bootc,
    .read = read_bootc,
};

}  // namespace vfirst
