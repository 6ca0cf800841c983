// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/guest.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "base/xml.hpp"
#include "steps/apply.hpp"
#include "steps/device.hpp"
#include "steps/irqs.hpp"
#include "steps/late_irqs.hpp"

#include <algorithm>
#include <set>

namespace vfirst {

namespace {

using namespace std::chrono_literals;

// <address domain='0x0000' bus='0x41' slot='0x10' function='0x0'/>; USB and SCSI addresses have no
// slot.
std::optional<PciAddress> host_address(const XmlTag& tag) {
  const auto domain = tag.attribute("domain");
  const auto bus = parse_number(tag.attribute("bus"), 16),
             slot = parse_number(tag.attribute("slot"), 16),
             function = parse_number(tag.attribute("function"), 16);
  const auto where = domain.empty() ? std::optional<std::uint64_t>(0) : parse_number(domain, 16);
  if (!where || !bus || !slot || !function) return std::nullopt;
  const auto address =
      PciAddress::parse(fmt::format("{:04x}:{:02x}:{:02x}.{:x}", *where, *bus, *slot, *function));
  return address ? std::optional(*address) : std::nullopt;
}

// What the kernel isolates in this boot, whoever asked for it; the plan may differ.
CpuSet list_of(const Root& root, std::string_view file) {
  const auto text = root.read(file).value_or("");
  const auto set = CpuSet::parse_list(trimmed(text));
  return set ? *set : CpuSet{};
}

CpuSet isolated_near(const Root& root, const PciAddress& device) {
  const auto isolated = list_of(root, kernel_paths::kIsolatedCpus);
  const auto node = root.read(steps::device_path(device, "numa_node")).value_or("-1");
  // "-1" is no number here: the firmware names no node.
  if (const auto number = parse_number(trimmed(node))) {
    const auto near =
        isolated & list_of(root, fmt::format("sys/devices/system/node/node{}/cpulist", *number));
    if (!near.empty()) return near;
  }
  return isolated;
}

}  // namespace

Result<CpuSet> parse_cpuset(std::string_view text) {
  CpuSet out;
  for (auto piece : split(text, ',')) {
    piece = trimmed(piece);
    const bool without = piece.starts_with('^');
    if (without) piece.remove_prefix(1);
    const auto set = CpuSet::parse_list(piece);
    if (!set || set->empty()) return refuse("'{}' is not a list of CPUs", text);
    if (without)
      out -= *set;
    else
      out |= *set;
  }
  return out;
}

Result<Guest> parse_guest(std::string_view xml) {
  Guest guest;
  CpuSet pinned, allowed;
  bool is_domain = false;
  for (const auto& tag : VFIRST_TRY(xml_tags(xml))) {
    if (tag.within.empty()) is_domain = tag.name == "domain";
    if (tag.name == "vcpupin" && tag.inside("cputune")) {
      if (const auto cpus = parse_cpuset(tag.attribute("cpuset"))) pinned |= *cpus;
    } else if (tag.name == "vcpu" && tag.inside("domain")) {
      if (const auto cpus = parse_cpuset(tag.attribute("cpuset"))) allowed = *cpus;
    } else if (tag.name == "address" && tag.inside("source")) {
      if (const auto device = host_address(tag);
          device && std::ranges::find(guest.devices, *device) == guest.devices.end())
        guest.devices.push_back(*device);
    }
  }
  if (!is_domain) return refuse("this is not a libvirt domain");
  guest.cpus = pinned.empty() ? allowed : pinned;
  return guest;
}

std::vector<GuestDevice> guest_devices(const Guest& guest, const Root& root) {
  const auto text = root.read(kIrqsFile).value_or("");
  std::set<std::string_view> ours;
  for (const auto line : split(text, '\n'))
    ours.insert(line);
  std::vector<GuestDevice> out;
  for (const auto& device : guest.devices) {
    const auto pf = root.link_name(steps::device_path(device, "physfn"));
    if (!pf || !ours.contains(*pf + "/vfs")) continue;
    out.push_back({device, guest.cpus.empty() ? isolated_near(root, device) : guest.cpus});
  }
  return out;
}

GuestReport pin_guest(
    const std::vector<GuestDevice>& devices, const Machine& machine, Events::Time budget,
    Events::Time quiet) {
  GuestReport report;
  const auto deadline = machine.events.now() + budget;
  // Of the last change.
  auto since = machine.events.now();
  auto pause = Events::Time(100ms);
  std::vector<std::string> before;
  for (;;) {
    report.vectors = report.pinned = 0;
    report.causes.clear();
    std::vector<std::string> seen;
    bool gone = true;
    unsigned complete = 0;
    for (const auto& [device, cpus] : devices) {
      if (!machine.root.exists(steps::device_path(device))) continue;
      gone = false;
      if (cpus.empty()) {
        ++complete;
        continue;
      }
      const auto irqs = machine.root.list(steps::device_path(device, "msi_irqs"))
                            .value_or(std::vector<std::string>{});
      seen.insert(seen.end(), irqs.begin(), irqs.end());
      if (irqs.empty()) continue;
      const auto done = steps::pin_irqs({device, cpus}, machine);
      report.writes += done.outcome.writes;
      report.vectors += done.vectors;
      report.pinned += done.pinned;
      if (done.outcome.state == StepState::failed) report.causes.push_back(done.outcome.cause);
      ++complete;
    }
    const auto now = machine.events.now();
    if (seen != before) since = now, pause = 100ms;
    before = std::move(seen);
    if (gone || now >= deadline || (complete == devices.size() && now - since >= quiet))
      return report;
    machine.events.wait(std::min(deadline, now + pause), true);
    pause = std::min(Events::Time(1s), pause * 2);
  }
}

}  // namespace vfirst
