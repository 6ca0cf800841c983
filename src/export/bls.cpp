// SPDX-License-Identifier: GPL-2.0-or-later
// An entry of the Boot Loader Specification. systemd-boot uses the options as they are. GRUB of
// Fedora and RHEL pastes them into a script (blscfg.c), so characters with a meaning in scripts are
// refused.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_bls(const ExportLine& line) {
  const std::vector<std::string> files{line.kernel, line.initrd};
  for (const auto* list : {&files, &line.others, &line.ours})
    for (const auto& word : *list)
      if (word.find_first_of("'\"\\*?$;&|<>{} ") != word.npos)
        return refuse("{}: GRUB reads entries as a script, and would interpret a part of it", word);
  const auto rooted = [](const std::string& file) {
    return file.starts_with('/') ? file : "/" + file;
  };
  return ExportPart{
      "entry",
      "loader/entries/vfirst.conf",
      {},
      fmt::format(
          "# {}\ntitle {}\nlinux {}\ninitrd {}\noptions {}\nx-options-source-vfirst {}\n",
          line.title(), line.node.empty() ? "vfirst" : line.node, rooted(line.kernel),
          rooted(line.initrd), line.whole(), line.all_ours())};
}

Result<std::vector<std::string>> read_bls(std::string_view document) {
  return kernel_words(VFIRST_TRY(line_behind(document, "options")));
}

}  // namespace

extern const ExportTarget kBls{
    .keeps = Keeps::order,
    .whole_line = true,
    .write = write_bls,
    .read = read_bls,
};

}  // namespace vfirst
