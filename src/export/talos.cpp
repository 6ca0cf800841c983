// SPDX-License-Identifier: GPL-2.0-or-later
// For Talos: a schematic for its image factory, which puts the arguments into the UKI. Talos stores
// them by key, so repeated keys come together (siderolabs/talos#11310), and the factory has sorted
// them (siderolabs/image-factory#154).
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_talos(const ExportLine& line) {
  return ExportPart{
      "file",
      "schematic.yaml",
      {},
      fmt::format(
          "# {}\ncustomization:\n  extraKernelArgs:{}", line.title(),
          yaml_list(line.ours, "    "))};
}

Result<std::vector<std::string>> read_talos(std::string_view document) {
  return yaml_items(document, "extraKernelArgs:");
}

}  // namespace

extern const ExportTarget kTalos{
    .keeps = Keeps::names,
    .write = write_talos,
    .read = read_talos,
};

}  // namespace vfirst
