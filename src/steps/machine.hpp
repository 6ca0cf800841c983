// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The running machine as the steps see it: files, network devices, modules, events, NVMe
// controllers. A test can replace each of them.

#include "host/module_loader.hpp"
#include "host/net.hpp"
#include "host/nvme.hpp"
#include "host/root.hpp"
#include "host/uevent.hpp"

namespace vfirst {

struct Machine {
  const Root& root;
  Net& net;
  ModuleLoader& modules;
  Events& events;
  Nvme& nvme;
  // True inside an initramfs: a driver that is missing there may be in the real root.
  bool initramfs = false;
};

// An initramfs has the file etc/initrd-release (systemd's convention, which dracut follows).
bool in_initramfs(const Root& root);

}  // namespace vfirst
