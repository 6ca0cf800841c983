// SPDX-License-Identifier: GPL-2.0-or-later
// What a PF keeps for its VFs: MAC, VLAN, trust, spoof check, link state, rates.
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace vfirst::steps {

namespace {

struct Wish {
  unsigned ifindex = 0;
  std::vector<VfConfig> vfs;
};

VfConfig wish_of(const SetVfAttributes::Vf& vf, const std::optional<MacAddress>& permanent) {
  VfConfig out;
  out.index = vf.index;
  out.mac = vf.mac;
  if (vf.stable_mac && permanent) out.mac = permanent->stable_vf(vf.index);
  out.trust = vf.trust;
  out.spoofcheck = vf.spoofcheck;
  out.vlan = vf.vlan;
  out.qos = vf.qos;
  out.vlan_protocol = vf.vlan_protocol;
  if (vf.link_state)
    out.link = *vf.link_state == LinkState::enable    ? VfConfig::Link::enable
               : *vf.link_state == LinkState::disable ? VfConfig::Link::disable
                                                      : VfConfig::Link::automatic;
  out.min_rate_mbps = vf.min_rate_mbps;
  out.max_rate_mbps = vf.max_rate_mbps;
  return out;
}

Result<Wish> wish_of(const SetVfAttributes& x, const Machine& machine) {
  const auto port = pf_port(machine.root, x.pf);
  if (!port) return failed(ENODEV, "{}: its driver made no network device", x.pf.str());
  Wish wish;
  wish.ifindex = port->ifindex;
  std::optional<MacAddress> permanent;
  if (std::ranges::any_of(x.vfs, &SetVfAttributes::Vf::stable_mac)) {
    const auto mac = machine.net.permanent_mac(port->ifindex);
    if (!mac)
      return failed(
          static_cast<int>(mac.error().code),
          "{}: no permanent address to derive VF addresses from: {}", x.pf.str(), mac.error().what);
    permanent = *mac;
  }
  for (const auto& vf : x.vfs)
    wish.vfs.push_back(wish_of(vf, permanent));
  return wish;
}

// What has to be sent so that `now` becomes `wanted`. A setting that the driver does not tell is as
// good as its neutral value; VLAN and rates travel together, so the part that is not asked for is
// sent as it is.
VfConfig difference(const VfConfig& wanted, const VfConfig& now) {
  VfConfig out;
  out.index = wanted.index;
  if (wanted.mac && wanted.mac != now.mac) out.mac = wanted.mac;
  if (wanted.trust && *wanted.trust != now.trust.value_or(false)) out.trust = wanted.trust;
  if (wanted.spoofcheck && *wanted.spoofcheck != now.spoofcheck.value_or(false))
    out.spoofcheck = wanted.spoofcheck;
  if (wanted.link && *wanted.link != now.link.value_or(VfConfig::Link::automatic))
    out.link = wanted.link;
  const auto vlan = wanted.vlan.value_or(now.vlan.value_or(0)),
             qos = wanted.qos.value_or(now.qos.value_or(0));
  const auto protocol_now = now.vlan_protocol.empty() ? "802.1Q" : now.vlan_protocol;
  const auto protocol = wanted.vlan_protocol.empty() ? protocol_now : wanted.vlan_protocol;
  if (vlan != now.vlan.value_or(0) || qos != now.qos.value_or(0) ||
      (vlan != 0 && protocol != protocol_now)) {
    out.vlan = vlan;
    out.qos = qos;
    out.vlan_protocol = protocol;
  }
  const auto least = wanted.min_rate_mbps.value_or(now.min_rate_mbps.value_or(0)),
             most = wanted.max_rate_mbps.value_or(now.max_rate_mbps.value_or(0));
  if (least != now.min_rate_mbps.value_or(0) || most != now.max_rate_mbps.value_or(0)) {
    out.min_rate_mbps = least;
    out.max_rate_mbps = most;
  }
  return out;
}

Result<std::vector<VfConfig>> differences(const Wish& wish, const Machine& machine) {
  const auto now = VFIRST_TRY(machine.net.vfs(wish.ifindex));
  std::vector<VfConfig> out;
  for (const auto& wanted : wish.vfs) {
    const auto found = std::ranges::find(now, wanted.index, &VfConfig::index);
    auto rest = difference(wanted, found == now.end() ? VfConfig{} : *found);
    if (!rest.empty()) out.push_back(std::move(rest));
  }
  return out;
}

struct Single {
  // "mac 02:..": for the message
  std::string text;
  VfConfig config;
};

std::vector<Single> one_by_one(const VfConfig& vf) {
  std::vector<Single> out;
  const auto add = [&](std::string text, auto fill) {
    VfConfig one;
    one.index = vf.index;
    fill(one);
    out.push_back({std::move(text), std::move(one)});
  };
  if (vf.mac) add("mac " + vf.mac->str(), [&](VfConfig& one) { one.mac = vf.mac; });
  if (vf.vlan)
    add(fmt::format("vlan {} qos {} {}", *vf.vlan, vf.qos.value_or(0), vf.vlan_protocol),
        [&](VfConfig& one) {
          one.vlan = vf.vlan, one.qos = vf.qos, one.vlan_protocol = vf.vlan_protocol;
        });
  if (vf.trust)
    add(*vf.trust ? "trust on" : "trust off", [&](VfConfig& one) { one.trust = vf.trust; });
  if (vf.spoofcheck)
    add(*vf.spoofcheck ? "spoofcheck on" : "spoofcheck off",
        [&](VfConfig& one) { one.spoofcheck = vf.spoofcheck; });
  if (vf.link) add("link state", [&](VfConfig& one) { one.link = vf.link; });
  if (vf.max_rate_mbps)
    add(fmt::format("rate {}-{} Mbit/s", vf.min_rate_mbps.value_or(0), *vf.max_rate_mbps),
        [&](VfConfig& one) {
          one.min_rate_mbps = vf.min_rate_mbps, one.max_rate_mbps = vf.max_rate_mbps;
        });
  return out;
}

class AttributeChange {
 public:
  AttributeChange(const SetVfAttributes& x, const Machine& machine) : x_(x), machine_(machine) {}

  Outcome run() {
    out_.wanted = fmt::format("{} of {} VFs", x_.vfs.size(), x_.vfs.size());
    auto wish = wish_of(x_, machine_);
    if (!wish) return fail(wish.error());
    wish_ = std::move(*wish);
    const auto rest = look();
    if (!rest) return fail(rest.error());
    if (rest->empty()) return out_;
    ++out_.writes;
    const auto sent = machine_.net.set_vfs(wish_.ifindex, *rest);
    auto left = look();
    if (!left) return fail(left.error());
    // the batch stopped at the first that was refused
    if (!left->empty()) {
      for (const auto& vf : *left)
        for (const auto& single : one_by_one(vf))
          send(single);
      left = look();
      if (!left) return fail(left.error());
    }
    if (left->empty()) {
      out_.state = StepState::done;
      return out_;
    }
    out_.state = StepState::failed;
    out_.partial = true;
    if (out_.cause.empty())
      out_.cause = fmt::format(
          "{}: the driver took VF {} {} and keeps something else", x_.pf.str(), left->front().index,
          one_by_one(left->front()).front().text);
    return out_;
  }

 private:
  Result<std::vector<VfConfig>> look() {
    auto rest = differences(wish_, machine_);
    if (rest) out_.got = fmt::format("{} of {} VFs", x_.vfs.size() - rest->size(), x_.vfs.size());
    return rest;
  }

  Outcome& fail(const Error& error) {
    out_.state = StepState::failed;
    out_.error = static_cast<int>(error.code);
    out_.cause = error.what;
    out_.partial = true;
    return out_;
  }

  void send(const Single& single) {
    for (int tried = 1;; ++tried) {
      ++out_.writes;
      const auto sent = machine_.net.set_vfs(wish_.ifindex, {single.config});
      if (sent) return;
      const int error = static_cast<int>(sent.error().code);
      if (reaction_to(Place::set_vf, error) == Reaction::retry && tried < kTries) {
        std::this_thread::sleep_for(kPause);
        continue;
      }
      // the first one is the cause
      if (!out_.cause.empty()) return;
      out_.error = error;
      out_.cause = fmt::format(
                       "{}: VF {} {}: {} ({})", x_.pf.str(), single.config.index, single.text,
                       explain_errno(Place::set_vf, error), sent.error().what) +
                   habit(machine_.root, x_.pf, &DriverQuirk::if_refused);
      return;
    }
  }

  const SetVfAttributes& x_;
  const Machine& machine_;
  Wish wish_;
  Outcome out_;
};

}  // namespace

Outcome apply(const SetVfAttributes& x, const Machine& machine) {
  return AttributeChange(x, machine).run();
}

Observation verify(const SetVfAttributes& x, const Machine& machine) {
  Observation out{
      .wanted = fmt::format("{} of {} VFs", x.vfs.size(), x.vfs.size()), .evidence = "RTM_GETLINK"};
  const auto wish = wish_of(x, machine);
  if (!wish) {
    out.verdict =
        wish.error().code == std::errc::not_supported ? Verdict::unknown : Verdict::failed;
    out.cause = wish.error().what;
    return out;
  }
  const auto rest = differences(*wish, machine);
  if (!rest) {
    out.cause = rest.error().what;
    return out;
  }
  out.got = fmt::format("{} of {} VFs", x.vfs.size() - rest->size(), x.vfs.size());
  out.verdict = rest->empty()                 ? Verdict::ok
                : rest->size() < x.vfs.size() ? Verdict::short_of
                                              : Verdict::failed;
  if (!rest->empty())
    out.cause = fmt::format(
        "{}: VF {} has not {}", x.pf.str(), rest->front().index,
        one_by_one(rest->front()).front().text);
  return out;
}

}  // namespace vfirst::steps
