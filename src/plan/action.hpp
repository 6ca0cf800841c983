// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What can be done to the running kernel, as data. plan/ makes them, steps/ applies and verifies
// them.

#include "base/cpu_set.hpp"
#include "base/mac_address.hpp"
#include "base/pci_address.hpp"
#include "policy/policy.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vfirst {

struct LoadModule {
  std::string name;
  bool operator==(const LoadModule&) const = default;
};
struct SetDefaultIrqAffinity {
  CpuSet cpus;
  bool operator==(const SetDefaultIrqAffinity&) const = default;
};
// Wait (bounded, by event) until the PF has a driver. `driver`: the one expected, "" for any.
struct AwaitDriver {
  PciAddress pf;
  std::string driver;
  bool operator==(const AwaitDriver&) const = default;
};
// the PF's netdevs
struct BringUp {
  PciAddress pf;
  bool operator==(const BringUp&) const = default;
};
// The PF's embedded switch: "legacy" or "switchdev".
struct SetEswitch {
  PciAddress pf;
  std::string mode;
  bool operator==(const SetEswitch&) const = default;
};
// autoprobe is off while they are made, so that no VF driver runs for VFs that go to vfio-pci.
struct CreateVfs {
  PciAddress pf;
  unsigned count = 0;
  bool allow_recreate = false;
  bool operator==(const CreateVfs&) const = default;
};
struct SetVfAttributes {
  struct Vf : VfConfig {
    // vf-mac = stable: the address is MacAddress::stable_vf(index) of the PF's permanent address.
    // That is known only once the PF has its driver, so the step asks for it and `mac` stays empty.
    // So the step is the same wherever the plan is made.
    bool stable_mac = false;
    bool operator==(const Vf&) const = default;
  };
  PciAddress pf;
  std::vector<Vf> vfs;
  bool operator==(const SetVfAttributes&) const = default;
};
struct SetVfVectors {
  PciAddress pf;
  unsigned index = 0;
  unsigned vectors = 0;
  bool operator==(const SetVfVectors&) const = default;
};
// A driver by name is set as the VF's driver_override, then the VF is probed. For "keep" it is only
// probed. `device` is computed from the PF's offset and stride; the PF's link virtfn<index> decides
// where the two differ.
struct BindDriver {
  PciAddress pf;
  unsigned index = 0;
  PciAddress device;
  VfDriver driver;
  bool operator==(const BindDriver&) const = default;
};
struct SetCoalescing {
  PciAddress pf;
  Coalescing wanted;
  bool operator==(const SetCoalescing&) const = default;
};
struct SetQueues {
  PciAddress pf;
  unsigned combined = 0;
  bool operator==(const SetQueues&) const = default;
};
// All MSI vectors of the PF; spread over `cpus` one by one.
struct PinIrqs {
  PciAddress pf;
  CpuSet cpus;
  bool operator==(const PinIrqs&) const = default;
};
// PM QoS resume latency of each CPU in microseconds, a runtime bound on its idle states
// (admin-guide/pm/cpuidle).
struct LimitIdleLatency {
  CpuSet cpus;
  unsigned latency_us = 0;
  bool operator==(const LimitIdleLatency&) const = default;
};

using Action = std::variant<
    LoadModule, SetDefaultIrqAffinity, AwaitDriver, BringUp, SetEswitch, CreateVfs, SetVfAttributes,
    SetVfVectors, BindDriver, SetCoalescing, SetQueues, PinIrqs, LimitIdleLatency>;

// "create 8 VFs on 0000:3b:00.0": plan, log and golden share it
std::string describe(const Action&);

}  // namespace vfirst
