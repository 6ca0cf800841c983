// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/format.hpp"

#include "export/target.hpp"

namespace vfirst {

std::span<const ExportFormat> export_formats() {
  static constexpr ExportFormat kFormats[] = {
      {"cmdline", "the kernel's command line alone", &kCmdline},
      {"ipxe", "a boot script for iPXE", &kIpxe},
      {"grub-netboot", "grub.cfg-01-MAC for GRUB over the network", &kGrubNetboot},
      {"pxelinux", "pxelinux.cfg/01-MAC", &kPxelinux},
      {"grub", "a drop-in for /etc/default/grub.d", &kGrub},
      {"bls", "an entry of the Boot Loader Specification", &kBls},
      {"bootc", "kargs.d of a bootc image", &kBootc},
      {"ignition", "kernelArguments for Ignition", &kIgnition},
      {"ironic", "for a node of OpenStack Ironic", &kIronic},
      {"maas", "a tag of MAAS", &kMaas},
      {"foreman", "host parameters of Foreman", &kForeman},
      {"cobbler", "for a system of Cobbler", &kCobbler},
      {"xcat", "for a node of xCAT", &kXcat},
      {"warewulf", "for a node of Warewulf 4", &kWarewulf},
      {"tinkerbell", "a patch for Tinkerbell's Hardware", &kTinkerbell},
      {"talos", "a schematic of Talos' image factory", &kTalos},
      {"ukify", "the command that builds a UKI's addon", &kUkify},
      {"ansible", "variables of a host for Ansible", &kAnsible},
      {"libvirt", "networks and domains for virsh", nullptr},
  };
  return kFormats;
}

Result<Exported> export_as(const ExportFormat& format, const Plan& plan, const Facts& facts, const ExportWish& wish) {
  auto made = format.target ? export_arguments(*format.target, plan, facts, wish) : export_libvirt(plan, facts, wish);
  if (!made) made.error().what = fmt::format("{}: {}", format.name, made.error().what);
  return made;
}

}  // namespace vfirst
