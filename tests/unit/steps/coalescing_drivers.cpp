// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt delays on drivers that answer as their sources say: what is called green is what the
// device does, and a second run writes nothing.
#include "fakesys/machine.hpp"
#include "plan/coalescing_quirks.hpp"
#include "steps/apply.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace vfirst;
using namespace vfirst::fake;

namespace {

struct WithDriver : FakeMachine {
  explicit WithDriver(const std::string& driver) {
    Pf pf;
    pf.driver = driver;
    sysfs.add(pf);
    port().driver = driver;
    load();
  }
  // The driver as it is after its probe.
  void load() {
    port().moderation = fresh_moderation(*port().driver);
    port().coalescing = port().moderation.answers;
    net.writes = 0;
  }
  Port& port() { return net.port(2); }
  const Moderation& device() { return port().moderation; }
};

// Around every limit and unit of the table.
std::vector<unsigned> times() {
  std::vector<unsigned> out;
  const auto around = [&](unsigned middle, unsigned reach) {
    for (unsigned usecs = middle > reach ? middle - reach : 0; usecs <= middle + reach; ++usecs)
      out.push_back(usecs);
  };
  for (const unsigned middle :
       {20U, 128U, 256U, 511U, 1022U, 1808U, 2295U, 4095U, 5242U, 8160U, 8191U, 10000U, 16384U})
    around(middle, 22);
  out.push_back(65534);
  out.push_back(65535);
  return out;
}

Coalescing wanted(unsigned usecs) {
  return {.adaptive_rx = false, .rx_usecs = usecs};
}

// Does the device delay by this time, within the unit in which it counts? Some delay by a little
// where they are asked for no delay, and say so.
bool delays_by(const Moderation& device, unsigned usecs, const CoalescingQuirk& quirk) {
  if (device.rx_dynamic) return false;
  if (usecs == 0) return device.rx_delay <= quirk.zero_answers;
  const long unit = quirk.coarser_from ? 4 : quirk.unit;
  const auto difference = static_cast<long>(device.rx_delay) - static_cast<long>(usecs);
  return std::abs(difference) < unit && device.rx_delay != 0;
}

}  // namespace

TEST_CASE("the fake knows every driver of the coalescing table", "[network][steps]") {
  std::set<std::string> table;
  for (const auto& quirk : coalescing_quirks())
    CHECK(table.emplace(quirk.driver).second);
  const auto known = moderated_drivers();
  CHECK(table == std::set<std::string>(known.begin(), known.end()));
}

TEST_CASE(
    "a green delay is what the device does, on every driver of the table", "[network][steps]") {
  for (const auto& quirk : coalescing_quirks())
    DYNAMIC_SECTION(quirk.driver) {
      const std::string driver(quirk.driver);
      unsigned green = 0;
      WithDriver fake(driver);
      for (const auto usecs : times()) {
        INFO("rx-usecs " << usecs);
        const SetCoalescing action{kPf, wanted(usecs)};
        fake.load();
        const auto out = apply(action, fake.machine);
        INFO(out.cause);
        const auto seen = verify(action, fake.machine);
        if (coalescing_refusal(driver, wanted(usecs))) {
          REQUIRE(out.state == StepState::failed);
          REQUIRE(fake.net.writes == 0);
          REQUIRE(seen.verdict == Verdict::failed);
          continue;
        }
        REQUIRE((out.state == StepState::done || out.state == StepState::unchanged));
        REQUIRE(seen.verdict == Verdict::ok);
        REQUIRE(delays_by(fake.device(), usecs, quirk));
        fake.net.writes = 0;
        REQUIRE(apply(action, fake.machine).state == StepState::unchanged);
        REQUIRE(fake.net.writes == 0);
        ++green;
      }
      CHECK(green > 20);
    }
}

