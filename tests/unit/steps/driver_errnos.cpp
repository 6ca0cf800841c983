// SPDX-License-Identifier: GPL-2.0-or-later
// Every row of the drivers' own errnos, met by the engine on a fake whose drivers answer as their
// sources say.
#include "plan/driver_errnos.hpp"
#include "base/text.hpp"
#include "fakesys/machine.hpp"
#include "fakesys/sriov_rules.hpp"
#include "plan/quirks.hpp"
#include "steps/apply.hpp"
#include "steps/errno_table.hpp"
#include "steps/runner.hpp"

#include <catch2/catch_test_macros.hpp>
#include "plan/coalescing_quirks.hpp"

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

constexpr unsigned kAsked = 4;

Pf pf_in(const Trouble& trouble) {
  Pf pf;
  pf.driver = trouble.driver;
  pf.driver_does = Pf::Driver::by_name;
  pf.ails = trouble.ails;
  return pf;
}

// What the table calls the driver's answer to the first write; 0: all is well.
int answer_of(const Trouble& trouble) {
  const auto answer = sriov_configure(pf_in(trouble), kAsked);
  if (answer.error == EBUSY) return kNotReady;
  if (answer.error == ENOENT) return kMakesNone;
  if (answer.error) return answer.error;
  if (answer.made == kAsked) return 0;
  return answer.made == 0 ? kNothingHappened : answer.made < kAsked ? kPartly : kTooMany;
}

StepResult create(FakeMachine& fake, std::chrono::seconds budget) {
  return run_steps({{CreateVfs{kPf, kAsked, false}, "", {}, {}, true}}, fake.machine, budget)
      .steps[0];
}

bool says(const std::string& cause, std::string_view driver, std::string_view meaning) {
  return cause.find(fmt::format("driver {}: {}", driver, meaning)) != std::string::npos;
}

void meet(const Trouble& trouble, const DriverErrno& row) {
  FakeMachine fake;
  auto pf = pf_in(trouble);
  if (row.reaction == Reaction::retry) pf.busy = 3;
  fake.sysfs.add(pf);
  const auto result = create(fake, 60s);
  INFO(result.cause);
  switch (row.reaction) {
    case Reaction::fail:
      CHECK(result.state == StepState::failed);
      CHECK(says(result.cause, trouble.driver, row.meaning));
      CHECK(result.cause.find(row.advice) != std::string::npos);
      break;
    case Reaction::retry: {
      CHECK(result.state == StepState::done);
      // autoprobe off, three refused, one taken
      CHECK(result.writes == 5);
      FakeMachine forever;
      forever.sysfs.add(pf_in(trouble));
      const auto given_up = create(forever, 5s);
      CHECK(given_up.state == StepState::failed);
      CHECK(given_up.writes > 20);
      CHECK(says(given_up.cause, trouble.driver, row.meaning));
      break;
    }
    case Reaction::raise_port:
      if (trouble.ails == Pf::Ails::nothing) {
        CHECK(result.state == StepState::done);
        CHECK(fake.net.writes == 1);
      } else {
        CHECK(says(result.cause, trouble.driver, row.meaning));
      }
      break;
    default: FAIL("no driver's row for sriov_numvfs has such a reaction");
  }
}

Outcome coalesce(const std::string& driver, const Coalescing& wanted) {
  FakeMachine fake;
  Pf pf;
  pf.driver = driver;
  fake.sysfs.add(pf);
  auto& port = fake.net.port(2);
  port.driver = driver;
  port.moderation = fresh_moderation(driver);
  port.moderation.down = true;
  port.coalescing = port.moderation.answers;
  return apply(SetCoalescing{kPf, wanted}, fake.machine);
}

Outcome channels(const std::string& driver, int error) {
  FakeMachine fake;
  Pf pf;
  pf.driver = driver;
  fake.sysfs.add(pf);
  fake.net.port(2).channels_error = error;
  return apply(SetQueues{kPf, 2}, fake.machine);
}

Outcome eswitch(const std::string& driver, int error) {
  FakeMachine fake;
  Pf pf;
  pf.driver = driver;
  fake.sysfs.add(pf);
  fake.net.eswitch(kPf.str()) = {Switch::Changes::without_bound_vfs, "legacy", error};
  return apply(SetEswitch{kPf, "switchdev"}, fake.machine);
}

Outcome keep(const std::string& driver) {
  FakeMachine fake;
  Pf pf;
  pf.driver = driver;
  fake.sysfs.add(pf);
  if (apply(CreateVfs{kPf, kAsked, false}, fake.machine).state != StepState::done)
    throw std::runtime_error("no VFs");
  return apply(
      BindDriver{kPf, 0, *PciAddress::parse(fake.sysfs.vf(kPf.str(), 0)), *VfDriver::parse("keep")},
      fake.machine);
}

}  // namespace

TEST_CASE("each driver's own errno of sriov_numvfs is met, understood and told", "[sriov][steps]") {
  const auto troubles = all_troubles();
  for (const auto& row : driver_errnos()) {
    if (row.place != Place::write_numvfs) continue;
    for (const auto name : words(row.drivers))
      DYNAMIC_SECTION(name << ": " << row.meaning) {
        unsigned met = 0;
        for (const auto& trouble : troubles)
          if (trouble.driver == name && answer_of(trouble) == row.error) ++met, meet(trouble, row);
        CHECK(met > 0);
      }
  }
}

