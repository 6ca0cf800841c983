// SPDX-License-Identifier: GPL-2.0-or-later
// For Ansible: variables of a host. The roles of OpenStack on RHEL append edpm_kernel_args.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_ansible(const ExportLine& line) {
  for (const auto& word : line.ours)
    if (word.find("{{") != word.npos || word.find("{%") != word.npos ||
        word.find("{#") != word.npos)
      return refuse("{}: Ansible would read it as a template", word);
  return ExportPart{
      "file",
      "host_vars/" + line.node + ".yml",
      {},
      fmt::format(
          "# {}\nvfirst_kernel_args:{}edpm_kernel_args: {}\n", line.title(),
          yaml_list(line.ours, "  "), json_string(line.all_ours()))};
}

Result<std::vector<std::string>> read_ansible(std::string_view document) {
  return yaml_items(document, "vfirst_kernel_args:");
}

}  // namespace

extern const ExportTarget kAnsible{
    .keeps = Keeps::order,
    .needs_node = true,
    .write = write_ansible,
    .read = read_ansible,
};

}  // namespace vfirst
