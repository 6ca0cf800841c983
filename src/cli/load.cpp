// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/load.hpp"

#include "cli/output.hpp"
#include "facts/read.hpp"
#include "plan/match_words.hpp"
#include "policy/load.hpp"
#include "steps/observe.hpp"

namespace vfirst {

LoaderAccess::LoaderAccess(Root&& root, const BootFacts& boot)
    : root_(std::move(root)),
      boot_(boot),
      files_(root_),
      backend_(backend_for(files_, root_, boot_)) {}

Result<Input> load_tree(const Options& options, FactsReader read) {
  auto root = VFIRST_TRY(Root::open(options.root));
  auto facts = VFIRST_TRY(read(root, {.kernel = options.kernel, .modules = {}, .names = false}));
  const UsablePolicy usable = [&](const Policy& policy) -> Status {
    VFIRST_CHECK(make_plan(facts, policy, options.kernel));
    return {};
  };
  auto policy = VFIRST_TRY(load_policy(root, options.policy, match_words(facts), usable));
  std::vector<std::string> modules;
  for (const auto& module : policy.modules)
    modules.push_back(module.name);
  read_module_parameters(root, modules, facts);
  return Input{std::move(root), std::move(facts), std::move(policy), nullptr, false};
}

Result<std::string> next_arguments(const Input& input) {
  const auto* backend = input.loader ? input.loader->backend() : nullptr;
  if (!backend) return std::string();
  const auto state = VFIRST_TRY(backend->state());
  // A trial that runs now is what its own apply left behind.
  return (state.trial == Trial::running ? state.trial_arguments : state.next).str();
}

Result<Plan> load_plan(const Input& input, const Options& options, StepsAt when) {
  return make_plan(input.facts, input.policy, options.kernel, when);
}

Result<VerifyReport> observe_input(const Input& input, const Plan& plan) {
  const auto actions = HostActions::of(input.root, "verify");
  const auto events = actions ? VFIRST_TRY(kernel_events(*actions)) : no_events();
  const auto net = actions ? kernel_net(*actions) : no_net();
  const auto modules = actions ? kernel_modules(*actions) : no_modules();
  const auto nvme = actions ? kernel_nvme(*actions, input.root) : no_nvme();
  return observe(plan, Machine{input.root, *net, *modules, *events, *nvme});
}

ExitCode report_error(const Error& error) {
  print_error(error.what);
  return exit_code_of(error);
}

}  // namespace vfirst
