// SPDX-License-Identifier: GPL-2.0-or-later
// Loading a module: most often vfio-pci.
#include "base/driver_name.hpp"
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <algorithm>

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

namespace {

// Is it in the list of the running kernel's built-in modules (modules.builtin, made by kbuild)?
bool is_listed_as_builtin(const Root& root, const std::string& name) {
  const auto release = trimmed(root.read(kernel_paths::kRelease).value_or(""));
  const auto list = root.read(fmt::format("lib/modules/{}/modules.builtin", release));
  if (!list) return false;
  return std::ranges::any_of(split(*list, '\n'), [&](std::string_view line) {
    const auto file = line.substr(line.rfind('/') + 1);
    return module_name(file.substr(0, file.find('.'))) == module_name(name);
  });
}

}  // namespace

// A built-in one shows a folder only when it has parameters. Its driver is then the proof, or the
// kernel's list of built-in modules.
Observation verify(const LoadModule& x, const Machine& machine) {
  Observation out{.wanted = "loaded", .evidence = in_sysfs(x.name)};
  const auto driver = driver_folder(machine.root, x.name);
  if (machine.root.exists(out.evidence))
    out.got = "loaded";
  else if (machine.root.exists(driver)) {
    out.got = "built in";
    out.evidence = driver;
  } else if (is_listed_as_builtin(machine.root, x.name)) {
    out.got = "built in";
    out.evidence = "modules.builtin";
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
