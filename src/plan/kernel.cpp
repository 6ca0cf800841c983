// SPDX-License-Identifier: GPL-2.0-or-later
// Arguments that the policy names itself, and the limits of the whole line.
#include "kargs/command_line.hpp"
#include "kargs/kernel_features.hpp"
#include "plan/draft.hpp"
#include "plan/simulated.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {

struct Word {
  // Value "": any.
  std::string_view key, value;
  std::string_view why;
};

// The owner may put a dangerous word into `extra`; a finding points it out. policy/ has refused the
// words that do not belong there at all.
constexpr std::array kDangerous = {
    Word{
        "mitigations", "off",
        "turns off the mitigations of CPU vulnerabilities, including kvm.nx_huge_pages: do not use "
        "it unless you trust every guest"},
    Word{"mce", "off", "hides memory errors"},
    Word{"idle", "poll", "takes power and turbo frequency from the SMT sibling"},
    Word{
        "tsc", "reliable",
        "turns the clock watchdog off: do not use it with more than two sockets; tsc=nowatchdog is "
        "milder"},
    Word{
        "vfio_iommu_type1.allow_unsafe_interrupts", "", "lets a guest send interrupts to the host"},
    Word{"pcie_acs_override", "", "claims an isolation that the hardware does not have"},
};

bool covers(const Word& word, const KernelArg& arg) {
  return arg.is(word.key) && (word.value.empty() || arg.value == word.value);
}

void warn(Draft& draft, const KernelArg& arg, const Origin& from) {
  for (const auto& word : kDangerous)
    if (covers(word, arg))
      draft.add_finding(
          Severity::warning, "dangerous-argument", Subject::argument(arg.raw),
          fmt::format("{} {}", arg.raw, word.why), {from});
}

}  // namespace

Status plan_kernel(Draft& draft) {
  const auto& wish = draft.policy.kernel;
  if (wish.mitigations) {
    const auto arg = draft.arg(
        "mitigations", wish.mitigations->value, "set by the policy", wish.mitigations->from);
    draft.expect(WantArg{arg}, {arg}, wish.mitigations->from);
    warn(draft, arg, wish.mitigations->from);
  }
  if (!wish.extra) return {};
  const auto& from = wish.extra->from;
  const auto line = CommandLine::parse(wish.extra->value);
  for (const auto& arg : line.args()) {
    warn(draft, arg, from);
    draft.arg(arg, "set by the policy", from);
    draft.expect(WantArg{arg}, {arg}, from);
  }
  return {};
}

// GRUB drops whole arguments beyond the kernel's limit without a word, and a longer line, tried on
// x86, did not boot at all.
Status check_cmdline(Draft& draft) {
  // Assumed where the tree shows no command line.
  constexpr std::size_t kBootImageAndRoot = 128;
  const auto& architecture = draft.facts.cpu.architecture;
  const auto limit = command_line_limit(architecture.empty() ? "x86_64" : architecture) - 1;
  const auto ours = draft.plan.cmdline().size();
  if (ours == 0) return {};
  const auto theirs = draft.facts.boot.cmdline.empty() && !draft.facts.boot.next.known()
                          ? kBootImageAndRoot
                          : draft.foreign_arguments().bytes();
  if (ours + 1 + theirs > limit)
    return refuse(
        "the kernel command line would have {} bytes ({} of them planned here); the kernel reads "
        "{}",
        ours + 1 + theirs, ours, limit);
  // Together with foreign words there may be more than init can take: then the kernel panics.
  return boots(
      planned_line(draft.facts, draft.plan), simulated_machine(draft.facts, draft.kernel.release));
}

}  // namespace vfirst
