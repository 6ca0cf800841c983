// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/policy_set.hpp"

#include "base/text.hpp"
#include "policy/ini.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// A text that cannot be read is the same fault on every machine.
bool asks_for_machine(const Source& source) {
  const auto sections = read_ini(source.name, source.text);
  return sections && std::ranges::any_of(*sections, [](const IniSection& section) {
           return words(section.name) == std::vector<std::string_view>{"match"};
         });
}

}  // namespace

PolicySet::PolicySet(std::vector<Source> sources) : sources_(std::move(sources)) {
  if (std::ranges::any_of(sources_, asks_for_machine)) return;
  auto policy = parse_policy(sources_, {});
  if (policy)
    same_for_all_ = std::make_shared<const Policy>(std::move(*policy));
  else
    fault_ = std::move(policy.error());
}

Result<std::shared_ptr<const Policy>> PolicySet::of(const MatchFacts& machine) const {
  if (same_for_all_) return same_for_all_;
  if (fault_) return std::unexpected(*fault_);
  return std::make_shared<const Policy>(VFIRST_TRY(parse_policy(sources_, machine)));
}

}  // namespace vfirst
