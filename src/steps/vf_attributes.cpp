// SPDX-License-Identifier: GPL-2.0-or-later
// What a PF keeps for its VFs: MAC, VLAN, trust, spoof check, link state, rates, GUIDs.
#include "facts/node_guid.hpp"
#include "policy/vf_keys.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>
#include <thread>

namespace vfirst::steps {

namespace {

struct Wish {
  unsigned ifindex = 0;
  std::vector<VfConfig> vfs;
};

Result<Wish> wish_of(const SetVfAttributes& x, const Machine& machine) {
  const auto port = chosen_port(machine, x.pf, x.port);
  if (!port) return failed(ENODEV, "{}", why_no_port(machine, x.pf, x.port));
  Wish wish;
  wish.ifindex = port->ifindex;
  std::optional<MacAddress> permanent;
  if (std::ranges::any_of(x.vfs, &SetVfAttributes::Vf::stable_mac)) {
    const auto mac = machine.net.permanent_mac(port->ifindex);
    if (!mac)
      return failed(
          static_cast<int>(mac.error().code),
          "{}: it has no permanent address from which VF addresses could be derived: {}",
          x.pf.str(), mac.error().what);
    permanent = *mac;
  }
  std::optional<Guid> node;
  if (std::ranges::any_of(x.vfs, &SetVfAttributes::Vf::stable_guid)) {
    node = node_guid(machine.root, x.pf);
    if (!node)
      return failed(
          ENODATA, "{}: its InfiniBand device shows no node GUID from which VFs' could be derived",
          x.pf.str());
  }
  for (const auto& vf : x.vfs) {
    wish.vfs.push_back(vf);
    if (vf.stable_guid && node) wish.vfs.back().guid = node->stable_vf(vf.index);
    if (vf.stable_mac && permanent) wish.vfs.back().mac = permanent->stable_vf(vf.index);
  }
  return wish;
}

// A setting that the driver does not tell is as good as that of a new VF.
template <class Setting>
typename Setting::value_type value_now(const Setting& setting) {
  return setting ? *setting : typename Setting::value_type{};
}

// What has to be sent so that `now` becomes `wanted`. What the kernel takes only together is sent
// together, the part that is not asked for as it is.
VfConfig difference(VfConfig wanted, const VfConfig& now) {
  VfConfig out;
  out.index = wanted.index;
  if (wanted.mac && wanted.mac != now.mac) out.mac = wanted.mac;
  if (wanted.guid && wanted.guid != now.guid) out.guid = wanted.guid;
  // Without a VLAN there is no tag that could differ.
  if (wanted.vlan.value_or(value_now(now.vlan)) == 0) wanted.vlan_protocol.reset();
  std::set<SentWith> together;
  for_each_attribute([&](const auto& row) {
    const auto& wish = wanted.*row.payload;
    if (!wish || *wish == value_now(now.*row.payload)) return;
    if (row.sent_with == SentWith::nothing)
      out.*row.payload = wish;
    else
      together.insert(row.sent_with);
  });
  for_each_attribute([&](const auto& row) {
    if (together.contains(row.sent_with))
      out.*row.payload = (wanted.*row.payload).value_or(value_now(now.*row.payload));
  });
  return out;
}

struct Rest {
  // What has to be sent.
  std::vector<VfConfig> vfs;
  // The VFs whose GUIDs the kernel does not show: before Linux 5.5 it takes them and keeps silent.
  std::set<unsigned> silent;
};

Result<Rest> differences(const Wish& wish, const Machine& machine) {
  const auto now = VFIRST_TRY(machine.net.vfs(wish.ifindex));
  Rest out;
  for (const auto& wanted : wish.vfs) {
    const auto found = std::ranges::find(now, wanted.index, &VfConfig::index);
    if (wanted.guid && found != now.end() && !found->guid) out.silent.insert(wanted.index);
    auto rest = difference(wanted, found == now.end() ? VfConfig{} : *found);
    if (!rest.empty()) out.vfs.push_back(std::move(rest));
  }
  return out;
}

// `rest` without the GUIDs of these VFs.
std::vector<VfConfig> without_guids(std::vector<VfConfig> rest, const std::set<unsigned>& vfs) {
  for (auto& vf : rest)
    if (vfs.contains(vf.index)) vf.guid.reset();
  std::erase_if(rest, [](const VfConfig& vf) { return vf.empty(); });
  return rest;
}

// The settings of `vf`, each as a request of its own.
std::vector<VfConfig> one_by_one(const VfConfig& vf) {
  std::vector<VfConfig> out;
  const auto add = [&]() -> VfConfig& {
    out.emplace_back().index = vf.index;
    return out.back();
  };
  if (vf.mac) add().mac = vf.mac;
  if (vf.guid) add().guid = vf.guid;
  // Where each group of settings is that are sent together.
  std::map<SentWith, std::size_t> begun;
  for_each_attribute([&](const auto& row) {
    const auto& wish = vf.*row.payload;
    if (!wish) return;
    if (row.sent_with == SentWith::nothing) {
      add().*row.payload = wish;
      return;
    }
    const auto [group, fresh] = begun.try_emplace(row.sent_with, out.size());
    if (fresh) add();
    out[group->second].*row.payload = wish;
  });
  return out;
}

// "mac 02:..", "vlan 100 qos 0 proto 802.1Q".
std::string text_of_request(const VfConfig& one) {
  if (one.mac) return "mac " + one.mac->str();
  return one.guid ? "guid " + one.guid->str() : text_of(one);
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
    if (machine_.net.set_vfs(wish_.ifindex, *rest))
      for (const auto& vf : *rest)
        taken_.insert(vf.index);
    auto left = look();
    if (!left) return fail(left.error());
    // The batch stopped at the first that was refused.
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
          "{}: the driver accepted VF {} {} but keeps another value", x_.pf.str(),
          left->front().index, text_of_request(one_by_one(left->front()).front()));
    return out_;
  }