TEST_CASE(
    "a delay is refused only where the driver or the device cannot do it", "[network][steps]") {
  for (const auto& quirk : coalescing_quirks())
    DYNAMIC_SECTION(quirk.driver) {
      const std::string driver(quirk.driver);
      for (const auto usecs : times()) {
        if (!coalescing_refusal(driver, wanted(usecs))) continue;
        INFO("rx-usecs " << usecs);
        auto device = fresh_moderation(driver);
        auto request = device.answers;
        if (request.adaptive_rx) request.adaptive_rx = false;
        if (quirk.one_switch) request.adaptive_tx = false;
        request.rx_usecs = usecs;
        // Twice, as the engine does.
        bool taken = set_moderation(driver, device, request) == 0;
        request = device.answers;
        request.rx_usecs = usecs;
        taken = taken && set_moderation(driver, device, request) == 0;
        const bool answered = device.answers.rx_usecs == usecs;
        CHECK_FALSE((taken && answered && delays_by(device, usecs, quirk)));
      }
    }
}

TEST_CASE(
    "adaptive coalescing that is on by default is turned off for a time", "[network][steps]") {
  // ice takes both in one message; bnxt_en and mlx5_core pass the time over in the message that
  // ends adaptive coalescing.
  for (const auto& [driver, messages] :
       {std::pair("ice", 1U), {"i40e", 1U}, {"idpf", 1U}, {"bnxt_en", 2U}, {"mlx5_core", 2U}}) {
    WithDriver fake(driver);
    const SetCoalescing zero{kPf, wanted(0)};
    CHECK(apply(zero, fake.machine).state == StepState::done);
    CHECK(fake.net.writes == messages);
    CHECK_FALSE(fake.device().rx_dynamic);
    CHECK(fake.device().answers.rx_usecs == 0U);
  }
}

