// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One set of policy texts for many machines.

#include "policy/parse.hpp"

#include <memory>

namespace vfirst {

// Whether the text has a [match] section. A text that cannot be read says the same of every
// machine.
bool asks_for_machine(const Source& source);

class PolicySet {
 public:
  explicit PolicySet(std::vector<Source> sources);

  // The policy for this machine. The texts are read only once if none has a [match] section.
  // Several threads may call it.
  Result<std::shared_ptr<const Policy>> of(const MatchFacts& machine) const;
  // A fault that all machines have, so that it is reported once.
  const std::optional<Error>& fault() const { return fault_; }
  const std::vector<Source>& sources() const { return sources_; }

 private:
  std::vector<Source> sources_;
  std::shared_ptr<const Policy> same_for_all_;
  std::optional<Error> fault_;
};

}  // namespace vfirst
