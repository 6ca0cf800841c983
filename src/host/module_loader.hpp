// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Loads modules into the running kernel, as modprobe would.

#include "base/result.hpp"
#include "host/host_actions.hpp"

#include <memory>
#include <string>

namespace vfirst {

class ModuleLoader {
 public:
  enum class Loaded { now, already, builtin };
  virtual ~ModuleLoader() = default;
  // ENOENT where this kernel, or this initramfs, has no such module.
  virtual Result<Loaded> load(const std::string& name) = 0;
  // The modules for this modalias that are not blacklisted, as udev loads them. One that somebody
  // else is loading is waited for. ENOENT where there is none.
  virtual Result<Loaded> load_for(const std::string& modalias) = 0;
  // Whether a module for this modalias exists, loadable or built in, that is not blacklisted. True
  // where that cannot be found out.
  virtual bool exists_for(const std::string& modalias) = 0;
};

std::unique_ptr<ModuleLoader> kernel_modules(const HostActions&);
// For a captured tree: nothing is loaded, and it is not known which modules there are.
std::unique_ptr<ModuleLoader> no_modules();

}  // namespace vfirst
