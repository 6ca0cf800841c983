// SPDX-License-Identifier: GPL-2.0-or-later
// Parameters of kernel modules. The kernel reads those of its own parts from its command line; of a
// loadable module modprobe does, behind modprobe.d, so that the command line wins
// (libkmod-config.c, kmod_config_parse_kcmdline).
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "kargs/module_values.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// A part of the kernel that is no module of its own (rcutree) has parameters, and no module index
// lists it.
bool part_of_kernel(const Draft& draft, const std::string& module) {
  return std::ranges::any_of(draft.facts.kernels, [&](const Kernel& kernel) {
    const auto state = kernel.modules.find(module);
    return kernel.running && kernel.parameters.contains(module) && state != kernel.modules.end() &&
           state->second == ModuleState::missing;
  });
}

void check_module(Draft& draft, const Kernel& kernel, const ModulePolicy& module) {
  const auto state = kernel.modules.find(module.name);
  if (kernel.modules_known && state != kernel.modules.end() &&
      state->second == ModuleState::missing && !part_of_kernel(draft, module.name)) {
    draft.add_finding(
        Severity::warning, "module-missing", Subject::module(module.name),
        fmt::format(
            "kernel {} has no module {}: its parameters have no effect", kernel.release,
            module.name),
        {module.from}, {Subject::kernel(kernel.release)});
    return;
  }
  const auto known = kernel.parameters.find(module.name);
  if (known == kernel.parameters.end()) return;
  const std::vector<std::string_view> names(known->second.begin(), known->second.end());
  for (const auto& [parameter, value] : module.parameters) {
    if (std::ranges::any_of(
            names, [&](std::string_view name) { return module_file_name(name) == parameter; }))
      continue;
    const auto near = nearest(parameter, names);
    draft.add_finding(
        Severity::warning, "module-parameter-unknown",
        Subject::argument(fmt::format("{}.{}", module.name, parameter)),
        fmt::format(
            "module {} of kernel {} has no parameter {}{}", module.name, kernel.release, parameter,
            near ? fmt::format("; did you mean {}?", *near) : ""),
        {value.from}, {Subject::module(module.name), Subject::kernel(kernel.release)});
  }
}

}  // namespace

Status plan_modules(Draft& draft) {
  for (const auto& module : draft.policy.modules) {
    for (const auto& [parameter, value] : module.parameters) {
      const auto arg = VFIRST_TRY(
          make_arg(fmt::format("{}.{}", module.name, parameter), std::string_view(value.value)));
      draft.arg(arg, fmt::format("a parameter of the module {}", module.name), value.from);
      draft.expect(
          WantShown{
              fmt::format("{} of module {}", parameter, module.name),
              kernel_paths::module_parameter(module.name, parameter), value.value},
          {arg}, value.from);
    }
    for (const auto* kernel : draft.target_kernels())
      check_module(draft, *kernel, module);
  }
  return {};
}

}  // namespace vfirst
