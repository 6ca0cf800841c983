// SPDX-License-Identifier: GPL-2.0-or-later
// Every row of the errno table, met by the engine: what it did about it has to be what the row
// says.
#include "fakesys/machine.hpp"
#include "plan/quirks.hpp"
#include "steps/apply.hpp"
#include "steps/errno_table.hpp"
#include "steps/runner.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

const std::string kFolder = "sys/bus/pci/devices/0000:01:00.0/";

// What the engine did, seen from outside: its reaction, and what it told the user.
struct Met {
  std::optional<Reaction> reaction;
  std::string cause;
};

Met met(const Outcome& out, int error) {
  if (out.state == StepState::failed && out.error == error) return {Reaction::fail, out.cause};
  return {
      std::nullopt,
      fmt::format("state {}, {}: {}", state_name(out.state), errno_name(out.error), out.cause)};
}
Met met_if(bool as_expected, Reaction reaction, const Outcome& out) {
  return {
      as_expected ? std::optional(reaction) : std::nullopt,
      fmt::format(
          "state {}, got {}, {} writes: {}", state_name(out.state), out.got, out.writes,
          out.cause)};
}

Outcome create(FakeMachine& fake, unsigned count = 7) {
  return apply(CreateVfs{kPf, count, false}, fake.machine);
}
// Of a driver that has no row of its own.
Met answered(int answer, int error) {
  FakeMachine fake;
  Pf pf;
  pf.driver = "tsnep";
  pf.answers = answer;
  fake.sysfs.add(pf);
  return met(create(fake), error);
}
// Busy for two writes.
Met busy(const Pf& pf) {
  FakeMachine fake;
  fake.sysfs.add(pf);
  const auto out =
      run_steps({{CreateVfs{kPf, 7, false}, "", {}, {}, true}}, fake.machine, 60s).steps[0];
  return Met{
      out.state == StepState::done && out.writes == 4 ? std::optional(Reaction::retry)
                                                      : std::nullopt,
      fmt::format("{} after {} writes: {}", state_name(out.state), out.writes, out.cause)};
}
Met refused_by(Pf::Driver driver, int error) {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = driver});
  return met(create(fake), error);
}

struct WithVfs : FakeMachine {
  explicit WithVfs(const Pf& pf = {}) {
    sysfs.add(pf);
    sysfs.add_driver("vfio-pci");
    if (create(*this).state != StepState::done) throw std::runtime_error("no VFs");
  }
  Outcome bind(const std::string& driver) {
    return apply(
        BindDriver{kPf, 0, *PciAddress::parse(sysfs.vf(kPf.str(), 0)), *VfDriver::parse(driver)},
        machine);
  }
  Outcome set(const SetVfAttributes::Vf& vf) { return apply(SetVfAttributes{kPf, {vf}}, machine); }
  Outcome vectors(unsigned n) { return apply(SetVfVectors{kPf, 0, n}, machine); }
  std::string file(const std::string& name) const {
    return "sys/bus/pci/devices/" + sysfs.vf(kPf.str(), 0) + "/" + name;
  }
};

Met bind_fails(int error, int wanted) {
  WithVfs fake;
  fake.sysfs.add_driver("other");
  fake.sysfs.fail_probe("other", error);
  return met(fake.bind("other"), wanted);
}

Met vf_in_reset(int error) {
  WithVfs fake;
  fake.net.port(2).in_reset = 2;
  fake.net.port(2).reset_error = error;
  SetVfAttributes::Vf vf;
  vf.vlan = 5;
  const auto out = fake.set(vf);
  return met_if(out.state == StepState::done && out.writes == 3, Reaction::retry, out);
}

Met managed(int error) {
  FakeMachine fake;
  fake.sysfs.add({.netdev = "", .managed = true, .managed_error = error});
  const auto out = apply(PinIrqs{kPf, CpuSet{0}}, fake.machine);
  return met_if(
      out.state == StepState::unchanged && out.got == "0 of 3; 3 placed by the kernel",
      Reaction::note, out);
}

Met pin(const CpuSet& cpus, int error, unsigned offline = 99) {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  fake.sysfs.take_offline(offline);
  return met(apply(PinIrqs{kPf, cpus}, fake.machine), error);
}

Met coalesce(const std::function<void(Port&)>& driver, int error) {
  FakeMachine fake;
  fake.sysfs.add({});
  driver(fake.net.port(2));
  // rx-usecs it has, adaptive-rx it has not
  const auto out = apply(SetCoalescing{kPf, {.adaptive_rx = true, .rx_usecs = 0}}, fake.machine);
  const bool others_stand = fake.net.port(2).coalescing.rx_usecs == 0U;
  return met_if(
      out.state == StepState::failed && out.error == error && others_stand, Reaction::drop, out);
}

