// SPDX-License-Identifier: GPL-2.0-or-later
// An entry of the Boot Loader Specification. systemd-boot takes the options as they stand; GRUB of
// Fedora and RHEL pastes them into a script (blscfg.c), so what a script takes for itself is
// refused.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_bls(const ExportLine& line) {
  for (const auto* list : {&line.others, &line.ours})
    for (const auto& word : *list)
      if (word.find_first_of("'\"\\*?$;&|<>{} ") != word.npos)
        return refuse(
            "{}: GRUB reads entries as a script, and would take a part of it for itself", word);
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

const ExportTarget kBls{Keeps::order, true, false, false, false, write_bls, read_bls};

}  // namespace vfirst
