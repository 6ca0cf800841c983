// SPDX-License-Identifier: GPL-2.0-or-later
// The VFs of an NVMe device: their controllers get queues and interrupts from the PF's.
#include "base/driver_name.hpp"
#include "base/words.hpp"
#include "plan/quirks.hpp"
#include "plan/vf_shares.hpp"
#include "plan/vf_steps.hpp"

#include <algorithm>

namespace vfirst {

std::size_t VfSteps::controllers(std::size_t made) {
  SetSecondaryControllers step{pf().address, {}};
  std::optional<Origin> asked;
  for (unsigned i = 0; i < pf_.vfs; ++i) {
    const auto wish = draft_.vf_settings(section(), i);
    step.queues.push_back(value_or(wish.queues, 0U));
    if (wish.queues && !asked) asked = wish.queues->from;
  }
  const auto from = asked.value_or(section().vfs->from);
  const auto say = [&](Severity severity, std::string code, std::string_view what) {
    draft_.add_finding(
        severity, std::move(code), Subject::device(pf().address),
        fmt::format("{}: {}", pf().address.str(), what), {from});
  };
  const auto bad = required_ ? Severity::error : Severity::warning;
  if (const auto& nvme = pf().nvme; nvme && nvme->manages) {
    if (const auto shares = vf_shares(*nvme, step.queues); !shares.shortage.empty())
      say(bad, "vf-queues-short", shares.shortage);
  } else if (nvme) {
    if (asked)
      say(bad, "vf-queues-fixed",
          "its controller does not have the command Virtualization Management, so nobody can give "
          "its VFs a number of queues: leave vf-queues out");
  } else if (std::ranges::find(step.queues, 1U) != step.queues.end()) {
    say(bad, "vf-queues-short",
        "1 queue asked, but a VF needs 2, one of them for administration: write vf-queues = 2");
  } else if (is_vfio_driver(pf().driver)) {
    say(Severity::note, "vf-queues-unknown",
        fmt::format(
            "it is on {}, so whoever has it must give its VFs queues and set their controllers "
            "online",
            pf().driver));
  } else {
    say(Severity::note, "vf-queues-unknown",
        fmt::format(
            "its controller alone knows how many queues it can give {}, and these facts do not "
            "have its answer: early boot asks it",
            plural(pf_.vfs, "VF")));
  }
  return draft_.step(
      std::move(step), "NVMe VFs have no queues, and are offline, until the PF hands them out",
      from, {made}, required_);
}

}  // namespace vfirst
