// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration of PXELINUX. Everything after APPEND is the command line; there are no quotes.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_pxelinux(const ExportLine& line) {
  return ExportPart{
      "file",
      "pxelinux.cfg/01-" + line.mac,
      {},
      fmt::format(
          "# {}\nDEFAULT vfirst\nPROMPT 0\nLABEL vfirst\n  LINUX {}\n  INITRD {}\n  APPEND {}\n",
          line.title(), line.kernel, line.initrd, line.whole())};
}

Result<std::vector<std::string>> read_pxelinux(std::string_view document) {
  return kernel_words(VFIRST_TRY(line_behind(document, "APPEND")));
}

}  // namespace

extern const ExportTarget kPxelinux{
    .keeps = Keeps::order,
    .whole_line = true,
    .needs_mac = true,
    .write = write_pxelinux,
    .read = read_pxelinux,
};

}  // namespace vfirst
