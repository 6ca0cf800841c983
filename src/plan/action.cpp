// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/action.hpp"

#include "policy/vf_keys.hpp"

namespace vfirst {

namespace {

template <class... Lambdas>
struct Overloaded : Lambdas... {
  using Lambdas::operator()...;
};

std::string plural(unsigned n, std::string_view one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}
std::string describe_vf(const SetVfAttributes::Vf& vf) {
  std::string out = fmt::format("VF {}", vf.index);
  if (vf.mac) out += " mac " + vf.mac->str();
  if (vf.stable_mac) out += " mac stable";
  if (const auto text = text_of(vf); !text.empty()) out += ' ' + text;
  return out;
}

bool same_but_index(SetVfAttributes::Vf a, const SetVfAttributes::Vf& b) {
  a.index = b.index;
  return a == b;
}

// Neighbours that differ only in their index are one phrase: "VF 0-6 trust off".
std::string describe_vfs(const std::vector<SetVfAttributes::Vf>& vfs) {
  std::string out;
  for (std::size_t i = 0; i < vfs.size();) {
    auto end = i;
    while (end + 1 < vfs.size() && same_but_index(vfs[end + 1], vfs[i]))
      ++end;
    auto phrase = describe_vf(vfs[i]);
    if (end > i)
      phrase.insert(fmt::format("VF {}", vfs[i].index).size(), fmt::format("-{}", vfs[end].index));
    if (!out.empty()) out += "; ";
    out += phrase;
    i = end + 1;
  }
  return out;
}

}  // namespace

std::string describe(const Action& action) {
  return std::visit(
      Overloaded{
          [](const LoadModule& x) { return fmt::format("load module {}", x.name); },
          [](const SetDefaultIrqAffinity& x) {
            return fmt::format("new interrupts go to CPUs {}", x.cpus.list());
          },
          [](const AwaitDriver& x) {
            return x.driver.empty() ? fmt::format("wait for the driver of {}", x.pf.str())
                                    : fmt::format("wait for driver {} on {}", x.driver, x.pf.str());
          },
          [](const BringUp& x) { return fmt::format("bring {} up", x.pf.str()); },
          [](const SetEswitch& x) {
            return fmt::format("eswitch of {} in {} mode", x.pf.str(), x.mode);
          },
          [](const CreateVfs& x) {
            return fmt::format(
                "create {} on {}{}", plural(x.count, "VF"), x.pf.str(),
                x.allow_recreate ? ", anew if their number differs" : "");
          },
          [](const SetVfAttributes& x) {
            return fmt::format("set on {}: {}", x.pf.str(), describe_vfs(x.vfs));
          },
          [](const SetVfVectors& x) {
            return fmt::format(
                "give VF {} of {} {}", x.index, x.pf.str(), plural(x.vectors, "MSI-X vector"));
          },
          [](const BindDriver& x) {
            return x.driver.assignment(
                fmt::format("VF {} of {} ({})", x.index, x.pf.str(), x.device.str()));
          },
          [](const SetCoalescing& x) {
            return fmt::format("coalescing on {}: {}", x.pf.str(), text_of(x.wanted));
          },
          [](const SetQueues& x) {
            return fmt::format("{} on {}", plural(x.combined, "queue"), x.pf.str());
          },
          [](const PinIrqs& x) {
            return fmt::format("interrupts of {} to CPUs {}", x.pf.str(), x.cpus.list());
          },
          [](const LimitIdleLatency& x) {
            return fmt::format(
                "idle latency of CPUs {} at most {} us", x.cpus.list(), x.latency_us);
          },
      },
      action);
}

}  // namespace vfirst
