// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan in another program's format, as `vfirst export FORMAT` prints it. Each format is one file
// of this folder and one line of the table in format.cpp.

#include "plan/plan.hpp"

#include <span>
#include <string>
#include <vector>

namespace vfirst {

struct ExportWish {
  // For libvirt. Empty: everything.
  // A pool's name, a PF's address or the name of its [pf] section.
  std::string pool;
  // A VF's address, or SECTION:INDEX.
  std::string vf;
  // For kernel arguments.
  // The host's name in the other program. Empty: its host name.
  std::string node = {};
  // The port that the host boots over. Absent: the port of the default route.
  std::optional<MacAddress> mac = {};
  // Other arguments, which stand before those of the plan: root=, console=.
  std::string with = {};
  // Paths or URLs at which the boot program finds the files.
  std::string kernel = "vmlinuz", initrd = "initrd.img";
  // A policy beside them that goes into the initramfs.
  std::string host_policy = {};
  // The release of the kernel that boots. Empty: the newest installed one.
  std::string release = {};
};

struct ExportPart {
  // "network", "domain", "script", "entry", "file", "command", "cmdline".
  std::string kind;
  // Its name in the other program; for a file, its path there.
  std::string name;
  // libvirt: the PF or VF that it describes.
  PciAddress device;
  // A complete document.
  std::string text;
  bool operator==(const ExportPart&) const = default;
};

struct Exported {
  std::vector<ExportPart> parts;
  // One part as it is, or all parts as one well-formed document.
  std::string document;
  bool operator==(const Exported&) const = default;
};

struct ExportTarget;

struct ExportFormat {
  const char* name;
  // One of the two: for a format that passes arguments on, or for one that describes devices.
  const ExportTarget* target;
  Result<Exported> (*devices)(const Plan&, const Facts&, const ExportWish&) = nullptr;
  // It knows --pool and --vf.
  bool has_parts = false;
};

std::span<const ExportFormat> export_formats();
// Refused: a wish that the plan does not contain, and what the format cannot express.
Result<Exported> export_as(const ExportFormat&, const Plan&, const Facts&, const ExportWish&);

Result<Exported> export_libvirt(const Plan&, const Facts&, const ExportWish&);
Result<Exported> export_nova(const Plan&, const Facts&, const ExportWish&);

}  // namespace vfirst
