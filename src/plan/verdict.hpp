// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a booted host answered to a plan: one row a question, each with wanted, asked and got side
// by side.

#include "base/cpu_set.hpp"
#include "policy/vf_driver.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

enum class Verdict {
  ok,
  // Some of it: 1 of 2 pages, 6 of 7 VFs.
  short_of,
  // Asked for, but the kernel ignored it.
  ignored,
  // It is not there.
  failed,
  // This tree or kernel does not show it.
  unknown,
};
// "ok", "short", "ignored", "failed", "unknown".
std::string verdict_name(Verdict);

struct VerifyRow {
  // "isolated CPUs", "1G pages, node 0", "uplink 0000:01:00.0 VFs".
  std::string subject;
  // By the plan: "2-3,6-7".
  std::string wanted;
  // The argument or step: "isolcpus=managed_irq,domain,2-3,6-7".
  std::string asked;
  // What sysfs or procfs shows.
  std::string got;
  Verdict verdict = Verdict::unknown;
  // false: a miss does not make the report red.
  bool required = true;
  // The file read, or the kernel's own message, word for word.
  std::string evidence;
  // One sentence where it is not ok: what to change, and where.
  std::string cause;
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
  // VFs that have the driver that the plan gives them.
  unsigned vfs_wanted = 0, vfs_got = 0;
  // nothing: they are to have different ones.
  std::optional<VfDriver> vf_driver;
  std::vector<Pages> pages;
  // As the kernel has it.
  CpuSet isolated;
  // Seconds from the last step to the start of `consumer`.
  std::optional<double> ready_before_s;
  // "libvirtd"
  std::string consumer;
  bool operator==(const Receipt&) const = default;
};

struct VerifyReport {
  // Of the running kernel.
  std::string release;
  std::string plan_hash;
  // An error finding of the plan is a failed row, too.
  std::vector<VerifyRow> rows;
  // Other tools that may undo what is right now.
  std::vector<std::string> warnings;
  Receipt receipt;
  // No required row is short, ignored or failed.
  bool green() const;
  bool operator==(const VerifyReport&) const = default;
};

}  // namespace vfirst
