// SPDX-License-Identifier: GPL-2.0-or-later
// For OpenStack Ironic, which appends the arguments in PXE, virtual media and ramdisk boots. A host
// that boots from its own disk gets them in a deploy step instead (vfirst apply).
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_ironic(const ExportLine& line) {
  return ExportPart{
      "command",
      line.node,
      {},
      fmt::format(
          "# {}\nbaremetal node set {} --instance-info {}\n", line.title(), shell_word(line.node),
          shell_word("kernel_append_params=" + line.all_ours()))};
}

Result<std::vector<std::string>> read_ironic(std::string_view document) {
  return kernel_words(VFIRST_TRY(shell_value(document, "kernel_append_params=")));
}

}  // namespace

extern const ExportTarget kIronic{
    .keeps = Keeps::order,
    .needs_node = true,
    .write = write_ironic,
    .read = read_ironic,
};

}  // namespace vfirst
