// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The running machine as the steps see it: files, network devices, modules, events. Each is a seam
// that a test replaces.

#include "host/module_loader.hpp"
#include "host/net.hpp"
#include "host/root.hpp"
#include "host/uevent.hpp"

namespace vfirst {

struct Machine {
  const Root& root;
  Net& net;
  ModuleLoader& modules;
  Events& events;
  // Inside an initramfs: a driver that is missing here may well be in the real root.
  bool initramfs = false;
};

// etc/initrd-release, by the initramfs's own convention
bool in_initramfs(const Root& root);

}  // namespace vfirst
