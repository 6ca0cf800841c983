// SPDX-License-Identifier: GPL-2.0-or-later
// A drop-in for an image without vfirst. A shell reads it, grub-mkconfig pastes the value into a
// script, and GRUB reads that script. In an image with vfirst, apply is the better way.
#include "export/target.hpp"

#include "base/words.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_grub(const ExportLine& line) {
  VFIRST_CHECK(grub_carries(line.ours));
  const auto all = joined(line.ours, " ", grub_word);
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

extern const ExportTarget kGrub{
    .keeps = Keeps::order,
    .write = write_grub,
    .read = read_grub,
};

}  // namespace vfirst
