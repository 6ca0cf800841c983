// SPDX-License-Identifier: GPL-2.0-or-later
// The hardware of a made-up host, its IOMMU groups, and its network.
#include "unit/steps/random_host.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst::test {

namespace {

struct NicFamily {
  const char *driver, *ids, *vf_device;
};
constexpr NicFamily kNicFamilies[] = {
    {"ice", "8086:1592", "1889"},     {"i40e", "8086:1572", "154c"},
    {"igb", "8086:1521", "1520"},     {"mlx5_core", "15b3:101d", "101e"},
    {"bnxt_en", "14e4:1750", "1806"},
};

std::string up_to_sys(const std::string& above) {
  // One step up for each folder of the path, and one for "devices".
  std::string out = "../";
  for (const char c : above)
    if (c == '/') out += "../";
  return out + "../";
}

}  // namespace

Dice RandomHost::dice(Part part) const {
  return Dice(seed_ * 131 + part);
}

RandomHost::RandomHost(unsigned seed, unsigned without) : seed_(seed), without_(without) {
  auto& sysfs = fake.sysfs;
  sysfs.put("sys/devices/system/cpu/online", "0-7");
  sysfs.put("proc/meminfo", "MemTotal: 67108864 kB");
  sysfs.put("sys/firmware/acpi/tables/DMAR", "");
  // Matches every VF by its id, whatever its family is.
  sysfs.add_vf_driver("iavf");
  fake.modules.available = {"vfio-pci", "mlx5_vfio_pci", "pci-stub"};
  cards();
  drives();
  existing_vfs();
  iommu_groups();
  root();
  more_roles();
  network_of_the_host();
  sysfs.put("proc/self/mountinfo", mounts_);
  sysfs.put("run/vfirst/capture/routes", routes_);
  sysfs.put("proc/cmdline", words_);
  sysfs.forget_writes();
}

void RandomHost::cards() {
  Dice dice(seed_ * 131);
  const auto count = dice.from(2, 3);
  for (unsigned card = 0; card < count; ++card) {
    const auto& family = kNicFamilies[dice.from(0, std::size(kNicFamilies) - 1)];
    const auto bus = 0x20 + 0x10 * card;
    const auto ports = dice.from(1, 2);
    for (unsigned number = 0; number < ports; ++number) {
      RandomFunction nic;
      nic.address = *PciAddress::parse(fmt::format("0000:{:02x}:00.{}", bus, number));
      nic.above = fmt::format("pci0000:{0:02x}/0000:{0:02x}:02.0", bus - 1);
      nic.driver = family.driver;
      nic.port = fmt::format("ens{}f{}", card, number);
      nic.mac = *MacAddress::parse(fmt::format("b4:96:91:00:{:02x}:{:02x}", card, number));
      nic.total = dice.from(1, 4);
      nics_.push_back(functions.size());
      add(nic, family.ids, family.vf_device);
    }
  }
}

void RandomHost::drives() {
  Dice dice(seed_ * 131 + 129);
  const auto drives = dice.from(2, 3);
  for (unsigned i = 0; i < drives; ++i) {
    RandomFunction drive;
    drive.address = *PciAddress::parse(fmt::format("0000:{:02x}:00.0", 0x81 + i));
    drive.above = fmt::format("pci0000:80/0000:80:0{}.0", i + 1);
    drive.driver = "nvme";
    drive.total = dice.from(1, 4);
    drives_.push_back(functions.size());
    add(drive, "144d:a824", "a824");
  }
  // SATA and SAS, which make no VFs.
  for (const auto* place : {"0000:00:17.0", "0000:a1:00.0"}) {
    RandomFunction controller;
    controller.address = *PciAddress::parse(place);
    controller.above = place[5] == 'a' ? "pci0000:a0/0000:a0:01.0" : "pci0000:00";
    controllers_.push_back(functions.size());
    add(controller, place[5] == 'a' ? "1000:00e6" : "8086:a182", "");
  }
}

std::string RandomHost::folder(const RandomFunction& function) const {
  return "sys/bus/pci/devices/" + function.address.str();
}
std::string RandomHost::device_link(
    const RandomFunction& function, const std::string& below) const {
  return fmt::format("../../devices/{}/{}/{}", function.above, function.address.str(), below);
}

