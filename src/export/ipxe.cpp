// SPDX-License-Identifier: GPL-2.0-or-later
// A script for iPXE. It splits at blanks, has no quotes, and expands ${...} everywhere. A word that
// starts with # or is ||, && or ; ends the command (src/core/exec.c).
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Status carries(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (word.find("${") != word.npos) return refuse("{}: iPXE would expand the ${{ in it", word);
    if (word.starts_with('#') || word.ends_with('\\') || word.find_first_of(" \t") != word.npos ||
        word == "||" || word == "&&" || word == ";")
      return refuse("{}: iPXE cannot carry it, as it has no quotes", word);
  }
  return {};
}

Result<ExportPart> write_ipxe(const ExportLine& line) {
  VFIRST_CHECK(carries({line.kernel, line.initrd, line.host_policy}));
  VFIRST_CHECK(carries(line.others));
  VFIRST_CHECK(carries(line.ours));
  // Only a kernel that UEFI starts reads initrd=NAME.
  const auto name = line.initrd.substr(line.initrd.rfind('/') + 1);
  const auto all = line.whole();
  auto text = fmt::format(
      "#!ipxe\n# {}\nkernel {} initrd={}{}{}\ninitrd {}\n", line.title(), line.kernel, name,
      all.empty() ? "" : " ", all, line.initrd);
  if (!line.host_policy.empty())
    text += fmt::format("initrd {} /etc/vfirst/policy.d/90-host.ini\n", line.host_policy);
  return ExportPart{"script", line.node, {}, text + "boot\n"};
}

Result<std::vector<std::string>> read_ipxe(std::string_view document) {
  std::vector<std::string> out;
  for (const auto word : words(VFIRST_TRY(line_behind(document, "kernel ")))) {
    if (word.starts_with('#')) break;
    out.emplace_back(word);
  }
  if (out.size() < 2) return refuse("no kernel");
  // These are the kernel and its initrd=.
  out.erase(out.begin(), out.begin() + 2);
  return out;
}

}  // namespace

extern const ExportTarget kIpxe{
    .keeps = Keeps::order,
    .whole_line = true,
    .carries_policy = true,
    .write = write_ipxe,
    .read = read_ipxe,
};

}  // namespace vfirst
