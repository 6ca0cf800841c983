// SPDX-License-Identifier: GPL-2.0-or-later
// Loading a module: most often vfio-pci.
#include "base/driver_name.hpp"
#include "base/kernel_paths.hpp"
#include "steps/actions.hpp"
#include "steps/errno_table.hpp"

namespace vfirst::steps {

namespace {

// The kernel spells a module's name with '_' in sysfs, whatever its file is called.
std::string in_sysfs(const std::string& name) {
  return kernel_paths::loaded_module(module_name(name));
}

// The folder is there before the module's init has run (mod_sysfs_setup() in kernel/module/main.c),
// and no driver is registered until then. A built-in one has no initstate.
bool is_loaded(const Root& root, const std::string& name) {
  const auto folder = in_sysfs(name);
  return root.exists(folder) && root.read(folder + "/initstate").value_or("live") == "live";
}

}  // namespace

Outcome apply(const LoadModule& x, const Machine& machine) {
  Outcome out{.wanted = "loaded"};
  if (is_loaded(machine.root, x.name)) {
    out.got = "loaded";
    return out;
  }
  const auto loaded = machine.modules.load(x.name);
  if (!loaded) {
    out.state = StepState::failed;
    out.error = static_cast<int>(loaded.error().code);
    out.got = "not loaded";
    out.cause = out.error == ENOENT ? fmt::format(
                                          "module {} is not in this {}", x.name,
                                          machine.initramfs ? "initramfs" : "kernel's modules")
                                    : loaded.error().what;
    return out;
  }
  if (*loaded == ModuleLoader::Loaded::now) {
    out.state = StepState::done;
    ++out.writes;
  }
  out.got = *loaded == ModuleLoader::Loaded::builtin ? "built in" : "loaded";
  return out;
}

// A built-in one shows a folder only when it has parameters; its driver is then the proof.
Observation verify(const LoadModule& x, const Machine& machine) {
  Observation out{.wanted = "loaded", .evidence = in_sysfs(x.name)};
  const auto driver = fmt::format("sys/bus/pci/drivers/{}", x.name);
  if (machine.root.exists(out.evidence))
    out.got = "loaded";
  else if (machine.root.exists(driver)) {
    out.got = "built in";
    out.evidence = driver;
  } else {
    out.got = "not loaded";
    out.verdict = Verdict::failed;
    out.cause =
        fmt::format("module {} is not loaded: check that it is installed for this kernel", x.name);
    return out;
  }
  out.verdict = Verdict::ok;
  return out;
}

}  // namespace vfirst::steps
