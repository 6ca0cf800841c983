// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel says of vulnerabilities and of idle states.
#include "base/text.hpp"
#include "facts/readers.hpp"
#include "kargs/catalogue.hpp"

#include <algorithm>

namespace vfirst::facts {

// Those for which bugs.c switches SMT off where it is asked to: the CPU is affected and not only
// the one thing that SMT does not touch.
void read_smt_bugs(const Root& root, CpuFacts& facts) {
  for (const std::string_view bug :
       {"l1tf", "mds", "mmio_stale_data", "retbleed", "tsx_async_abort"}) {
    const auto text = root.read(fmt::format("{}/{}", kVulnerabilities, bug));
    if (!text) continue;
    if (!facts.smt_bugs) facts.smt_bugs.emplace();
    // An AMD CPU with STIBP keeps SMT with retbleed; only Silvermont is "SMT mitigated" from MDS;
    // without TSX nothing is to be mitigated.
    const bool counts = bug == "retbleed"
                            ? text->contains("SMT vulnerable")
                            : !text->contains("Not affected") && !text->contains("SMT mitigated") &&
                                  !text->contains("TSX disabled");
    if (counts) facts.smt_bugs->emplace_back(bug);
  }
}

void read_idle_states(const Root& root, CpuFacts& facts) {
  const auto states =
      fmt::format("sys/devices/system/cpu/cpu{}/cpuidle", facts.online.first().value_or(0));
  for (const auto number : numbered(root, states, "state")) {
    const auto dir = fmt::format("{}/state{}", states, number);
    facts.idle_states.push_back(
        {text_of(root, dir + "/name"),
         static_cast<unsigned>(
             std::min<std::uint64_t>(root.number(dir + "/latency").value_or(0), UINT32_MAX))});
  }
}

}  // namespace vfirst::facts
