// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Something that the owner of a machine should know about its plan.

#include "base/pci_address.hpp"
#include "policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

enum class Severity { note, warning, error };

// What a finding is about. Two findings are about the same thing where their subjects are equal;
// the message is for people alone.
struct Subject {
  enum class Kind {
    // Nothing smaller than the whole host.
    host,
    // A PCI function: "0000:3b:00.0".
    device,
    // A kernel argument: its key, "isolcpus", or the whole word as it stands in a command line.
    argument,
    // A NUMA node: "1".
    node,
    // A kernel's release: "6.12.95+deb13-amd64".
    kernel,
    // A kernel's configuration option: "CONFIG_NO_HZ_FULL".
    option,
    // A kernel module: "vfio-pci".
    module,
    // A policy section: "pf uplink".
    section,
    // A policy key: "power.max-cstate".
    key,
    // A file of another program: "/etc/systemd/network/10-nic.link".
    file,
  };
  Kind kind = Kind::host;
  std::string name{};

  static Subject device(const PciAddress& address) { return {Kind::device, address.str()}; }
  static Subject argument(std::string_view word) { return {Kind::argument, std::string(word)}; }
  static Subject node(unsigned id) { return {Kind::node, std::to_string(id)}; }
  static Subject kernel(std::string_view release) { return {Kind::kernel, std::string(release)}; }
  static Subject option(std::string_view name) { return {Kind::option, std::string(name)}; }
  static Subject module(std::string_view name) { return {Kind::module, std::string(name)}; }
  static Subject section(std::string_view name) { return {Kind::section, std::string(name)}; }
  static Subject key(std::string_view name) { return {Kind::key, std::string(name)}; }
  static Subject file(std::string_view path) { return {Kind::file, std::string(path)}; }
  bool operator==(const Subject&) const = default;
};

// "device", "argument", ...: a part of the JSON documents.
std::string_view kind_name(Subject::Kind kind);

struct Finding {
  Severity severity = Severity::note;
  // Stable and in kebab-case, "vf-remote-node": programs may rely on it.
  std::string code;
  Subject subject;
  // One sentence for people, without the place that it blames.
  std::string message;
  // The lines that it blames: of the policy, of another program's file, of the boot loader's.
  std::vector<Origin> sources;
  // What else it is about.
  std::vector<Subject> related;
  // What vfirst itself can do about it, a clause: "vfirst apply --adopt can do that".
  std::string remedy;

  // The whole line: "50-host.ini:4: no PF matches".
  std::string line() const;
  bool is_about(const Subject& what) const;
  bool operator==(const Finding&) const = default;
};

}  // namespace vfirst
