// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt coalescing of a PF's ports.
#include "policy/vf_keys.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

namespace vfirst::steps {

namespace {

// A device that does not have a setting has it off.
template <class T>
T value_now(const std::optional<T>& setting) {
  return setting.value_or(T{});
}

Coalescing difference(const Coalescing& wanted, const Coalescing& now) {
  Coalescing out;
  for_each_coalescing([&](const auto& row) {
    const auto& wish = wanted.*row.payload;
    if (wish && *wish != value_now(now.*row.payload)) out.*row.payload = wish;
  });
  return out;
}

// Of `now`, only what `wanted` speaks of.
Coalescing part_of(const Coalescing& now, const Coalescing& wanted) {
  Coalescing out;
  for_each_coalescing([&](const auto& row) {
    if (wanted.*row.payload) out.*row.payload = value_now(now.*row.payload);
  });
  return out;
}

std::vector<Coalescing> one_by_one(const Coalescing& all) {
  std::vector<Coalescing> out;
  for_each_coalescing([&](const auto& row) {
    if (all.*row.payload) out.emplace_back().*row.payload = all.*row.payload;
  });
  return out;
}

class CoalescingChange {
 public:
  CoalescingChange(const SetCoalescing& x, const Machine& machine)
      : wanted_(x.wanted), port_(x.port), machine_(machine) {
    out_.wanted = text_of(wanted_);
  }

  Outcome run(const PciAddress& pf) {
    const auto ports = chosen_ports(machine_, pf, port_);
    if (ports.empty()) fail(ENODEV, why_no_port(machine_, pf, port_));
    for (const auto& port : ports)
      set(port);
    return out_;
  }

 private:
  void fail(int error, std::string cause) {
    // The first one is the cause.
    if (out_.state == StepState::failed) return;
    out_.state = StepState::failed;
    out_.error = error;
    out_.cause = std::move(cause);
  }

  Result<Coalescing> look(const Netdev& port) {
    auto now = machine_.net.coalescing(port.ifindex);
    if (now) out_.got = text_of(part_of(*now, wanted_));
    return now;
  }

  void set(const Netdev& port) {
    auto now = look(port);
    if (!now) {
      const int error = static_cast<int>(now.error().code);
      return fail(
          error,
          fmt::format(
              "{}: {}", port.name,
              error == EOPNOTSUPP ? "this driver has no coalescing settings" : now.error().what));
    }
    const auto rest = difference(wanted_, *now);
    if (rest == Coalescing{}) return;
    ++out_.writes;
    const auto sent = machine_.net.set_coalescing(port.ifindex, rest);
    now = look(port);
    if (!now)
      return fail(
          static_cast<int>(now.error().code), fmt::format("{}: {}", port.name, now.error().what));
    // Refused as a whole: each by itself, so that one that the driver lacks does not take the
    // others along.
    auto left = difference(wanted_, *now);
    std::string why;
    int error = 0;
    if (!sent && left != Coalescing{}) {
      for (const auto& single : one_by_one(left)) {
        ++out_.writes;
        const auto again = machine_.net.set_coalescing(port.ifindex, single);
        if (again || !why.empty()) continue;
        error = static_cast<int>(again.error().code);
        why = fmt::format(
            "{}: {}: {} ({})", port.name, text_of(single), explain_errno(Place::coalesce, error),
            again.error().what);
      }
      now = look(port);
      if (now) left = difference(wanted_, *now);
    }
    if (left == Coalescing{}) {
      if (out_.state != StepState::failed) out_.state = StepState::done;
      return;
    }
    fail(
        error, !why.empty() ? why
                            : fmt::format(
                                  "{}: the driver accepted {} but keeps {}", port.name,
                                  text_of(left), out_.got));
  }

  Coalescing wanted_;
  PortChoice port_;
  const Machine& machine_;
  Outcome out_;
};

}  // namespace

Outcome apply(const SetCoalescing& x, const Machine& machine) {
  return CoalescingChange(x, machine).run(x.pf);
}

Observation verify(const SetCoalescing& x, const Machine& machine) {
  const auto& wanted = x.wanted;
  Observation out{.wanted = text_of(wanted), .evidence = "ETHTOOL_MSG_COALESCE_GET"};
  const auto ports = chosen_ports(machine, x.pf, x.port);
  if (ports.empty()) {
    out.got = "no netdev";
    out.verdict = Verdict::failed;
    out.cause = fmt::format("{}: no network device", x.pf.str());
  }
  for (const auto& port : ports) {
    const auto now = machine.net.coalescing(port.ifindex);
    if (!now) {
      out.verdict =
          now.error().code == std::errc::not_supported ? Verdict::unknown : Verdict::failed;
      out.cause = fmt::format("{}: {}", port.name, now.error().what);
      return out;
    }
    out.got = text_of(part_of(*now, wanted));
    out.verdict = difference(wanted, *now) == Coalescing{} ? Verdict::ok : Verdict::failed;
    if (out.verdict == Verdict::ok) continue;
    out.cause = fmt::format(
        "{}: the driver refused or clamped the value, or was reloaded since", port.name);
    return out;
  }
  return out;
}

}  // namespace vfirst::steps
