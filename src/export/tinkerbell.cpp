// SPDX-License-Identifier: GPL-2.0-or-later
// For Tinkerbell: a merge patch for a Hardware object. Its arguments are appended to the global
// ones.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_tinkerbell(const ExportLine& line) {
  return ExportPart{
      "file",
      line.node,
      {},
      fmt::format(
          "# {}\n# kubectl patch hardware {} --type merge --patch-file "
          "FILE\nspec:\n  netboot:\n    osie:\n      kernelParams:{}",
          line.title(), shell_word(line.node), yaml_list(line.ours, "        "))};
}

Result<std::vector<std::string>> read_tinkerbell(std::string_view document) {
  return yaml_items(document, "kernelParams:");
}

}  // namespace

extern const ExportTarget kTinkerbell{
    .keeps = Keeps::order,
    .needs_node = true,
    .write = write_tinkerbell,
    .read = read_tinkerbell,
};

}  // namespace vfirst
