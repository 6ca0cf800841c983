// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Compares one expectation of a plan with what the booted kernel shows. For src/steps:
// expectations.cpp and expectations_shown.cpp.

#include "steps/observe.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

class ExpectationCheck {
 public:
  ExpectationCheck(
      const Expectation& expectation, const Root& root, const std::vector<std::string>& log)
      : expectation_(expectation), root_(root), log_(log) {
    row_.asked = join_arguments(expectation.asked);
  }
  VerifyRow run();

 private:
  // Sets the verdict to ok or `miss`. The cause of a miss is that the kernel was not given the
  // argument, or what the kernel logged.
  void judge(
      bool ok, std::initializer_list<std::string_view> words, Verdict miss = Verdict::ignored);
  // No such file: the kernel was built without the feature, or the tree does not show it.
  void judge_absent(std::initializer_list<std::string_view> words);
  // The arguments that were asked for stand in the line that this kernel was booted with.
  bool given() const;
  void cpus(
      const char* subject, const CpuSet& wanted, std::string_view file,
      std::initializer_list<std::string_view> words);
  void isolated(const WantIsolated&);
  void irq_affinity(const WantIrqAffinity&);
  void work_cpus(const WantWorkCpus&);
  void mask(const CpuSet& wanted, std::initializer_list<std::string_view> words);
  void pages(const WantPages&);
  void default_page(const WantDefaultHugepage&);
  void iommu(const WantIommu&);
  void passthrough();
  void idle_states(const WantMaxCstate&);
  void shown(const WantShown&);
  void frequency(const WantFrequency&);
  void argument(const WantArg&);

  const Expectation& expectation_;
  const Root& root_;
  const std::vector<std::string>& log_;
  VerifyRow row_;
};

}  // namespace vfirst
