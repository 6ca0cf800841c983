// SPDX-License-Identifier: GPL-2.0-or-later
// The name of a plan: over its arguments and over the kind, the fields and the order of its steps.
// No sentence goes into it, so that words may change while a host's trial is under way.
#include "base/fnv.hpp"
#include "plan/legacy.hpp"
#include "plan/plan.hpp"
#include "policy/vf_keys.hpp"

#include <algorithm>

namespace vfirst {

namespace {

class Encoder {
 public:
  std::string str() const { return fnv_.str(); }

  void argument(const PlannedArg& arg) {
    fnv_.add("argument");
    fnv_.add(arg.key);
    if (arg.value) fnv_.add("=" + *arg.value);
  }

  // `after`: the positions of the steps before it, among those that are part of the hash.
  void step(const Step& step, const std::vector<std::size_t>& after) {
    fnv_.add("step");
    std::visit(
        [&](const auto& action) {
          fnv_.add(action.kTraits.kind);
          members(action);
        },
        step.action);
    for (const auto before : after)
      number(before);
  }

 private:
  // A field that has its default value is left out: one that a later version adds then does not
  // rename the plans that do not use it.
  template <class T>
  void field(std::string_view name, const T& value) {
    if (value == T{}) return;
    fnv_.add(name);
    add(value);
  }
  template <class Record>
  void members(const Record& record) {
    record.fields([&](std::string_view name, const auto& value) { field(name, value); });
    fnv_.add("end");
  }

  void number(std::uint64_t value) { fnv_.add(std::to_string(value)); }
  void add(bool value) { fnv_.add(value ? "yes" : "no"); }
  void add(unsigned value) { number(value); }
  void add(const std::string& value) { fnv_.add(value); }
  void add(const PciAddress& value) { fnv_.add(value.str()); }
  void add(const MacAddress& value) { fnv_.add(value.str()); }
  void add(const Guid& value) { fnv_.add(value.str()); }
  void add(const CpuSet& value) { fnv_.add(value.list()); }
  void add(const PortChoice& value) {
    field("port", value.port);
    field("ifname", value.ifname);
    field("mac", value.mac);
    fnv_.add("end");
  }
  void add(const VfDriver& value) { fnv_.add(value.str()); }
  void add(LinkState value) {
    switch (value) {
      case LinkState::automatic: return fnv_.add("auto");
      case LinkState::enable: return fnv_.add("enable");
      case LinkState::disable: return fnv_.add("disable");
    }
  }
  void add(VlanProtocol value) {
    switch (value) {
      case VlanProtocol::dot1q: return fnv_.add("802.1Q");
      case VlanProtocol::dot1ad: return fnv_.add("802.1ad");
    }
  }
  // Their fields have the names of the policy's keys.
  void add(const SetVfAttributes::Vf& vf) {
    field("index", vf.index);
    field("mac", vf.mac);
    field("stable-mac", vf.stable_mac);
    field("guid", vf.guid);
    field("stable-guid", vf.stable_guid);
    for_each_attribute([&](const auto& row) { field(row.key, vf.*row.payload); });
    fnv_.add("end");
  }
  void add(const Coalescing& value) {
    for_each_coalescing([&](const auto& row) { field(row.key, value.*row.payload); });
    fnv_.add("end");
  }
  template <class T>
  void add(const std::optional<T>& value) {
    add(*value);
  }
  template <class T>
  void add(const std::vector<T>& values) {
    number(values.size());
    for (const auto& value : values)
      add(value);
  }

  Fnv fnv_;
};

}  // namespace

bool Plan::loads_chosen_driver(const Step& step) const {
  const auto* load = std::get_if<LoadModule>(&step.action);
  if (!load) return false;
  const auto binds = [&](bool chosen) {
    return std::ranges::any_of(steps, [&](const Step& other) {
      const auto* bind = std::get_if<BindDriver>(&other.action);
      return bind && bind->driver.is_best() == chosen && bind->driver.name() == load->name;
    });
  };
  return binds(true) && !binds(false);
}

std::string Plan::hash() const {
  Encoder encoder;
  for (const auto& arg : kargs)
    encoder.argument(arg);
  // The position in the hash of each step that is part of it.
  std::vector<std::optional<std::size_t>> places;
  std::size_t next = 0;
  for (const auto& step : steps) {
    const auto* bind = std::get_if<BindDriver>(&step.action);
    std::vector<std::size_t> after;
    for (const auto before : step.after)
      // Whether the chosen driver is one that the policy names as well is the kernel's choice, too.
      if (places[before] && !(bind && bind->driver.is_best() &&
                              std::holds_alternative<LoadModule>(steps[before].action)))
        after.push_back(*places[before]);
    const bool part = !loads_chosen_driver(step);
    places.push_back(part ? std::optional(next++) : std::nullopt);
    if (part) encoder.step(step, after);
  }
  return encoder.str();
}

bool Plan::known_as(std::string_view stored) const {
  return !stored.empty() && (stored == hash() || stored == legacy::hash(*this));
}

}  // namespace vfirst
