// SPDX-License-Identifier: GPL-2.0-or-later
// A drop-in for an image without vfirst: a shell reads it, grub-mkconfig pastes what comes of it
// into a script, and GRUB reads that. With vfirst in the image, apply is the better way.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_grub(const ExportLine& line) {
  VFIRST_CHECK(grub_carries(line.ours));
  std::string all;
  for (const auto& word : line.ours)
    all += (all.empty() ? "" : " ") + grub_word(word);
  return ExportPart{
      "file",
      "/etc/default/grub.d/90-vfirst.cfg",
      {},
      fmt::format(
          "# "
          "{}\nGRUB_VFIRST_KERNEL_ARGS={}\nGRUB_CMDLINE_LINUX_DEFAULT=\"$"
          "GRUB_CMDLINE_LINUX_DEFAULT $GRUB_VFIRST_KERNEL_ARGS\"\n",
          line.title(), shell_word(all))};
}

Result<std::vector<std::string>> read_grub(std::string_view document) {
  return shell_words(VFIRST_TRY(shell_value(document, "GRUB_VFIRST_KERNEL_ARGS=")));
}

}  // namespace

const ExportTarget kGrub{Keeps::order, false, false, false, false, write_grub, read_grub};

}  // namespace vfirst
