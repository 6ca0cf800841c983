// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan in the words of another program: what `vfirst export FORMAT` prints. A format is one file
// of this folder and one line of the table in format.cpp.

#include "plan/plan.hpp"

#include <span>
#include <string>
#include <vector>

namespace vfirst {

struct ExportWish {
  // libvirt; "" : all of it
  // a pool's name, a PF's address or its section's name
  std::string pool;
  // a VF's address, or SECTION:INDEX
  std::string vf;
  // kernel arguments
  // the host's name there; "" : its host name
  std::string node = {};
  // of the port that it boots over; absent: the default route's
  std::optional<MacAddress> mac = {};
  // arguments of others, before ours: root=, console=
  std::string with = {};
  // as the boot program finds them
  std::string kernel = "vmlinuz", initrd = "initrd.img";
  // a policy beside them, to be put into the initramfs
  std::string host_policy = {};
  // of the kernel that boots; "" : the newest installed one
  std::string release = {};
};

struct ExportPart {
  // "network", "domain", "script", "entry"
  std::string kind;
  // as the other program will know it; of a file: its path there
  std::string name;
  // libvirt: the PF or VF that it is about
  PciAddress device;
  // a document by itself
  std::string text;
  bool operator==(const ExportPart&) const = default;
};

struct Exported {
  std::vector<ExportPart> parts;
  // one part as it is; several as one well-formed whole
  std::string document;
  bool operator==(const Exported&) const = default;
};

struct ExportTarget;

struct ExportFormat {
  const char* name;
  // nullptr: libvirt, the one that tells of devices
  const ExportTarget* target;
};

std::span<const ExportFormat> export_formats();
// Refused: a wish that the plan does not hold, and what the format cannot say.
Result<Exported> export_as(const ExportFormat&, const Plan&, const Facts&, const ExportWish&);

Result<Exported> export_libvirt(const Plan&, const Facts&, const ExportWish&);

}  // namespace vfirst
