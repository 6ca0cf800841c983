// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/format.hpp"

#include "export/target.hpp"

namespace vfirst {

std::span<const ExportFormat> export_formats() {
  static constexpr ExportFormat kFormats[] = {
      {"cmdline", &kCmdline},   {"ipxe", &kIpxe},         {"grub-netboot", &kGrubNetboot},
      {"pxelinux", &kPxelinux}, {"grub", &kGrub},         {"bls", &kBls},
      {"bootc", &kBootc},       {"ignition", &kIgnition}, {"ironic", &kIronic},
      {"maas", &kMaas},         {"foreman", &kForeman},   {"cobbler", &kCobbler},
      {"xcat", &kXcat},         {"warewulf", &kWarewulf}, {"tinkerbell", &kTinkerbell},
      {"talos", &kTalos},       {"ukify", &kUkify},       {"ansible", &kAnsible},
      {"libvirt", nullptr},
  };
  return kFormats;
}

Result<Exported> export_as(
    const ExportFormat& format, const Plan& plan, const Facts& facts, const ExportWish& wish) {
  auto made = format.target ? export_arguments(*format.target, plan, facts, wish)
                            : export_libvirt(plan, facts, wish);
  if (!made) made.error().what = fmt::format("{}: {}", format.name, made.error().what);
  return made;
}

}  // namespace vfirst