TEST_CASE(
    "a time alone is refused while adaptive coalescing is on, and the cause says so",
    "[network][steps]") {
  WithDriver fake("ice");
  const auto out = apply(SetCoalescing{kPf, {.rx_usecs = 0}}, fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(
      out.cause ==
      "eth0: rx-usecs 0: EINVAL: driver ice: it takes no time while adaptive coalescing is on, and "
      "none above its limit; write adaptive-rx = off and adaptive-tx = off (Invalid argument)");
}

TEST_CASE(
    "a driver that says adaptive by a time is not taken for one that has it off",
    "[network][steps]") {
  WithDriver fake("igb");
  const SetCoalescing off{kPf, {.adaptive_rx = false}};
  CHECK(verify(off, fake.machine).verdict == Verdict::failed);
  const auto out = apply(off, fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(
      out.cause ==
      "eth0: driver igb has no switch for adaptive coalescing, which is on while it answers "
      "rx-usecs 3 tx-usecs 0: set rx-usecs to a time");
  CHECK(fake.net.writes == 0);
  REQUIRE(apply(SetCoalescing{kPf, wanted(30)}, fake.machine).state == StepState::done);
  CHECK(apply(off, fake.machine).state == StepState::unchanged);
}

TEST_CASE("a delay that the device cannot count to is never green", "[network][steps]") {
  WithDriver fake("igb");
  // The driver takes it, and answers it.
  REQUIRE(fake.net.set_coalescing(2, {.rx_usecs = 8192}).has_value());
  CHECK(fake.device().answers.rx_usecs == 8192U);
  CHECK(fake.device().rx_delay == 0);
  const SetCoalescing action{kPf, wanted(8192)};
  const std::string why =
      "eth0: driver igb delays interrupts by 0 or 10 to 8191 us, not by 8192 (rx-usecs)";
  CHECK(apply(action, fake.machine).cause == why);
  CHECK(verify(action, fake.machine).cause == why);
}

TEST_CASE("igbvf keeps 1 for 0, which is as asked", "[network][steps]") {
  WithDriver fake("igbvf");
  const SetCoalescing zero{kPf, {.adaptive_rx = false, .rx_usecs = 0}};
  CHECK(apply(zero, fake.machine).state == StepState::done);
  CHECK(fake.device().answers.rx_usecs == 1U);
  CHECK(verify(zero, fake.machine).verdict == Verdict::ok);
  CHECK(apply(zero, fake.machine).state == StepState::unchanged);
  CHECK(fake.net.writes == 1);
}

TEST_CASE("igbvf says which times it loses when its port goes down and up", "[network][steps]") {
  unsigned lost = 0, kept = 0;
  for (const auto usecs : times()) {
    WithDriver fake("igbvf");
    const auto asked = wanted(usecs);
    if (coalescing_refusal("igbvf", asked)) {
      CHECK_FALSE(coalescing_loss("igbvf", asked));
      continue;
    }
    INFO("rx-usecs " << usecs);
    REQUIRE(apply(SetCoalescing{kPf, asked}, fake.machine).state != StepState::failed);
    raise_again("igbvf", fake.port().moderation);
    const bool stays = delays_by(fake.device(), usecs, *coalescing_quirk("igbvf"));
    REQUIRE(stays == !coalescing_loss("igbvf", asked));
    ++(stays ? kept : lost);
  }
  CHECK(lost > 20);
  CHECK(kept > 20);
  CHECK(
      coalescing_loss("igbvf", wanted(25)) ==
      "driver igbvf delays interrupts by 122 us, not by 25, once its port was down and up again; "
      "it keeps rx-usecs = 20 or 26");
  CHECK(coalescing_loss("igbvf", wanted(0)).value_or("").ends_with("it keeps rx-usecs = 10"));
  CHECK_FALSE(coalescing_loss("igb", wanted(25)));
}

TEST_CASE("a driver that delays always is not asked to do without a delay", "[network][steps]") {
  for (const auto& [driver, range] :
       {std::pair("qede", "1 to 511 us"),
        {"LiquidIO", "1 to 65535 us"},
        {"funeth", "1 to 127 us"}}) {
    WithDriver fake(driver);
    const SetCoalescing zero{kPf, wanted(0)};
    const auto why =
        fmt::format("eth0: driver {} delays interrupts by {}, not by 0 (rx-usecs)", driver, range);
    CHECK(apply(zero, fake.machine).cause == why);
    CHECK(verify(zero, fake.machine).cause == why);
    CHECK(fake.net.writes == 0);
  }
}

TEST_CASE("one switch and one time for both directions are set as one", "[network][steps]") {
  for (const auto* driver : {"rvu_nicpf", "be2net"}) {
    INFO(driver);
    WithDriver fake(driver);
    REQUIRE(apply(SetCoalescing{kPf, wanted(20)}, fake.machine).state == StepState::done);
    CHECK(fake.device().answers.adaptive_tx == false);
    CHECK(fake.device().answers.tx_usecs == 20U);
    const auto sends = apply(SetCoalescing{kPf, {.tx_usecs = 10}}, fake.machine);
    CHECK(
        sends.cause == fmt::format(
                           "eth0: driver {} has one delay for receiving and sending: write "
                           "rx-usecs and leave tx-usecs out",
                           driver));
  }
  for (const auto* driver : {"rvu_nicpf", "be2net", "txgbe"}) {
    INFO(driver);
    WithDriver fake(driver);
    CHECK(
        apply(SetCoalescing{kPf, {.adaptive_rx = true, .adaptive_tx = false}}, fake.machine)
            .cause == fmt::format(
                          "eth0: driver {} has one switch for adaptive-rx and adaptive-tx: write "
                          "adaptive-rx alone",
                          driver));
    CHECK(apply(SetCoalescing{kPf, {.adaptive_tx = false}}, fake.machine).state == StepState::done);
    CHECK_FALSE(fake.device().rx_dynamic);
  }
}

TEST_CASE("a driver that answers a second late is waited for", "[network][steps]") {
  WithDriver fake("be2net");
  fake.port().moderation.late = 3;
  const SetCoalescing action{kPf, wanted(20)};
  const auto first = apply(action, fake.machine);
  CHECK(first.state == StepState::done);
  CHECK(first.writes == 1);
  CHECK(apply(action, fake.machine).state == StepState::unchanged);
}