Met channels(const std::function<void(Port&)>& driver, int error) {
  FakeMachine fake;
  fake.sysfs.add({});
  driver(fake.net.port(2));
  return met(apply(SetQueues{kPf, 2}, fake.machine), error);
}

Met mode_refused(Switch::Changes changes, int driver_says, int error) {
  // none of its VFs has a driver
  WithVfs fake;
  fake.net.eswitch(kPf.str()) = {changes, "legacy", driver_says};
  return met(apply(SetEswitch{kPf, "switchdev"}, fake.machine), error);
}

Met vectors_refused(int error) {
  WithVfs fake;
  fake.sysfs.put(kFolder + "sriov_vf_total_msix", "64");
  fake.sysfs.limit_vectors(2, 16);
  return met(fake.vectors(error == EINVAL ? 1 : 32), error);
}

struct Row {
  Place place;
  int error;
  Met (*drive)();
  // where the step's own words say it better than the row's
  std::string_view said{};
};

const std::vector<Row> kDriven = {
    {Place::open_numvfs, ENOENT,
     [] {
       FakeMachine fake;
       fake.sysfs.add({});
       fake.sysfs.remove(kFolder + "sriov_numvfs");
       return met(create(fake), ENOENT);
     }},
    // the probe fails under the write; the next event brings the driver
    {Place::write_numvfs, ENOENT,
     [] {
       FakeMachine fake;
       fake.sysfs.add({.driver = ""});
       fake.events.at(5s, [&] { fake.sysfs.bind_pf("0000:01:00.0", "igb"); });
       const auto out =
           run_steps({{CreateVfs{kPf, 7, false}, "", {}, {}, true}}, fake.machine, 60s).steps[0];
       const auto when =
           std::chrono::duration_cast<std::chrono::seconds>(fake.events.now()).count();
       return Met{
           out.state == StepState::done && out.writes == 3 && when < 10
               ? std::optional(Reaction::wait)
               : std::nullopt,
           fmt::format("{} after {} s: {}", state_name(out.state), when, out.cause)};
     }},
    // no sriov_totalvfs to ask first
    {Place::write_numvfs, ERANGE,
     [] {
       FakeMachine fake;
       fake.sysfs.add({});
       fake.sysfs.remove(kFolder + "sriov_totalvfs");
       return met(create(fake, 9), ERANGE);
     }},
    {Place::write_numvfs, kMakesNone, [] { return answered(ENOENT, ENOENT); }},
    {Place::write_numvfs, kNotReady,
     [] {
       Pf pf;
       pf.driver = "ionic";
       pf.driver_does = Pf::Driver::by_name;
       pf.ails = Pf::Ails::not_ready;
       pf.busy = 2;
       return busy(pf);
     }},
    {Place::write_numvfs, EINVAL, [] { return answered(EINVAL, EINVAL); }},
    {Place::write_numvfs, EPERM, [] { return answered(EPERM, EPERM); }},
    {Place::write_numvfs, ENOSPC, [] { return answered(ENOSPC, ENOSPC); }},
    {Place::write_numvfs, EOPNOTSUPP, [] { return answered(EOPNOTSUPP, EOPNOTSUPP); }},
    {Place::write_numvfs, kNotSupported, [] { return answered(kNotSupported, kNotSupported); }},
    {Place::write_numvfs, ENODEV, [] { return answered(ENODEV, ENODEV); }},
    {Place::write_numvfs, ENOSYS, [] { return answered(ENOSYS, ENOSYS); }},
    {Place::write_numvfs, EIO, [] { return answered(EIO, EIO); }},
    {Place::write_numvfs, EFAULT, [] { return answered(EFAULT, EFAULT); }},
    {Place::write_numvfs, EBUSY,
     [] {
       WithVfs fake;
       return met(create(fake, 5), EBUSY);
     }},
    {Place::write_numvfs, ENOMEM, [] { return refused_by(Pf::Driver::no_memory, ENOMEM); }},
    {Place::write_numvfs, EAGAIN, [] { return busy({.busy = 2}); }},
    {Place::write_numvfs, kNothingHappened,
     [] {
       FakeMachine fake;
       fake.sysfs.add({.driver_does = Pf::Driver::silent_while_down});
       const auto out = create(fake);
       return met_if(
           out.state == StepState::done && fake.net.writes == 1, Reaction::raise_port, out);
     }},
    {Place::write_numvfs, kPartly, [] { return refused_by(Pf::Driver::half, 0); }},
    {Place::write_numvfs, kTooMany,
     [] {
       FakeMachine fake;
       Pf pf;
       pf.driver = "4xxx";
       pf.driver_does = Pf::Driver::by_name;
       fake.sysfs.add(pf);
       return met(create(fake, 4), 0);
     },
     "it makes all of its VFs or none"},
    // "keep", and no driver for these VFs is loaded
    {Place::drivers_probe, kNothingHappened,
     [] {
       WithVfs fake;
       return met(fake.bind("keep"), ENOENT);
     }},
    {Place::bind, EINVAL,
     [] {
       WithVfs fake{{.iommu = false}};
       return met(fake.bind("vfio-pci"), EINVAL);
     }},
    {Place::bind, ENODEV, [] { return bind_fails(ENODEV, ENODEV); }},
    // bound between our probe and our bind, to the right driver
    {Place::bind, EBUSY,
     [] {
       WithVfs fake;
       fake.sysfs.let_probe_lag();
       const auto out = fake.bind("vfio-pci");
       return met_if(
           out.state == StepState::done &&
               fake.sysfs.writes().back().find("/bind <- ") != std::string::npos,
           Reaction::accept, out);
     }},
    {Place::bind, EAGAIN,
     [] {
       WithVfs fake;
       fake.sysfs.fail_probe("vfio-pci", EAGAIN, 2);
       const auto out = fake.bind("vfio-pci");
       return met_if(out.state == StepState::done && out.writes == 5, Reaction::retry, out);
     }},
    {Place::set_vf, EINVAL,
     [] {
       WithVfs fake;
       SetVfAttributes::Vf vf;
       vf.mac = *MacAddress::parse("01:00:5e:00:00:01");
       return met(fake.set(vf), EINVAL);
     }},
    {Place::set_vf, EOPNOTSUPP,
     [] {
       WithVfs fake;
       SetVfAttributes::Vf vf;
       vf.link_state = LinkState::enable;
       return met(fake.set(vf), EOPNOTSUPP);
     }},
    {Place::set_vf, EPROTONOSUPPORT,
     [] {
       WithVfs fake;
       SetVfAttributes::Vf vf;
       vf.vlan = 5;
       vf.vlan_protocol = VlanProtocol::dot1ad;
       return met(fake.set(vf), EPROTONOSUPPORT);
     }},
    {Place::set_vf, EAGAIN, [] { return vf_in_reset(EAGAIN); }},
    {Place::set_vf, EBUSY, [] { return vf_in_reset(EBUSY); }},
    {Place::smp_affinity, EPERM, [] { return managed(EPERM); }},
    {Place::smp_affinity, EIO, [] { return managed(EIO); }},
    {Place::smp_affinity, ENOSPC,
     [] {
       FakeMachine fake;
       fake.sysfs.add({.up = true});
       fake.sysfs.without_vectors(4);
       const auto out = apply(PinIrqs{kPf, CpuSet{0, 4}}, fake.machine);
       return met_if(
           out.state == StepState::done &&
               fake.sysfs.read("proc/irq/41/smp_affinity_list") == "0,4",
           Reaction::widen, out);
     }},
    {Place::smp_affinity, ENOENT,
     [] {
       FakeMachine fake;
       fake.sysfs.add({});
       const auto out = apply(PinIrqs{kPf, CpuSet{0}}, fake.machine);
       return met_if(
           out.state == StepState::deferred && out.got == "0 of 3; 3 wait for the port to come up",
           Reaction::defer, out);
     }},
    {Place::smp_affinity, ERANGE, [] { return pin(CpuSet{64}, ERANGE); }},
    {Place::smp_affinity, EINVAL, [] { return pin(CpuSet{5}, EINVAL, 5); }},
    {Place::coalesce, EINVAL, [] { return coalesce([](Port&) {}, EINVAL); }},
    // the ioctl's answer
    {Place::coalesce, EOPNOTSUPP,
     [] { return coalesce([](Port& port) { port.unsupported_error = EOPNOTSUPP; }, EOPNOTSUPP); }},
    {Place::coalesce, ERANGE,
     [] { return coalesce([](Port& port) { port.unsupported_error = ERANGE; }, ERANGE); }},
    {Place::channels, EBUSY,
     [] { return channels([](Port& port) { port.channels_error = EBUSY; }, EBUSY); }},
    {Place::channels, EINVAL,
     [] { return channels([](Port& port) { port.channels_error = EINVAL; }, EINVAL); }},
    {Place::channels, EOPNOTSUPP,
     [] { return channels([](Port& port) { port.no_channels = true; }, EOPNOTSUPP); }},
    {Place::eswitch, EOPNOTSUPP,
     [] { return mode_refused(Switch::Changes::without_vfs, 0, EOPNOTSUPP); }},
    {Place::eswitch, EBUSY,
     [] { return mode_refused(Switch::Changes::without_bound_vfs, EBUSY, EBUSY); }},
    {Place::eswitch, EPERM,
     [] { return mode_refused(Switch::Changes::without_bound_vfs, EPERM, EPERM); }},
    {Place::eswitch, kNotSupported,
     [] { return mode_refused(Switch::Changes::without_bound_vfs, kNotSupported, kNotSupported); }},
    {Place::eswitch, EINVAL,
     [] { return mode_refused(Switch::Changes::without_bound_vfs, EINVAL, EINVAL); }},
    {Place::vf_msix, EOPNOTSUPP,
     [] {
       WithVfs fake;
       return met(fake.vectors(4), EOPNOTSUPP);
     }},
    // before 5.12
    {Place::vf_msix, ENOENT,
     [] {
       WithVfs fake;
       fake.sysfs.remove(fake.file("sriov_vf_msix_count"));
       return met(fake.vectors(4), ENOENT);
     }},
    {Place::vf_msix, EINVAL, [] { return vectors_refused(EINVAL); }},
    {Place::vf_msix, EOVERFLOW, [] { return vectors_refused(EOVERFLOW); }},
    {Place::vf_msix, EBUSY,
     [] {
       WithVfs fake;
       fake.sysfs.put(kFolder + "sriov_vf_total_msix", "64");
       fake.bind("vfio-pci");
       return met(fake.vectors(4), EBUSY);
     }},
    {Place::load_module, ENOENT,
     [] {
       FakeMachine fake;
       return met(apply(LoadModule{"mlx5_core"}, fake.machine), ENOENT);
     },
     "module mlx5_core is not in this kernel's modules"},
};

}  // namespace