 private:
  Result<std::vector<VfConfig>> look() {
    auto rest = differences(wish_, machine_);
    if (!rest) return std::unexpected(rest.error());
    // What the kernel took and does not show is as good as it gets.
    std::set<unsigned> hidden;
    std::ranges::set_intersection(rest->silent, taken_, std::inserter(hidden, hidden.end()));
    auto left = without_guids(std::move(rest->vfs), hidden);
    out_.got = fmt::format(
        "{} of {} VFs{}", x_.vfs.size() - left.size(), x_.vfs.size(),
        hidden.empty() ? "" : ", GUIDs not shown");
    return left;
  }

  Outcome& fail(const Error& error) {
    out_.state = StepState::failed;
    out_.error = static_cast<int>(error.code);
    out_.cause = error.what;
    out_.partial = true;
    return out_;
  }

  void send(const VfConfig& single) {
    for (int tried = 1;; ++tried) {
      ++out_.writes;
      const auto sent = machine_.net.set_vfs(wish_.ifindex, {single});
      if (sent) {
        if (single.guid) taken_.insert(single.index);
        return;
      }
      const int error = static_cast<int>(sent.error().code);
      const auto driver = bound_driver(machine_.root, x_.pf).value_or("");
      if (reaction_to(Place::set_vf, error, driver) == Reaction::retry && tried < kTries) {
        std::this_thread::sleep_for(kPause);
        continue;
      }
      // The first one is the cause.
      if (!out_.cause.empty()) return;
      out_.error = error;
      out_.cause = fmt::format(
          "{}: VF {} {}: {} ({})", x_.pf.str(), single.index, text_of_request(single),
          explain_errno(Place::set_vf, error, driver), sent.error().what);
      return;
    }
  }

  const SetVfAttributes& x_;
  const Machine& machine_;
  Wish wish_;
  // The VFs for which the kernel took the GUID in this run.
  std::set<unsigned> taken_;
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
  const auto missing = without_guids(rest->vfs, rest->silent);
  out.got = fmt::format("{} of {} VFs", x.vfs.size() - missing.size(), x.vfs.size());
  out.verdict = missing.empty()                 ? Verdict::ok
                : missing.size() < x.vfs.size() ? Verdict::short_of
                                                : Verdict::failed;
  if (!missing.empty()) {
    out.cause = fmt::format(
        "{}: VF {} does not have {}", x.pf.str(), missing.front().index,
        text_of_request(one_by_one(missing.front()).front()));
  } else if (!rest->silent.empty()) {
    out.verdict = Verdict::unknown;
    out.got = "GUIDs not shown";
    out.cause = fmt::format("{}: this kernel does not show the GUIDs of VFs", x.pf.str());
  }
  return out;
}

}  // namespace vfirst::steps
