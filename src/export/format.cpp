// SPDX-License-Identifier: GPL-2.0-or-later
// The table of formats. A new one is a file of this folder that defines its ExportTarget, or its
// function where it describes devices, a line here, and its paragraph in vfirst(8). Completion,
// `vfirst export`'s own messages and the tests read this table; a file without its line, or a line
// without its paragraph, fails a test.
#include "export/format.hpp"

#include "export/target.hpp"

// Name on the command line, ExportTarget.
#define VFIRST_EXPORT_TARGETS(FORMAT)  \
  FORMAT("cmdline", kCmdline)          \
  FORMAT("ipxe", kIpxe)                \
  FORMAT("grub-netboot", kGrubNetboot) \
  FORMAT("pxelinux", kPxelinux)        \
  FORMAT("grub", kGrub)                \
  FORMAT("bls", kBls)                  \
  FORMAT("bootc", kBootc)              \
  FORMAT("ignition", kIgnition)        \
  FORMAT("ironic", kIronic)            \
  FORMAT("maas", kMaas)                \
  FORMAT("foreman", kForeman)          \
  FORMAT("cobbler", kCobbler)          \
  FORMAT("xcat", kXcat)                \
  FORMAT("warewulf", kWarewulf)        \
  FORMAT("tinkerbell", kTinkerbell)    \
  FORMAT("talos", kTalos)              \
  FORMAT("ukify", kUkify)              \
  FORMAT("ansible", kAnsible)

namespace vfirst {

#define VFIRST_DECLARE(name, target) extern const ExportTarget target;
VFIRST_EXPORT_TARGETS(VFIRST_DECLARE)
#undef VFIRST_DECLARE

std::span<const ExportFormat> export_formats() {
  static constexpr ExportFormat kFormats[] = {
#define VFIRST_ROW(name, target) {name, &target, nullptr, false},
      VFIRST_EXPORT_TARGETS(VFIRST_ROW)
#undef VFIRST_ROW
      // They describe devices instead of arguments.
      {"libvirt", nullptr, export_libvirt, true},
      {"nova", nullptr, export_nova, false},
  };
  return kFormats;
}

Result<Exported> export_as(
    const ExportFormat& format, const Plan& plan, const Facts& facts, const ExportWish& wish) {
  auto made = format.target ? export_arguments(*format.target, plan, facts, wish)
                            : format.devices(plan, facts, wish);
  if (!made) made.error().what = fmt::format("{}: {}", format.name, made.error().what);
  return made;
}

}  // namespace vfirst
