// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What can be done to the running kernel, as data. plan/ makes the actions, steps/ applies and
// verifies them.
//
// An action is a struct with its traits, its fields and its own words, and a line of
// VFIRST_ACTIONS. apply() and verify() are in a file of steps/. Nothing compiles, or links, while
// one of these is missing.
//
// fields(field) calls field(name, value) for each member. A member that it forgets does not
// compile, because a structured binding takes all of them. The kind and the names of the fields
// outlive a version, for records and hashes: do not change one, and give a new field a default
// value, which keeps the hash of every plan that does not use it.

#include "base/cpu_set.hpp"
#include "base/mac_address.hpp"
#include "base/pci_address.hpp"
#include "base/words.hpp"
#include "plan/action_traits.hpp"
#include "plan/port_choice.hpp"
#include "plan/wanted_vf.hpp"
#include "policy/policy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vfirst {

struct LoadModule {
  static constexpr ActionTraits kTraits{
      .kind = "load-module", .of_pf = false, .stage = ActionStage::setup, .blocks = true};
  std::string name;
  std::string describe() const { return "load module " + name; }
  std::string subject() const { return "module " + name; }
  void fields(auto&& field) const {
    const auto& [name_] = *this;
    field("name", name_);
  }
  bool operator==(const LoadModule&) const = default;
};
struct SetDefaultIrqAffinity {
  static constexpr ActionTraits kTraits{
      .kind = "default-irq-affinity", .of_pf = false, .stage = ActionStage::setup, .blocks = false};
  CpuSet cpus;
  std::string describe() const { return "send new interrupts to CPUs " + cpus.list(); }
  std::string subject() const { return "CPUs of new interrupts"; }
  void fields(auto&& field) const {
    const auto& [cpus_] = *this;
    field("cpus", cpus_);
  }
  bool operator==(const SetDefaultIrqAffinity&) const = default;
};
// Wait (bounded, by event) until the PF has a driver. `driver`: the one expected, "" for any.
struct AwaitDriver {
  static constexpr ActionTraits kTraits{
      .kind = "await-driver", .of_pf = true, .stage = ActionStage::setup, .blocks = true};
  PciAddress pf;
  std::string driver;
  std::string describe() const {
    return driver.empty() ? fmt::format("wait for the driver of {}", pf.str())
                          : fmt::format("wait for driver {} on {}", driver, pf.str());
  }
  std::string subject() const { return "driver"; }
  void fields(auto&& field) const {
    const auto& [pf_, driver_] = *this;
    field("pf", pf_), field("driver", driver_);
  }
  bool operator==(const AwaitDriver&) const = default;
};
// Bring the PF's own network interfaces up, or the one that the policy names.
struct BringUp {
  static constexpr ActionTraits kTraits{
      .kind = "bring-up", .of_pf = true, .stage = ActionStage::setup, .blocks = false};
  PciAddress pf;
  PortChoice port{};
  std::string describe() const { return fmt::format("bring {}{} up", pf.str(), port.phrase()); }
  std::string subject() const { return "port"; }
  void fields(auto&& field) const {
    const auto& [pf_, port_] = *this;
    field("pf", pf_), field("port", port_);
  }
  bool operator==(const BringUp&) const = default;
};
// The mode of the PF's embedded switch: "legacy" or "switchdev".
struct SetEswitch {
  static constexpr ActionTraits kTraits{
      .kind = "eswitch", .of_pf = true, .stage = ActionStage::setup, .blocks = false};
  PciAddress pf;
  std::string mode;
  std::string describe() const;
  std::string subject() const { return "eswitch"; }
  void fields(auto&& field) const {
    const auto& [pf_, mode_] = *this;
    field("pf", pf_), field("mode", mode_);
  }
  bool operator==(const SetEswitch&) const = default;
};
// Autoprobe is off while they are created, so that no driver is bound to VFs for guests.
struct CreateVfs {
  static constexpr ActionTraits kTraits{
      .kind = "create-vfs", .of_pf = true, .stage = ActionStage::setup, .blocks = true};
  PciAddress pf;
  unsigned count = 0;
  bool allow_recreate = false;
  std::string describe() const;
  std::string subject() const { return "VFs"; }
  void fields(auto&& field) const {
    const auto& [pf_, count_, allow_recreate_] = *this;
    field("pf", pf_), field("count", count_), field("allow-recreate", allow_recreate_);
  }
  bool operator==(const CreateVfs&) const = default;
};
struct SetVfAttributes {
  static constexpr ActionTraits kTraits{
      .kind = "vf-attributes", .of_pf = true, .stage = ActionStage::setup, .blocks = false};
  using Vf = WantedVf;
  PciAddress pf;
  std::vector<Vf> vfs;
  PortChoice port{};
  // VFs in a row that differ only in their index are one phrase: "VF 0-6 trust off".
  std::string describe() const;
  std::string subject() const { return "VF attributes"; }
  void fields(auto&& field) const {
    const auto& [pf_, vfs_, port_] = *this;
    field("pf", pf_), field("vfs", vfs_), field("port", port_);
  }
  bool operator==(const SetVfAttributes&) const = default;
};
struct SetVfVectors {
  static constexpr ActionTraits kTraits{
      .kind = "vf-vectors", .of_pf = true, .stage = ActionStage::setup, .blocks = false};
  PciAddress pf;
  unsigned index = 0;
  unsigned vectors = 0;
  std::string describe() const {
    return fmt::format("give VF {} of {} {}", index, pf.str(), plural(vectors, "MSI-X vector"));
  }
  std::string subject() const { return fmt::format("VF {} vectors", index); }
  void fields(auto&& field) const {
    const auto& [pf_, index_, vectors_] = *this;
    field("pf", pf_), field("index", index_), field("vectors", vectors_);
  }
  bool operator==(const SetVfVectors&) const = default;
};
// A driver by name is set as the VF's driver_override, then the VF is probed. For "keep" it is only
// probed. `device` is computed from the PF's offset and stride; the PF's link virtfn<index> decides
// where the two differ.
struct BindDriver {
  static constexpr ActionTraits kTraits{
      .kind = "bind-driver", .of_pf = true, .stage = ActionStage::setup, .blocks = false};
  PciAddress pf;
  unsigned index = 0;
  PciAddress device;
  VfDriver driver;
  std::string describe() const {
    return driver.assignment(fmt::format("VF {} of {} ({})", index, pf.str(), device.str()));
  }
  std::string subject() const { return fmt::format("VF {} driver", index); }
  void fields(auto&& field) const {
    const auto& [pf_, index_, device_, driver_] = *this;
    field("pf", pf_), field("index", index_), field("device", device_), field("driver", driver_);
  }
  bool operator==(const BindDriver&) const = default;
};
struct SetCoalescing {
  static constexpr ActionTraits kTraits{
      .kind = "coalescing", .of_pf = true, .stage = ActionStage::tuning, .blocks = false};
  PciAddress pf;
  Coalescing wanted;
  PortChoice port{};
  std::string describe() const;
  std::string subject() const { return "coalescing"; }
  void fields(auto&& field) const {
    const auto& [pf_, wanted_, port_] = *this;
    field("pf", pf_), field("wanted", wanted_), field("port", port_);
  }
  bool operator==(const SetCoalescing&) const = default;
};
struct SetQueues {
  static constexpr ActionTraits kTraits{
      .kind = "queues", .of_pf = true, .stage = ActionStage::tuning, .blocks = false};
  PciAddress pf;
  unsigned combined = 0;
  PortChoice port{};
  std::string describe() const {
    return fmt::format("set {} on {}{}", plural(combined, "queue"), pf.str(), port.phrase());
  }
  std::string subject() const { return "queues"; }
  void fields(auto&& field) const {
    const auto& [pf_, combined_, port_] = *this;
    field("pf", pf_), field("combined", combined_), field("port", port_);
  }
  bool operator==(const SetQueues&) const = default;
};
// All MSI vectors of the PF are spread over `cpus`, one by one.
struct PinIrqs {
  static constexpr ActionTraits kTraits{
      .kind = "pin-irqs", .of_pf = true, .stage = ActionStage::interrupts, .blocks = false};
  PciAddress pf;
  CpuSet cpus;
  std::string describe() const {
    return fmt::format("pin interrupts of {} to CPUs {}", pf.str(), cpus.list());
  }
  std::string subject() const { return "interrupts"; }
  void fields(auto&& field) const {
    const auto& [pf_, cpus_] = *this;
    field("pf", pf_), field("cpus", cpus_);
  }
  bool operator==(const PinIrqs&) const = default;
};
// The PM QoS resume latency of each CPU in microseconds, which bounds its idle states at run time
// (admin-guide/pm/cpuidle).
struct LimitIdleLatency {
  static constexpr ActionTraits kTraits{
      .kind = "idle-latency", .of_pf = false, .stage = ActionStage::setup, .blocks = false};
  CpuSet cpus;
  unsigned latency_us = 0;
  std::string describe() const {
    return fmt::format("limit idle latency of CPUs {} to {} us", cpus.list(), latency_us);
  }
  std::string subject() const { return "idle latency of isolated CPUs"; }
  void fields(auto&& field) const {
    const auto& [cpus_, latency_us_] = *this;
    field("cpus", cpus_), field("latency-us", latency_us_);
  }
  bool operator==(const LimitIdleLatency&) const = default;
};