void RandomHost::add(RandomFunction function, std::string_view ids, std::string_view vf_device) {
  auto& sysfs = fake.sysfs;
  const auto number = static_cast<unsigned>(functions.size());
  const auto at = folder(function);
  // The fake has the functions below the bus; sysfs has them on their paths.
  sysfs.symlink(
      fmt::format("sys/devices/{}/{}", function.above, function.address.str()),
      up_to_sys(function.above) + "bus/pci/devices/" + function.address.str());
  function.group = 100 + number;
  function.ifindex = 10 + number;
  if (!function.driver.empty()) {
    for (unsigned i = 0; i < 3; ++i)
      function.irqs.push_back(100 + 4 * number + i);
    fake::Pf pf;
    pf.address = function.address.str();
    pf.driver = function.driver;
    pf.driver_does = fake::Pf::Driver::by_name;
    pf.total = function.total;
    pf.offset = 16, pf.stride = 2;
    pf.netdev = function.port;
    pf.ifindex = function.ifindex;
    pf.irqs = function.irqs;
    if (!function.is_nic()) pf.managed = pf.managed_shown = true;
    sysfs.add(pf);
    sysfs.put(at + "/sriov_offset", "16");
    sysfs.put(at + "/sriov_stride", "2");
    sysfs.put(at + "/sriov_vf_device", std::string(vf_device));
  } else {
    sysfs.put(at + "/class", ids.starts_with("1000") ? "0x010700" : "0x010601");
  }
  sysfs.put(at + "/vendor", fmt::format("0x{}", ids.substr(0, 4)));
  sysfs.put(at + "/device", fmt::format("0x{}", ids.substr(5)));
  if (function.is_nic()) {
    const auto net = fmt::format("{}/net/{}", at, function.port);
    sysfs.put(net + "/address", function.mac.str());
    sysfs.put(net + "/addr_assign_type", "0");
    sysfs.symlink("sys/class/net/" + function.port, device_link(function, "net/" + function.port));
    ports_.push_back({function.port, functions.size(), {}, {}});
    auto& port = fake.net.port(function.ifindex);
    port.mac = function.mac;
    port.every_setting = true;
    port.driver = function.driver;
    port.moderation = fake::fresh_moderation(function.driver);
    port.coalescing = port.moderation.answers;
    auto& embedded = fake.net.eswitch(function.address.str());
    using Changes = fake::Switch::Changes;
    embedded.changes = function.driver == "ice"         ? Changes::without_vfs
                       : function.driver == "mlx5_core" ? Changes::without_bound_vfs
                                                        : Changes::never;
    if (function.driver == "ice" || function.driver == "mlx5_core")
      sysfs.put(at + "/sriov_vf_total_msix", "1024");
  }
  functions.push_back(std::move(function));
}

PciAddress RandomHost::vf(const RandomFunction& pf, unsigned index) const {
  return *pf.address.vf(index, 16, 2);
}

const RandomFunction* RandomHost::owner(const PciAddress& address) const {
  for (const auto& function : functions) {
    if (function.address == address) return &function;
    for (unsigned i = 0; i < function.total; ++i)
      if (vf(function, i) == address) return &function;
  }
  return nullptr;
}

bool RandomHost::may_be_hidden_carrier(const RandomFunction& function) const {
  switch (hidden) {
    case Hidden::nothing: return false;
    case Hidden::storage: return !function.is_nic();
    case Hidden::network: return function.is_nic();
    case Hidden::any: return true;
  }
  return true;
}

// Some PFs have VFs from an earlier boot's tool; a NIC's may have netdevs of the host.
void RandomHost::existing_vfs() {
  auto roll = dice(kVfs);
  for (std::size_t i = 0; i < functions.size(); ++i) {
    auto& pf = functions[i];
    const bool wanted = roll.one_in(3), bound = roll.one_in(2);
    const auto count = roll.from(1, std::max(1u, pf.total));
    if (!wanted || !pf.total || !has(kVfs)) continue;
    auto& sysfs = fake.sysfs;
    if (pf.is_nic()) sysfs.raise_port(pf.ifindex);
    if (!pf.is_nic() || !bound) [[maybe_unused]]
      const auto off = sysfs.write(folder(pf) + "/sriov_drivers_autoprobe", "0");
    if (!sysfs.write(folder(pf) + "/sriov_numvfs", std::to_string(count))) continue;
    pf.existing = count;
    story += fmt::format("; {} has {} VFs", pf.address.str(), count);
    for (unsigned n = 0; n < count; ++n) {
      const auto one = vf(pf, n);
      sysfs.symlink(
          fmt::format("sys/devices/{}/{}", pf.above, one.str()),
          up_to_sys(pf.above) + "bus/pci/devices/" + one.str());
      if (!pf.is_nic() || !bound) continue;
      const auto name = fmt::format("vf{}", one.routing_id());
      sysfs.symlink(
          "sys/class/net/" + name,
          fmt::format("../../devices/{}/{}/net/{}", pf.above, one.str(), name));
      ports_.push_back({name, i, one, {}});
    }
  }
}

void RandomHost::iommu_groups() {
  auto roll = dice(kGroups);
  const auto mode = roll.from(0, 4);
  if (mode == 0 || !has(kGroups)) return;
  for (auto& function : functions) {
    // The functions of one card, or whatever is behind one root port that does not isolate.
    if (mode == 3)
      for (const auto& other : functions)
        if (other.address.bus == function.address.bus) {
          function.group = other.group;
          break;
        }
    if (mode == 4) function.group = 100 + roll.from(0, static_cast<unsigned>(functions.size()));
    groups[function.group].insert(function.address);
  }
  for (const auto& function : functions)
    for (unsigned i = 0; i < function.existing; ++i) {
      auto group = 500 + 16 * function.ifindex + i;
      if (mode >= 3 && roll.one_in(3)) group = function.group;
      if (mode == 4 && roll.one_in(6)) group = functions[roll.from(0, 2)].group;
      groups[group].insert(vf(function, i));
    }
  for (const auto& [group, members] : groups)
    for (const auto& member : members)
      fake.sysfs.put(fmt::format("sys/kernel/iommu_groups/{}/devices/{}", group, member.str()), "");
  if (mode > 2) story += fmt::format("; groups {}", mode);
}

}  // namespace vfirst::test
