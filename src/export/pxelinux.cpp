// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration of PXELINUX. The rest of APPEND is the line, without any quoting.
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

const ExportTarget kPxelinux{Keeps::order, true, false, true, false, write_pxelinux, read_pxelinux};

}  // namespace vfirst
