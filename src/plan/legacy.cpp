// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/legacy.hpp"

#include "base/fnv.hpp"

namespace vfirst::legacy {

namespace {

// Each sentence is a copy of 0.1.0's, with what it was made of, so that no helper of today's words
// is used here.
std::string counted(unsigned n, std::string_view one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}
std::string_view switched(bool value) {
  return value ? "on" : "off";
}

std::string vf_phrase(const SetVfAttributes::Vf& vf) {
  std::string out = fmt::format("VF {}", vf.index);
  if (vf.mac) out += " mac " + vf.mac->str();
  if (vf.stable_mac) out += " mac stable";
  if (vf.trust) out += fmt::format(" trust {}", switched(*vf.trust));
  if (vf.spoofcheck) out += fmt::format(" spoofcheck {}", switched(*vf.spoofcheck));
  if (vf.vlan) out += fmt::format(" vlan {}", *vf.vlan);
  if (vf.qos) out += fmt::format(" qos {}", *vf.qos);
  if (vf.vlan_protocol)
    out += *vf.vlan_protocol == VlanProtocol::dot1ad ? " proto 802.1ad" : " proto 802.1Q";
  if (vf.link_state)
    out += fmt::format(
        " state {}", *vf.link_state == LinkState::automatic ? "auto"
                     : *vf.link_state == LinkState::enable  ? "enable"
                                                            : "disable");
  if (vf.min_rate_mbps) out += fmt::format(" min-rate {} Mbit/s", *vf.min_rate_mbps);
  if (vf.max_rate_mbps) out += fmt::format(" max-rate {} Mbit/s", *vf.max_rate_mbps);
  return out;
}

// Neighbours that differ only in their index were one phrase: "VF 0-6 trust off".
std::string vfs_phrase(const std::vector<SetVfAttributes::Vf>& vfs) {
  std::string out;
  for (std::size_t i = 0; i < vfs.size();) {
    const auto alike = [&](std::size_t j) {
      auto other = vfs[j];
      other.index = vfs[i].index;
      return other == vfs[i];
    };
    auto end = i;
    while (end + 1 < vfs.size() && alike(end + 1))
      ++end;
    auto phrase = vf_phrase(vfs[i]);
    if (end > i)
      phrase.insert(fmt::format("VF {}", vfs[i].index).size(), fmt::format("-{}", vfs[end].index));
    if (!out.empty()) out += "; ";
    out += phrase;
    i = end + 1;
  }
  return out;
}

struct Sentence {
  std::string operator()(const LoadModule& x) { return fmt::format("load module {}", x.name); }
  std::string operator()(const SetDefaultIrqAffinity& x) {
    return fmt::format("new interrupts go to CPUs {}", x.cpus.list());
  }
  std::string operator()(const AwaitDriver& x) {
    return x.driver.empty() ? fmt::format("wait for the driver of {}", x.pf.str())
                            : fmt::format("wait for driver {} on {}", x.driver, x.pf.str());
  }
  std::string operator()(const BringUp& x) { return fmt::format("bring {} up", x.pf.str()); }
  std::string operator()(const SetEswitch& x) {
    return fmt::format("eswitch of {} in {} mode", x.pf.str(), x.mode);
  }
  std::string operator()(const CreateVfs& x) {
    return fmt::format(
        "create {} on {}{}", counted(x.count, "VF"), x.pf.str(),
        x.allow_recreate ? ", anew if their number differs" : "");
  }
  std::string operator()(const SetVfAttributes& x) {
    return fmt::format("set on {}: {}", x.pf.str(), vfs_phrase(x.vfs));
  }
  std::string operator()(const SetVfVectors& x) {
    return fmt::format(
        "give VF {} of {} {}", x.index, x.pf.str(), counted(x.vectors, "MSI-X vector"));
  }
  std::string operator()(const BindDriver& x) {
    const auto vf = fmt::format("VF {} of {} ({})", x.index, x.pf.str(), x.device.str());
    if (x.driver.is_none()) return fmt::format("leave {} without a driver", vf);
    if (x.driver.is_keep()) return fmt::format("leave {} to the kernel's driver", vf);
    return fmt::format("bind {} to {}", vf, x.driver.name());
  }
  std::string operator()(const SetCoalescing& x) {
    std::string out = fmt::format("coalescing on {}:", x.pf.str());
    const auto& wanted = x.wanted;
    if (wanted.adaptive_rx) out += fmt::format(" adaptive-rx {}", switched(*wanted.adaptive_rx));
    if (wanted.adaptive_tx) out += fmt::format(" adaptive-tx {}", switched(*wanted.adaptive_tx));
    if (wanted.rx_usecs) out += fmt::format(" rx-usecs {}", *wanted.rx_usecs);
    if (wanted.tx_usecs) out += fmt::format(" tx-usecs {}", *wanted.tx_usecs);
    return out;
  }
  std::string operator()(const SetQueues& x) {
    return fmt::format("{} on {}", counted(x.combined, "queue"), x.pf.str());
  }
  std::string operator()(const PinIrqs& x) {
    return fmt::format("interrupts of {} to CPUs {}", x.pf.str(), x.cpus.list());
  }
  std::string operator()(const LimitIdleLatency& x) {
    return fmt::format("idle latency of CPUs {} at most {} us", x.cpus.list(), x.latency_us);
  }
  // Any action of a later version.
  std::string operator()(const auto&) { return {}; }
};

// 0.1.0 put quotes around a value that holds a blank.
std::string argument_text(const KernelArg& arg) {
  const auto value = arg.value.value_or("");
  if (value.empty()) return arg.key;
  const bool blank = value.find_first_of(" \t") != std::string::npos;
  return blank ? fmt::format("{}=\"{}\"", arg.key, value) : fmt::format("{}={}", arg.key, value);
}

}  // namespace

std::string describe(const Action& action) {
  return std::visit(Sentence{}, action);
}

std::string hash(const Plan& plan) {
  std::string arguments;
  for (const auto& arg : plan.kargs)
    arguments += (arguments.empty() ? "" : " ") + argument_text(arg);
  Fnv fnv;
  fnv.add(arguments);
  for (const auto& step : plan.steps) {
    const auto sentence = legacy::describe(step.action);
    if (sentence.empty()) return {};
    fnv.add(sentence);
    for (const auto before : step.after)
      fnv.add(std::to_string(before));
  }
  return fnv.str();
}

}  // namespace vfirst::legacy
