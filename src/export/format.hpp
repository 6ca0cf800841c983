// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan in the words of another program: what `vfirst export FORMAT` prints. A format is one file of this folder and one
// line of the table in format.cpp.

#include "plan/plan.hpp"

#include <span>
#include <string>
#include <vector>

namespace vfirst {

struct ExportWish {
  // libvirt; "" : all of it
  std::string pool;                                              // a pool's name, a PF's address or its section's name
  std::string vf;                                                // a VF's address, or SECTION:INDEX
  // kernel arguments
  std::string node = {};                                          // the host's name there; "" : its host name
  std::optional<MacAddress> mac = {};                           // of the port that it boots over; absent: the default route's
  std::string with = {};                                          // arguments of others, before ours: root=, console=
  std::string kernel = "vmlinuz", initrd = "initrd.img";         // as the boot program finds them
  std::string host_policy = {};                                   // a policy beside them, to be put into the initramfs
  std::string release = {};                                       // of the kernel that boots; "" : the newest installed one
};

struct ExportPart {
  std::string kind;                                              // "network", "domain", "script", "entry"
  std::string name;                                              // as the other program will know it; of a file: its path there
  PciAddress device;                                             // libvirt: the PF or VF that it is about
  std::string text;                                              // a document by itself
  bool operator==(const ExportPart&) const = default;
};

struct Exported {
  std::vector<ExportPart> parts;
  std::string document;                                          // one part as it is; several as one well-formed whole
  bool operator==(const Exported&) const = default;
};

struct ExportTarget;

struct ExportFormat {
  const char* name;
  const ExportTarget* target;                                    // nullptr: libvirt, the one that tells of devices
};

std::span<const ExportFormat> export_formats();
// Refused: a wish that the plan does not hold, and what the format cannot say.
Result<Exported> export_as(const ExportFormat&, const Plan&, const Facts&, const ExportWish&);

Result<Exported> export_libvirt(const Plan&, const Facts&, const ExportWish&);

}  // namespace vfirst
