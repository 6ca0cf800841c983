// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan in the words of another program: what `vfirst export FORMAT` prints. A format is one file of this folder and one
// line of the table in format.cpp.

#include "plan/plan.hpp"

#include <span>
#include <string>
#include <vector>

namespace vfirst {

struct ExportWish {                                              // "" : all of it
  std::string pool;                                              // a pool's name, a PF's address or its section's name
  std::string vf;                                                // a VF's address, or SECTION:INDEX
};

struct ExportPart {
  std::string kind;                                              // "network", "domain"
  std::string name;                                              // as the other program will know it
  PciAddress device;                                             // the PF or VF that it is about
  std::string text;                                              // a document by itself
  bool operator==(const ExportPart&) const = default;
};

struct Exported {
  std::vector<ExportPart> parts;
  std::string document;                                          // one part as it is; several as one well-formed whole
  bool operator==(const Exported&) const = default;
};

struct ExportFormat {
  const char* name;
  Result<Exported> (*make)(const Plan&, const Facts&, const ExportWish&);
};

std::span<const ExportFormat> export_formats();

// Formats, one file each. Refused: a wish that the plan does not hold.
Result<Exported> export_libvirt(const Plan&, const Facts&, const ExportWish&);

}  // namespace vfirst