TEST_CASE("no trouble of a driver on the fake is without a row of its own", "[sriov][steps]") {
  for (const auto& trouble : all_troubles()) {
    INFO(trouble.driver << " in state " << static_cast<int>(trouble.ails));
    // bnxt_en creates none in two states, and one row tells of both.
    CHECK(driver_errno(trouble.driver, Place::write_numvfs, answer_of(trouble)) != nullptr);
    CHECK(quirk_of_driver(trouble.driver) != nullptr);
  }
}

TEST_CASE("each driver's own errno of the other places is met and told", "[network][steps]") {
  for (const auto& row : driver_errnos())
    for (const auto name : words(row.drivers)) {
      const std::string driver(name);
      INFO(driver << ": " << row.meaning);
      Outcome out;
      switch (row.place) {
        case Place::write_numvfs: continue;
        case Place::coalesce:
          // As a plan that does not end adaptive coalescing, or that wants a time for sending.
          out = coalesce(
              driver, coalescing_quirk(driver)->adaptive_first ? Coalescing{.rx_usecs = 20}
                                                               : Coalescing{.tx_usecs = 20});
          break;
        case Place::channels: out = channels(driver, row.error); break;
        case Place::eswitch: out = eswitch(driver, row.error); break;
        case Place::drivers_probe: out = keep(driver); break;
        default: FAIL("a place that no test drives");
      }
      INFO(out.cause);
      CHECK(out.state == StepState::failed);
      CHECK(says(out.cause, driver, row.meaning));
      CHECK(out.cause.find(row.advice) != std::string::npos);
    }
}

TEST_CASE("an errno means nothing of a driver's own for another driver", "[sriov][steps]") {
  for (const auto& row : driver_errnos()) {
    INFO(row.drivers << ": " << row.meaning);
    CHECK(driver_errno("tsnep", row.place, row.error) == nullptr);
    CHECK(explain_errno(row.place, row.error, "tsnep").find(row.meaning) == std::string::npos);
  }
  // ENOSPC on ice is no lack of firmware, and its firmware no ENOSPC.
  CHECK(explain_errno(Place::write_numvfs, ENOSPC, "ice").find("DDP") == std::string::npos);
  CHECK(explain_errno(Place::write_numvfs, EOPNOTSUPP, "ice").find("DDP") != std::string::npos);
  CHECK(explain_errno(Place::write_numvfs, ENOMEM, "ice").find("driver ice") == std::string::npos);
}

TEST_CASE("EBUSY is told by the number of VFs", "[sriov][steps]") {
  FakeMachine busy;
  Pf pf;
  pf.driver = "tsnep";
  pf.answers = EBUSY;
  busy.sysfs.add(pf);
  const auto out = create(busy, 3s);
  CHECK(out.state == StepState::failed);
  CHECK(out.cause == "0000:01:00.0: 4 VFs: EBUSY: the driver is not ready");
  CHECK(out.writes > 10);

  FakeMachine full;
  full.sysfs.add({});
  REQUIRE(apply(CreateVfs{kPf, 7, false}, full.machine).state == StepState::done);
  CHECK(
      create(full, 3s).cause ==
      "0000:01:00.0: 7 VFs exist, 4 wanted; allow-recreate = yes replaces them if none is in use");
}

TEST_CASE("ENOENT is told by the driver that is bound or not", "[sriov][steps]") {
  FakeMachine fake;
  Pf pf;
  pf.driver = "tsnep";
  pf.driver_does = Pf::Driver::makes_none;
  fake.sysfs.add(pf);
  const auto out = create(fake, 60s);
  CHECK(out.state == StepState::failed);
  CHECK(
      out.cause ==
      "0000:01:00.0: 4 VFs: ENOENT: its driver is bound and makes no VFs through sysfs");
  // It does not wait for a driver that is there.
  CHECK(out.ms < 10);
}

TEST_CASE("QAT makes all VFs or none, and is not asked again and again", "[sriov][steps]") {
  for (const auto* driver : {"4xxx", "420xx", "c6xx"}) {
    FakeMachine fake;
    Pf pf;
    pf.driver = driver;
    pf.driver_does = Pf::Driver::by_name;
    fake.sysfs.add(pf);
    const CreateVfs four{kPf, 4, true};
    const auto first = apply(four, fake.machine);
    CHECK(first.state == StepState::failed);
    CHECK(first.got == "7");
    CHECK(
        first.cause ==
        fmt::format(
            "0000:01:00.0: 7 of 4 VFs: driver {}: it makes all of its VFs or none; write vfs = max",
            driver));
    fake.sysfs.forget_writes();
    const auto second = apply(four, fake.machine);
    CHECK(second.state == StepState::failed);
    CHECK(fake.sysfs.writes().empty());
    CHECK(
        verify(four, fake.machine).cause ==
        "0000:01:00.0: it makes all of its VFs or none; write vfs = max");
    CHECK(apply(CreateVfs{kPf, 7, false}, fake.machine).state == StepState::unchanged);
  }
}
