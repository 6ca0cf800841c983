// SPDX-License-Identifier: GPL-2.0-or-later
// The SR-IOV and driver-binding half of the fake: drivers/pci/iov.c, drivers/base/bus.c, drivers/pci/pci-driver.c.
#include "base/text.hpp"
#include "fakesys/sysfs.hpp"

#include <cerrno>
#include <thread>

namespace vfirst::fake {

namespace fs = std::filesystem;

namespace {
const std::string kDevices = "sys/bus/pci/devices/";
const std::string kDrivers = "sys/bus/pci/drivers/";
std::unexpected<Error> error(int number) { return failed(number, "fake"); }
}  // namespace

Status Sysfs::store_device(const std::string& address, const std::string& attribute, const std::string& value) {
  if (attribute == "sriov_numvfs") {
    {
      const std::lock_guard lock(mutex_);
      auto& state = pfs_.at(address);
      if (state.pf.driver_does != Pf::Driver::blocks) return store_numvfs(state, value);
    }
    ++blocked_;
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1)); // the driver never comes back
  }
  const std::lock_guard lock(mutex_);
  if (attribute == "driver/unbind") {
    if (value != address) return error(ENODEV);
    unbind(address);
    return {};
  }
  if (attribute == "sriov_drivers_autoprobe" && value != "0" && value != "1") return error(EINVAL);
  if (attribute == "driver_override") {
    if (value.empty()) return {};                                // measured: an empty write clears nothing
    put(kDevices + address + "/driver_override", value == "\n" ? "(null)" : value);
    return {};
  }
  if (attribute == "sriov_vf_msix_count") {
    const auto pf = kDevices + pf_of_vf_.at(address);
    if (exists(kDevices + address + "/driver")) return error(EBUSY);
    if (!exists(pf + "/sriov_vf_total_msix") || number(pf + "/sriov_vf_total_msix") == 0) return error(EOPNOTSUPP);
    const auto vectors = parse_number(value).value_or(0);
    std::string config(0x80, '\0');                              // a capability list of one: MSI-X at 0x40
    config[0x34] = 0x40;
    config[0x40] = 0x11;
    config[0x42] = static_cast<char>(vectors - 1);
    put(kDevices + address + "/config", config);
    return {};
  }
  put(kDevices + address + "/" + attribute, value);
  return {};
}

// iov.c sriov_numvfs_store, in its order: the number, the limit, the same number, the driver, what there is.
Status Sysfs::store_numvfs(State& state, const std::string& value) {
  const auto count = parse_number(value);
  if (!count) return error(EINVAL);
  if (*count > state.pf.total) return error(ERANGE);
  if (*count == state.vfs) return {};
  if (!exists(kDevices + state.pf.address + "/driver")) return error(ENOENT);
  if (*count == 0) {
    remove_vfs(state);
    return {};
  }
  if (state.vfs != 0) return error(EBUSY);
  switch (state.pf.driver_does) {
    case Pf::Driver::no_memory: return error(ENOMEM);
    case Pf::Driver::refuses: return error(EPERM);
    case Pf::Driver::silent: return {};
    case Pf::Driver::silent_while_down: if (!state.pf.up) return {}; break;
    case Pf::Driver::half: make_vfs(state, static_cast<unsigned>(*count) / 2); return {};
    default: break;
  }
  make_vfs(state, static_cast<unsigned>(*count));
  return {};
}

void Sysfs::make_vfs(State& state, unsigned count) {
  state.vfs = count;
  for (unsigned i = 0; i < count; ++i) make_vf(state, i);
  put(kDevices + state.pf.address + "/sriov_numvfs", std::to_string(count));
}

