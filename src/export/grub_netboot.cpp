// SPDX-License-Identifier: GPL-2.0-or-later
// A menu for GRUB booted over the network. grub-core/net/net.c looks for grub.cfg-01-MAC beside
// grub.cfg (2.06 and later; an older one: configfile /grub/grub.cfg-01-$net_default_mac).
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

// GRUB needs a path from the root of the server: a name without a device or a slash gets one.
std::string on_server(const std::string& file) {
  return grub_word(file.starts_with('/') || file.starts_with('(') ? file : "/" + file);
}

Result<ExportPart> write_grub_netboot(const ExportLine& line) {
  VFIRST_CHECK(grub_carries({line.kernel, line.initrd, line.host_policy}));
  VFIRST_CHECK(grub_carries(line.others));
  VFIRST_CHECK(grub_carries(line.ours));
  std::string all;
  for (const auto* list : {&line.others, &line.ours})
    for (const auto& word : *list)
      all += " " + grub_word(word);
  auto text = fmt::format(
      "# {}\nset timeout=0\nmenuentry '{}' {{\n  linux {}{}\n  initrd {}", line.title(),
      line.node.empty() ? "vfirst" : line.node, on_server(line.kernel), all,
      on_server(line.initrd));
  // GRUB before 2.12 leaves out the zero byte after the name. Kernels since 6.13 (and stable
  // releases since the end of 2024) then unpack nothing of the archive (init/initramfs.c, do_name).
  if (!line.host_policy.empty())
    text += fmt::format(
        " newc:/etc/vfirst/policy.d/90-host.ini:{}   # GRUB 2.12 or later",
        on_server(line.host_policy));
  return ExportPart{"file", "grub.cfg-01-" + line.mac, {}, text + "\n}\n"};
}

Result<std::vector<std::string>> read_grub_netboot(std::string_view document) {
  auto out = VFIRST_TRY(shell_words(VFIRST_TRY(line_behind(document, "linux "))));
  if (out.empty()) return refuse("no kernel");
  out.erase(out.begin());
  return out;
}

}  // namespace

extern const ExportTarget kGrubNetboot{
    .keeps = Keeps::order,
    .whole_line = true,
    .needs_mac = true,
    .carries_policy = true,
    .write = write_grub_netboot,
    .read = read_grub_netboot,
};

}  // namespace vfirst
