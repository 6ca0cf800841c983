// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A program that passes kernel arguments on: a network boot loader, an image builder, a
// provisioner. Each can damage them in its own way, so each target has a writer and a reader that
// follows that program's rules.

#include "export/format.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// What a document is written from. Each word is one argument as it stands on a command line, and is
// not empty.
struct ExportLine {
  // `ours` are in the plan's order; `others` stand before them.
  std::vector<std::string> ours, others;
  // Arguments of an earlier plan that are not in this one.
  std::vector<std::string> gone;
  // The host's name in the other program; empty where it is not known.
  std::string node;
  // The address of the port that the host boots over: aa-bb-cc-dd-ee-ff.
  std::string mac;
  // Paths or URLs at which the boot program finds the files.
  std::string kernel, initrd, host_policy;
  // The plan's hash.
  std::string plan;
  std::string architecture;

  // Separated by blanks.
  std::string all_ours() const;
  // `others`, then `ours`.
  std::string whole() const;
  // "vfirst: NODE, plan HASH".
  std::string title() const;
};

// What a program does to the order of the arguments.
enum class Keeps {
  order,
  // Arguments with one key come together, or all are sorted by their keys.
  names,
};

struct ExportTarget {
  Keeps keeps = Keeps::order;
  // The document is the host's whole command line. Otherwise it is added to an existing one.
  bool whole_line = false;
  // The document names the host, or the MAC address of the port that it boots over.
  bool needs_node = false, needs_mac = false;
  // The program can put a policy file into the initramfs.
  bool carries_policy = false;
  // Refused: an argument that this program cannot hand over; the error names it.
  Result<ExportPart> (*write)(const ExportLine&) = nullptr;
  // The arguments in that document as the program will read it, in the document's order.
  Result<std::vector<std::string>> (*read)(std::string_view document) = nullptr;
};

// Writes the plan's arguments for a target, reads the document back as that program does, and
// simulates the kernel with the result. Where the target does not keep the order, the arguments are
// first rewritten so that the order does not matter. Refused: what the target cannot carry, and a
// document that would leave the kernel in another state than the plan.
Result<Exported> export_arguments(
    const ExportTarget& target, const Plan& plan, const Facts& facts, const ExportWish& wish);

// The arguments rewritten so that their order does not matter: default_hugepagesz= alone names the
// hugepage size. Refused: two sizes, because only the order tells which count belongs to which.
Result<std::vector<std::string>> order_safe(const std::vector<std::string>& args);

// The arguments of a kernel command line, in their order and spelling.
Result<std::vector<std::string>> kernel_words(std::string_view line);

}  // namespace vfirst