TEST_CASE(
    "every row of the errno table has a test that meets it, once, and no test is for a row that is "
    "gone",
    "[sriov][steps]") {
  std::set<std::pair<Place, int>> driven, table;
  for (const auto& row : kDriven)
    CHECK(driven.emplace(row.place, row.error).second);
  for (const auto& row : errno_table())
    table.emplace(row.place, row.error);
  CHECK(driven == table);
}

TEST_CASE(
    "the engine reacts to what it meets as the errno table says, and tells the user so",
    "[sriov][steps]") {
  for (const auto& driven : kDriven) {
    const auto* row = errno_row(driven.place, driven.error);
    REQUIRE(row);
    DYNAMIC_SECTION(
        "place " << static_cast<int>(driven.place) << ", "
                 << (driven.error > 0 ? errno_name(driven.error)
                                      : fmt::format("no errno {}", driven.error))
                 << ": " << row->meaning) {
      const auto seen = driven.drive();
      INFO(seen.cause);
      REQUIRE(seen.reaction);
      CHECK(*seen.reaction == row->reaction);
      if (row->reaction != Reaction::fail && row->reaction != Reaction::drop &&
          row->reaction != Reaction::note)
        continue;
      const auto says = [&](std::string_view words) {
        return !words.empty() && seen.cause.find(words) != std::string::npos;
      };
      CHECK((says(driven.said) || says(row->meaning) || says(row->advice)));
    }
  }
}

TEST_CASE(
    "a VF that gets no driver names the driver that its PF's row has for it", "[sriov][steps]") {
  for (const auto& quirk : driver_quirks()) {
    INFO(quirk.driver);
    FakeMachine fake;
    Pf pf;
    pf.driver = quirk.driver;
    fake.sysfs.add(pf);
    REQUIRE(create(fake).state == StepState::done);
    const auto kept = apply(
        BindDriver{
            kPf, 0, *PciAddress::parse(fake.sysfs.vf(kPf.str(), 0)), *VfDriver::parse("keep")},
        fake.machine);
    CHECK(
        kept.cause.find(
            quirk.vf_driver.empty()
                ? std::string("check that the VF driver is installed")
                : fmt::format("check that the VF driver ({}) is installed", quirk.vf_driver)) !=
        std::string::npos);
  }
}
