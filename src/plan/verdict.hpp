// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a booted host answered to a plan: one row a question, each with wanted, asked and got side by side.

#include "base/cpu_set.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

enum class Verdict {
  ok,
  short_of,                                                      // some of it: 1 of 2 pages, 6 of 7 VFs
  ignored,                                                       // asked for, and the kernel passed over it
  failed,                                                        // not there
  unknown,                                                       // this tree or kernel does not tell
};
std::string verdict_name(Verdict);                               // "ok", "short", "ignored", "failed", "unknown"

struct VerifyRow {
  std::string subject;                                           // "isolated CPUs", "1G pages, node 0", "uplink 0000:01:00.0 VFs"
  std::string wanted;                                            // by the plan: "2-3,6-7"
  std::string asked;                                             // the argument or step: "isolcpus=managed_irq,domain,2-3,6-7"
  std::string got;                                               // what sysfs or procfs shows
  Verdict verdict = Verdict::unknown;
  bool required = true;                                          // false: a miss does not make the report red
  std::string evidence;                                          // the file read, or the kernel's own message, word for word
  std::string cause;                                             // one sentence where it is not ok: what to change, and where
  bool operator==(const VerifyRow&) const = default;
};

// The numbers of the one receipt line in the journal.
struct Receipt {
  struct Pages {
    unsigned node = 0;
    std::uint64_t size_kb = 0, wanted = 0, got = 0;
    bool operator==(const Pages&) const = default;
  };
  unsigned pfs = 0;
  unsigned vfs_wanted = 0, vfs_got = 0;                          // VFs that have the driver that the plan gives them
  std::string vf_driver;                                         // "vfio-pci"; "" where they have different ones
  std::vector<Pages> pages;
  CpuSet isolated;                                               // as the kernel has it
  std::optional<double> ready_before_s;                          // seconds from our last step to the start of `consumer`
  std::string consumer;                                          // "libvirtd"
  bool operator==(const Receipt&) const = default;
};

struct VerifyReport {
  std::string release;                                           // of the running kernel
  std::string plan_hash;
  std::vector<VerifyRow> rows;                                   // an error finding of the plan is a failed row, too
  std::vector<std::string> warnings;                             // other tools that may undo what is right now
  Receipt receipt;
  bool green() const;                                            // no required row is short, ignored or failed
  bool operator==(const VerifyReport&) const = default;
};

}  // namespace vfirst
