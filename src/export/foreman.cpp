// SPDX-License-Identifier: GPL-2.0-or-later
// For Foreman, which has one parameter for the installer (kernelcmd) and one for the installed
// system (bootloader-append).
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_foreman(const ExportLine& line) {
  auto text = fmt::format("# {}\n", line.title());
  for (const auto* parameter : {"kernelcmd", "bootloader-append"})
    text += fmt::format(
        "hammer host set-parameter --host {} --name {} --value {}\n", shell_word(line.node),
        parameter, shell_word(line.all_ours()));
  return ExportPart{"command", line.node, {}, text};
}

Result<std::vector<std::string>> read_foreman(std::string_view document) {
  std::vector<std::string> out;
  for (const auto line : split(document, '\n')) {
    const auto words = VFIRST_TRY(shell_words(line));
    if (words.size() < 2 || words[words.size() - 2] != "--value") continue;
    auto each = VFIRST_TRY(kernel_words(words.back()));
    if (!out.empty() && out != each) return refuse("two lines that differ");
    out = std::move(each);
  }
  return out;
}

}  // namespace

extern const ExportTarget kForeman{
    .keeps = Keeps::order,
    .needs_node = true,
    .write = write_foreman,
    .read = read_foreman,
};

}  // namespace vfirst
