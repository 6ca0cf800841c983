// SPDX-License-Identifier: GPL-2.0-or-later
// The installed kernels: release, configuration, modules.
#include "base/driver_name.hpp"
#include "base/kernel_paths.hpp"
#include "facts/readers.hpp"

#include "base/text.hpp"
#include "base/version_order.hpp"
#include "facts/kernel_needs.hpp"
#include "facts/vfio_drivers.hpp"
#include "host/modules.hpp"
#include "kargs/module_values.hpp"

#include <algorithm>
#include <set>

namespace vfirst::facts {

namespace {

std::string modules_dir(const Root& root) {
  for (const auto* dir : {"lib/modules", "usr/lib/modules"})
    if (root.exists(dir)) return dir;
  return {};
}

// A directory that a removed kernel has left behind holds neither an index nor an image.
bool is_kernel(const Root& root, const std::string& modules, const std::string& release) {
  const auto dir = modules + '/' + release;
  return root.exists(dir + "/modules.dep.bin") || root.exists("boot/vmlinuz-" + release) ||
         root.exists(dir + "/vmlinuz");
}

void read_config(const Root& root, const std::string& modules, Kernel& kernel) {
  auto text = root.read("boot/config-" + kernel.release);
  if (!text && !modules.empty())
    text = root.read(fmt::format("{}/{}/config", modules, kernel.release));
  if (!text) return;
  kernel.config_known = true;
  const std::set<std::string_view> wanted(std::begin(kConfigOptions), std::end(kConfigOptions));
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.starts_with("CONFIG_")) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || !wanted.contains(line.substr(0, equals))) continue;
    auto value = line.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    kernel.config.emplace(line.substr(0, equals), value);
  }
}

ModuleState state_of(ModuleIndex::State state) {
  switch (state) {
    case ModuleIndex::State::loadable: return ModuleState::loadable;
    case ModuleIndex::State::builtin: return ModuleState::builtin;
    case ModuleIndex::State::missing: break;
  }
  return ModuleState::missing;
}

void read_modules(
    const Root& root, const std::string& modules, const ReadOptions& options,
    const std::vector<PciFunction>& functions, Kernel& kernel) {
  std::set<std::string> names(std::begin(kModules), std::end(kModules));
  names.insert(options.modules.begin(), options.modules.end());
  for (const auto& function : functions)
    if (function.sriov && !function.driver.empty())
      names.insert(root.link_name(fmt::format("sys/bus/pci/drivers/{}/module", function.driver))
                       .value_or(function.driver));
  if (!modules.empty()) {
    const auto directory = fmt::format("{}/{}", modules, kernel.release);
    if (const auto index = ModuleIndex::open(root, directory)) {
      kernel.modules_known = true;
      for (const auto& function : functions) {
        if (!function.sriov) continue;
        for (auto& name : index->for_modalias(function.modalias))
          names.insert(std::move(name));
        if (!function.sriov->vf_device) continue;
        for (auto& name : index->for_modalias(vf_modalias(function)))
          names.insert(std::move(name));
        auto vfio = vfio_modules(root, directory, *index, function);
        for (const auto& name : vfio)
          if (!same_driver_name(name, "vfio-pci")) names.insert(name);
        if (!vfio.empty()) kernel.vfio_modules.emplace(function.address.str(), std::move(vfio));
      }
      for (const auto& name : names)
        kernel.modules[name] = state_of(index->state(name));
    }
  }
  if (!kernel.running) return;
  // What runs is there, whatever the index says: a driver in the image, or loaded from another
  // place.
  for (const auto& name : names) {
    auto file = name;
    std::replace(file.begin(), file.end(), '-', '_');
    const auto known = kernel.modules.find(name);
    if ((known != kernel.modules.end() && known->second != ModuleState::missing) ||
        !root.exists(kernel_paths::loaded_module(file)))
      continue;
    kernel.modules[name] = root.exists(kernel_paths::loaded_module(file) + "/initstate")
                               ? ModuleState::loadable
                               : ModuleState::builtin;
  }
}

// The running kernel shows the parameters that have a file; a part of the kernel that is no module
// of its own (rcutree) has only these.
void add_shown_parameters(const Root& root, const std::string& module, Kernel& kernel) {
  const auto shown = root.list(kernel_paths::loaded_module(module) + "/parameters");
  if (!shown) return;
  auto& names = kernel.parameters[module];
  names.insert(names.end(), shown->begin(), shown->end());
  std::ranges::sort(names);
  const auto same = std::ranges::unique(names);
  names.erase(same.begin(), same.end());
}

}  // namespace

std::vector<Kernel> read_kernels(
    const Root& root, const ReadOptions& options, const std::vector<PciFunction>& functions,
    Gaps& gaps) {
  const auto modules = modules_dir(root);
  const auto running = text_of(root, kernel_paths::kRelease);
  std::vector<std::string> releases;
  if (!modules.empty())
    for (auto& name : root.list(modules).value_or(std::vector<std::string>{}))
      if (name == running || is_kernel(root, modules, name)) releases.push_back(std::move(name));
  for (const auto& release : {running, options.kernel})
    if (!release.empty() && std::find(releases.begin(), releases.end(), release) == releases.end())
      releases.push_back(release);
  if (releases.empty())
    gaps.push_back("lib/modules: not shown, the kernel and what it can do are not known");
  std::sort(releases.begin(), releases.end(), [](const auto& a, const auto& b) {
    const int order = compare_versions(a, b);
    return order != 0 ? order > 0 : a > b;
  });
  std::vector<Kernel> kernels;
  for (const auto& release : releases) {
    Kernel kernel;
    kernel.release = release;
    kernel.version = KernelVersion::of(release);
    kernel.running = release == running;
    read_config(root, modules, kernel);
    read_modules(root, modules, options, functions, kernel);
    if (!kernel.config_known)
      gaps.push_back(fmt::format("kernel {}: no configuration file", release));
    if (!kernel.modules_known) gaps.push_back(fmt::format("kernel {}: no module index", release));
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

}  // namespace vfirst::facts

namespace vfirst {

void read_module_parameters(
    const Root& root, const std::vector<std::string>& modules, Facts& facts) {
  if (modules.empty()) return;
  const auto directory = facts::modules_dir(root);
  for (auto& kernel : facts.kernels) {
    const auto index = directory.empty()
                           ? Result<ModuleIndex>(failed(ENOENT, "no modules"))
                           : ModuleIndex::open(root, directory + '/' + kernel.release);
    for (const auto& name : modules) {
      const auto module = module_file_name(name);
      if (index) {
        kernel.modules.try_emplace(module, facts::state_of(index->state(module)));
        if (auto names = index->parameters(module)) kernel.parameters[module] = std::move(*names);
      }
      if (kernel.running) facts::add_shown_parameters(root, module, kernel);
    }
  }
}

}  // namespace vfirst