// Queues and interrupts of the controllers of a PF's VFs, and that they are online: NVMe alone has
// such controllers.
struct SetSecondaryControllers {
  static constexpr ActionTraits kTraits{
      .kind = "secondary-controllers", .of_pf = true, .stage = ActionStage::setup, .blocks = false};
  PciAddress pf;
  // For each VF its queues, the admin queue among them; 0: an even share of what the PF has. Only
  // the PF knows what that comes to, so the step is the same wherever the plan is made.
  std::vector<unsigned> queues;
  std::string describe() const;
  std::string subject() const { return "VF controllers"; }
  void fields(auto&& field) const {
    const auto& [pf_, queues_] = *this;
    field("pf", pf_), field("queues", queues_);
  }
  bool operator==(const SetSecondaryControllers&) const = default;
};

// Every action once: first(NAME), then more(NAME) for each of the others.
// clang-format off
#define VFIRST_ACTIONS(first, more) \
  first(LoadModule) \
  more(SetDefaultIrqAffinity) \
  more(AwaitDriver) \
  more(BringUp) \
  more(SetEswitch) \
  more(CreateVfs) \
  more(SetVfAttributes) \
  more(SetVfVectors) \
  more(BindDriver) \
  more(SetCoalescing) \
  more(SetQueues) \
  more(PinIrqs) \
  more(LimitIdleLatency) \
  more(SetSecondaryControllers)
// clang-format on

#define VFIRST_FIRST(name) name
#define VFIRST_MORE(name) , name
using Action = std::variant<VFIRST_ACTIONS(VFIRST_FIRST, VFIRST_MORE)>;
#undef VFIRST_FIRST
#undef VFIRST_MORE

// "create 8 VFs on 0000:3b:00.0": what plan, log and golden say.
std::string describe(const Action&);
// What it changes: of a PF "coalescing", of the host "module vfio-pci".
std::string subject_of(const Action&);
ActionTraits traits_of(const Action&);

// Which action it is among those of a plan, by value. Records and verify are joined by it.
struct ActionId {
  // The kind in its traits.
  std::string kind;
  // The PCI function that it changes, or the module that it loads; "" where it is the whole host's.
  std::string subject;
  // Of the VF, for an action on one VF of the PF `subject`.
  std::optional<unsigned> index;
  auto operator<=>(const ActionId&) const = default;
};
ActionId id_of(const Action&);
// The PF that it belongs to; nothing where it belongs to the whole host.
std::optional<PciAddress> pf_of(const Action&);

}  // namespace vfirst
