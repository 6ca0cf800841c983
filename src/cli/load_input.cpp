// SPDX-License-Identifier: GPL-2.0-or-later
// Apart from load.cpp, so that the program of early boot is linked without readers of documents and
// without what writes to a boot loader.
#include "cli/load.hpp"

#include "facts/read.hpp"
#include "fleet/host_facts.hpp"
#include "plan/match_words.hpp"
#include "policy/load.hpp"

namespace vfirst {

Result<Input> load_input(const Options& options) {
  if (options.facts.empty()) {
    auto input = VFIRST_TRY(load_tree(options, read_facts));
    input.loader =
        std::make_shared<LoaderAccess>(VFIRST_TRY(Root::open(options.root)), input.facts.boot);
    return input;
  }
  auto root = VFIRST_TRY(Root::open(options.root));
  auto facts = VFIRST_TRY(host_facts(options.facts, options.kernel));
  auto policy = VFIRST_TRY(load_policy(root, options.policy, match_words(facts)));
  return Input{std::move(root), std::move(facts), std::move(policy), nullptr, true};
}

Result<Facts> load_facts(const Options& options) {
  if (!options.facts.empty()) return host_facts(options.facts, options.kernel);
  const auto root = VFIRST_TRY(Root::open(options.root));
  return read_facts(root, {.kernel = options.kernel, .modules = {}, .names = false});
}

}  // namespace vfirst