void Sysfs::make_vf(const State& state, unsigned index) {
  const auto address = vf(state.pf.address, index);
  const auto folder = kDevices + address;
  pf_of_vf_[address] = state.pf.address;
  put(folder + "/driver_override", "(null)");                    // whatever stood there before the last removal is gone
  put(folder + "/class", state.pf.netdev.empty() ? "0x010802" : "0x020000");
  put(folder + "/sriov_vf_msix_count", "");
  symlink(folder + "/physfn", "../" + state.pf.address);
  symlink(fmt::format("{}{}/virtfn{}", kDevices, state.pf.address, index), "../" + address);
  if (state.pf.iommu) {
    const auto group = std::to_string(groups_++);
    fs::create_directories(path() / ("sys/kernel/iommu_groups/" + group));
    symlink(folder + "/iommu_group", "../../../../kernel/iommu_groups/" + group);
  }
  [[maybe_unused]] const auto probed = probe(address);
}

void Sysfs::remove_vfs(State& state) {
  for (unsigned i = 0; i < state.vfs; ++i) {
    const auto address = vf(state.pf.address, i);
    unbind(address);
    remove(kDevices + address);
    remove(fmt::format("{}{}/virtfn{}", kDevices, state.pf.address, i));
    pf_of_vf_.erase(address);
  }
  state.vfs = 0;
  put(kDevices + state.pf.address + "/sriov_numvfs", "0");
}

// pci_device_can_probe: a VF needs its PF's autoprobe, or an override.
bool Sysfs::can_probe(const std::string& address) const {
  const auto pf = pf_of_vf_.find(address);
  if (pf == pf_of_vf_.end()) return true;
  return Root::read(kDevices + address + "/driver_override").value_or("(null)") != "(null)" ||
         Root::read(kDevices + pf->second + "/sriov_drivers_autoprobe").value_or("1") == "1";
}

bool Sysfs::matches(const std::string& driver, const std::string& address) const {
  const auto forced = Root::read(kDevices + address + "/driver_override").value_or("(null)");
  if (forced != "(null)") return forced == driver;
  const auto known = drivers_.find(driver);
  return known != drivers_.end() && known->second && pf_of_vf_.contains(address);
}

bool Sysfs::probe_fails(const std::string& driver, const std::string& address) const {
  return driver.starts_with("vfio") && !exists(kDevices + address + "/iommu_group");
}

// Success says only that the device was found.
Status Sysfs::probe(const std::string& address) {
  if (!exists(kDevices + address)) return error(ENODEV);
  if (exists(kDevices + address + "/driver") || !can_probe(address)) return {};
  for (const auto& [name, by_id] : drivers_)
    if (matches(name, address) && !probe_fails(name, address)) {
      attach(address, name);
      break;
    }
  return {};
}

Status Sysfs::bind(const std::string& driver, const std::string& address) {
  if (!exists(kDevices + address) || !matches(driver, address)) return error(ENODEV);
  if (exists(kDevices + address + "/driver")) return error(EBUSY);
  if (!can_probe(address)) return error(ENODEV);
  if (probe_fails(driver, address)) return error(EINVAL);
  attach(address, driver);
  return {};
}

void Sysfs::attach(const std::string& address, const std::string& driver) {
  symlink(kDevices + address + "/driver", "../../drivers/" + driver);
  symlink(kDrivers + driver + "/" + address, "../../devices/" + address);
  if (!pf_of_vf_.contains(address) || driver.starts_with("vfio") || Root::read(kDevices + address + "/class") != "0x020000") return;
  const auto folder = fmt::format("{}{}/net/vf{}", kDevices, address, PciAddress::parse(address)->routing_id());
  put(folder + "/ifindex", std::to_string(1000 + PciAddress::parse(address)->routing_id()));
  put(folder + "/flags", "0x1002");
}

// The unbind file is reached through the device's driver link; without one there is nothing to write to.
void Sysfs::unbind(const std::string& address) {
  const auto driver = link_name(kDevices + address + "/driver");
  if (!driver) return;
  remove(kDevices + address + "/driver");
  remove(kDrivers + *driver + "/" + address);
  remove(kDevices + address + "/net");
}

}  // namespace vfirst::fake
