// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt coalescing of a PF's ports.
#include "plan/coalescing_quirks.hpp"
#include "policy/vf_keys.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <thread>

namespace vfirst::steps {

namespace {

// How often a driver that answers late is asked, with kPause between: be_worker() of be2net runs
// once a second.
constexpr int kLateTries = 15;

// A device that does not have a setting has it off.
template <class T>
T value_now(const std::optional<T>& setting) {
  return setting.value_or(T{});
}

// As `now`, but a driver that says "adaptive" by a certain time has its adaptive settings.
Coalescing in_effect(Coalescing now, std::string_view driver) {
  const auto fill = [&](std::optional<bool>& adaptive, const std::optional<unsigned>& usecs) {
    if (!adaptive && usecs && means_adaptive(driver, *usecs)) adaptive = true;
  };
  fill(now.adaptive_rx, now.rx_usecs);
  fill(now.adaptive_tx, now.tx_usecs);
  return now;
}

// What of `wanted` the port does not do. A driver may answer another time than the one that it was
// asked for.
Coalescing difference(const Coalescing& wanted, const Coalescing& answer, std::string_view driver) {
  const auto now = in_effect(answer, driver);
  Coalescing out;
  for_each_coalescing([&](const auto& row) {
    const auto& wish = wanted.*row.payload;
    if (!wish) return;
    const auto value = value_now(now.*row.payload);
    bool same = *wish == value;
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*wish)>, unsigned>)
      same = same || answer_for(driver, *wish) == value;
    if (!same) out.*row.payload = wish;
  });
  return out;
}

// `rest` without what the driver has no setting for. It ends adaptive coalescing by a time.
Coalescing sendable(Coalescing rest, const Coalescing& now) {
  if (rest.adaptive_rx == false && !now.adaptive_rx) rest.adaptive_rx.reset();
  if (rest.adaptive_tx == false && !now.adaptive_tx) rest.adaptive_tx.reset();
  return rest;
}

// As the driver takes it: one with one switch for both directions may refuse half of it.
Coalescing message_of(Coalescing out, const Coalescing& now, std::string_view driver) {
  const auto* quirk = coalescing_quirk(driver);
  if (!quirk || !quirk->one_switch) return out;
  if (now.adaptive_tx && !out.adaptive_tx) out.adaptive_tx = out.adaptive_rx;
  if (now.adaptive_rx && !out.adaptive_rx) out.adaptive_rx = out.adaptive_tx;
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

// Does the port have each setting of `wanted`? What it lacks, net/ethtool refuses before the driver
// is asked.
bool known_to_driver(const Coalescing& wanted, const Coalescing& now) {
  bool known = true;
  for_each_coalescing([&](const auto& row) {
    if (wanted.*row.payload && !(now.*row.payload)) known = false;
  });
  return known;
}

class CoalescingChange {
 public:
  CoalescingChange(const SetCoalescing& x, const Machine& machine)
      : wanted_(x.wanted),
        port_(x.port),
        machine_(machine),
        driver_(bound_driver(machine.root, x.pf).value_or("")) {
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

  // After a message that was sent.
  Result<Coalescing> look_again(const Netdev& port, bool sent) {
    auto now = look(port);
    const auto* quirk = coalescing_quirk(driver_);
    for (int tried = 0; sent && quirk && quirk->answers_late && tried < kLateTries; ++tried) {
      if (!now || difference(wanted_, *now, driver_) == Coalescing{}) break;
      std::this_thread::sleep_for(kPause);
      now = look(port);
    }
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
    // Some drivers take a time that their device cannot count to, and answer it.
    if (const auto refusal = coalescing_refusal(driver_, wanted_))
      return fail(ERANGE, fmt::format("{}: {}", port.name, *refusal));
    auto left = difference(wanted_, *now, driver_);
    if (left == Coalescing{}) return;
    // Twice, because the first message that ends adaptive coalescing may set the driver's own times
    // and no others: bnxt_set_coalesce(), mlx5e_ethtool_set_coalesce(), wx_set_coalesce().
    bool sent = true;
    for (int message = 0; message < 2 && sent && left != Coalescing{}; ++message) {
      const auto rest = sendable(left, *now);
      if (rest == Coalescing{}) break;
      ++out_.writes;
      sent = machine_.net.set_coalescing(port.ifindex, message_of(rest, *now, driver_)).has_value();
      now = look_again(port, sent);
      if (!now)
        return fail(
            static_cast<int>(now.error().code), fmt::format("{}: {}", port.name, now.error().what));
      left = difference(wanted_, *now, driver_);
    }
    // Refused as a whole: each by itself, so that one that the driver lacks does not take the
    // others along.
    std::string why;
    int error = 0;
    if (!sent && left != Coalescing{}) {
      for (const auto& single : one_by_one(sendable(left, *now))) {
        ++out_.writes;
        const auto again =
            machine_.net.set_coalescing(port.ifindex, message_of(single, *now, driver_));
        if (again || !why.empty()) continue;
        error = static_cast<int>(again.error().code);
        why = fmt::format(
            "{}: {}: {} ({})", port.name, text_of(single),
            explain_errno(Place::coalesce, error, known_to_driver(single, *now) ? driver_ : ""),
            again.error().what);
      }
      now = look(port);
      if (now) left = difference(wanted_, *now, driver_);
    }
    if (left == Coalescing{}) {
      if (out_.state != StepState::failed) out_.state = StepState::done;
      return;
    }
    fail(error, !why.empty() ? why : fmt::format("{}: {}", port.name, kept(left, *now)));
  }

  std::string kept(const Coalescing& left, const Coalescing& now) const {
    if (sendable(left, now) == Coalescing{})
      return fmt::format(
          "driver {} has no switch for adaptive coalescing, which is on while it answers {}: set "
          "rx-usecs to a time",
          driver_, text_of(now));
    return fmt::format("the driver accepted {} but keeps {}", text_of(left), out_.got);
  }

  Coalescing wanted_;
  PortChoice port_;
  const Machine& machine_;
  const std::string driver_;
  Outcome out_;
};

}  // namespace

Outcome apply(const SetCoalescing& x, const Machine& machine) {
  return CoalescingChange(x, machine).run(x.pf);
}

Observation verify(const SetCoalescing& x, const Machine& machine) {
  const auto& wanted = x.wanted;
  Observation out{.wanted = text_of(wanted), .evidence = "ETHTOOL_MSG_COALESCE_GET"};
  const auto driver = bound_driver(machine.root, x.pf).value_or("");
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
    const auto refusal = coalescing_refusal(driver, wanted);
    out.verdict = !refusal && difference(wanted, *now, driver) == Coalescing{} ? Verdict::ok
                                                                               : Verdict::failed;
    if (out.verdict == Verdict::ok) continue;
    if (refusal) {
      out.cause = fmt::format("{}: {}", port.name, *refusal);
      return out;
    }
    out.cause = fmt::format(
        "{}: the driver refused or clamped the value, or was reloaded since", port.name);
    return out;
  }
  return out;
}

}  // namespace vfirst::steps
