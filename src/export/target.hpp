// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A program that hands kernel arguments over for us: a network boot loader, an image builder, a
// provisioner. Each spoils them in its own way, so each knows how to write them and how it will
// read them back.

#include "export/format.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// What a document is written from. Words are single arguments as they stand on a command line, none
// of them empty.
struct ExportLine {
  // ours: in the plan's order; others: stand before them
  std::vector<std::string> ours, others;
  // ours of an earlier plan, not in this one
  std::vector<std::string> gone;
  // the host's name there; "" where nobody says
  std::string node;
  // aa-bb-cc-dd-ee-ff, of the port that it boots over
  std::string mac;
  // files, as the boot program finds them
  std::string kernel, initrd, host_policy;
  // its hash
  std::string plan;
  std::string architecture;

  // blank separated
  std::string all_ours() const;
  // others, then ours
  std::string whole() const;
  // "vfirst: NODE, plan HASH"
  std::string title() const;
};

// names: repeated keys come together, or all are sorted
enum class Keeps { order, names };

struct ExportTarget {
  Keeps keeps;
  // the document is the host's whole command line
  bool whole_line;
  bool needs_node, needs_mac;
  // can put a policy file into the initramfs
  bool carries_policy;
  // Refused: an argument that this program cannot hand over, by name.
  Result<ExportPart> (*write)(const ExportLine&);
  // The arguments in that document as the program will read it, in the document's order.
  Result<std::vector<std::string>> (*read)(std::string_view document);
};

// Writes the plan's arguments for a target, reads the document back, and simulates the kernel on
// what comes of it. Where the target does not keep the order, the arguments are first spelled so
// that it does not matter. Refused: what the target cannot carry, and a document that would leave
// the kernel in another state than the plan.
Result<Exported> export_arguments(
    const ExportTarget& target, const Plan& plan, const Facts& facts, const ExportWish& wish);

// The arguments spelled so that their order does not matter: a hugepage size that is the default
// one is said by default_hugepagesz= alone. Refused: two sizes, which only their order tells apart.
Result<std::vector<std::string>> order_safe(const std::vector<std::string>& args);

// The arguments of a kernel's command line, in order, as they stand there.
Result<std::vector<std::string>> kernel_words(std::string_view line);

extern const ExportTarget kCmdline, kIpxe, kGrubNetboot, kPxelinux, kGrub, kBls, kBootc, kIgnition,
    kIronic, kMaas, kForeman, kCobbler, kXcat, kWarewulf, kTinkerbell, kTalos, kUkify, kAnsible;

}  // namespace vfirst
