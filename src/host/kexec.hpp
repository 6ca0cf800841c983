// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Loads a kernel that the running kernel can start in its own place, by kexec_file_load(2), which
// checks signatures as the firmware does.

#include "host/host_actions.hpp"
#include "host/root.hpp"

#include <memory>
#include <string>
#include <vector>

namespace vfirst {

struct KexecImage {
  // Relative to the root.
  std::string kernel;
  // Loaded one behind the other. The list may be empty.
  std::vector<std::string> initrds;
  // At most COMMAND_LINE_SIZE - 1 bytes.
  std::string cmdline;
};

class Kexec {
 public:
  virtual ~Kexec() = default;
  // Takes the place of what was loaded before. Only reboot(2) with LINUX_REBOOT_CMD_KEXEC starts
  // it. The error is the system call's errno, and one line that says what it means here.
  virtual Status load(const KexecImage& image) = 0;
  virtual void unload() = 0;
};

// `root` must outlive it; files are read from there.
[[gnu::cold]] std::unique_ptr<Kexec> kernel_kexec(const HostActions&, const Root& root);

// What an errno of kexec_file_load(2) tells the owner of a host. Sources: security/lockdown,
// kernel/kexec_file.c and kexec_file_load(2).
[[gnu::cold]] std::string explain_kexec(int error);

}  // namespace vfirst
