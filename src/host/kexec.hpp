// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The kernel that a running kernel can start in its own place: kexec_file_load(2), which checks
// signatures as the boot does.

#include "host/host_actions.hpp"
#include "host/root.hpp"

#include <memory>
#include <string>
#include <vector>

namespace vfirst {

struct KexecImage {
  // relative to the root
  std::string kernel;
  // one after the other; none: without
  std::vector<std::string> initrds;
  // at most COMMAND_LINE_SIZE - 1 bytes
  std::string cmdline;
};

class Kexec {
 public:
  virtual ~Kexec() = default;
  // In place of what was loaded before. Nothing starts it but reboot(2) with
  // LINUX_REBOOT_CMD_KEXEC. The error is the system call's errno and one line that says what it
  // means here.
  virtual Status load(const KexecImage& image) = 0;
  virtual void unload() = 0;
};

// Files are read from `root`, which must outlive it.
[[gnu::cold]] std::unique_ptr<Kexec> kernel_kexec(const HostActions&, const Root& root);

// What an errno of kexec_file_load(2) tells the owner of a host; by security/lockdown,
// kernel/kexec_file.c and kexec_file_load(2).
[[gnu::cold]] std::string explain_kexec(int error);

}  // namespace vfirst
