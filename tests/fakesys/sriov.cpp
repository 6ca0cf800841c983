// SPDX-License-Identifier: GPL-2.0-or-later
// The SR-IOV and driver-binding half of the fake: drivers/pci/iov.c, drivers/base/bus.c,
// drivers/pci/pci-driver.c.
#include "base/driver_name.hpp"
#include "base/text.hpp"
#include "fakesys/sriov_rules.hpp"
#include "fakesys/sysfs.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <thread>

namespace vfirst::fake {

namespace fs = std::filesystem;

namespace {

std::string line(const std::string& text) {
  return text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
}

// lib/kstrtox.c kstrtoint and its like with base 0: a sign, 0x or 0, one newline at the end. Too
// large is ERANGE there, of which both attributes make EINVAL.
std::optional<std::uint64_t> kernel_number(const std::string& value, std::uint64_t most) {
  auto text = line(value);
  if (text.starts_with('+')) text.erase(0, 1);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const int base = hex ? 16 : text.size() > 1 && text.front() == '0' ? 8 : 10;
  const auto out = parse_number(hex ? text.substr(2) : text, base);
  return out && *out <= most ? out : std::nullopt;
}

// lib/kstrtox.c kstrtobool: the first letter tells, of "on" and "off" the second.
std::optional<bool> boolean(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (std::string_view("1yYtT").contains(text[0])) return true;
  if (std::string_view("0nNfF").contains(text[0])) return false;
  if ((text[0] == 'o' || text[0] == 'O') && text.size() > 1) {
    if (text[1] == 'n' || text[1] == 'N') return true;
    if (text[1] == 'f' || text[1] == 'F') return false;
  }
  return std::nullopt;
}

}  // namespace

Status Sysfs::store_device(
    const std::string& address, const std::string& attribute, const std::string& value) {
  if (attribute == "sriov_numvfs") {
    {
      const std::lock_guard lock(mutex_);
      auto& state = pfs_.at(address);
      if (state.pf.driver_does != Pf::Driver::blocks) return store_numvfs(state, value);
    }
    ++blocked_;
    for (;;)
      std::this_thread::sleep_for(std::chrono::hours(1));  // the driver never comes back
  }
  const std::lock_guard lock(mutex_);
  if (attribute == "driver/unbind")
    return unbind_from(link_name(kDevices + address + "/driver").value_or(""), line(value));
  if (attribute == "sriov_drivers_autoprobe") {
    const auto on = boolean(value);
    if (!on) return error(EINVAL);
    put(kDevices + address + "/" + attribute, *on ? "1" : "0");
    return {};
  }
  if (attribute == "driver_override") {
    put(kDevices + address + "/driver_override", line(value).empty() ? "(null)" : line(value));
    return {};
  }
  if (attribute == "sriov_vf_msix_count") return store_vectors(address, value);
  put(kDevices + address + "/" + attribute, value);
  return {};
}

// iov.c sriov_vf_msix_count_store: the number, what the PF's driver can, then whether the VF is
// free.
Status Sysfs::store_vectors(const std::string& address, const std::string& value) {
  const auto vectors = kernel_number(value, INT_MAX);
  if (!vectors) return error(EINVAL);
  const auto pf = kDevices + pf_of_vf_.at(address);
  if (!exists(pf + "/driver") || number(pf + "/sriov_vf_total_msix").value_or(0) == 0)
    return error(EOPNOTSUPP);
  if (exists(kDevices + address + "/driver")) return error(EBUSY);
  if (*vectors < least_vectors_) return error(EINVAL);
  if (*vectors > most_vectors_) return error(EOVERFLOW);
  // a capability list of one: MSI-X at 0x40
  std::string config(0x80, '\0');
  config[0x34] = 0x40;
  config[0x40] = 0x11;
  config[0x42] = static_cast<char>(*vectors - 1);
  put(kDevices + address + "/config", config);
  return {};
}

// iov.c sriov_numvfs_store, in its order: the number, the limit, the same number, the driver, what
// there is.
Status Sysfs::store_numvfs(State& state, const std::string& value) {
  const auto count = kernel_number(value, UINT16_MAX);
  if (!count) return error(EINVAL);
  if (*count > state.pf.total) return error(ERANGE);
  if (*count == state.vfs) return {};
  if (!exists(kDevices + state.pf.address + "/driver")) return error(ENOENT);
  if (*count == 0) {
    remove_vfs(state);
    return {};
  }
  if (state.vfs != 0) return error(EBUSY);
  if (state.pf.answers) return error(state.pf.answers);
  if (state.pf.driver_does == Pf::Driver::by_name)
    return configure(state, static_cast<unsigned>(*count));
  if (state.pf.busy) {
    --state.pf.busy;
    return error(EAGAIN);
  }
  switch (state.pf.driver_does) {
    case Pf::Driver::no_memory: return error(ENOMEM);
    case Pf::Driver::refuses: return error(EPERM);
    case Pf::Driver::refuses_number: return error(EINVAL);
    // it has no sriov_configure
    case Pf::Driver::makes_none: return error(ENOENT);
    case Pf::Driver::silent: return {};
    case Pf::Driver::silent_while_down:
      if (!state.pf.up) return {};
      break;
    case Pf::Driver::half: make_vfs(state, static_cast<unsigned>(*count) / 2); return {};
    default: break;
  }
  make_vfs(state, static_cast<unsigned>(*count));
  return {};
}

Status Sysfs::configure(State& state, unsigned count) {
  const auto answer = sriov_configure(state.pf, count);
  if (state.pf.busy && --state.pf.busy == 0) state.pf.ails = Pf::Ails::nothing;
  if (answer.error) return error(answer.error);
  if (answer.made) make_vfs(state, answer.made);
  return {};
}

void Sysfs::make_vfs(State& state, unsigned count) {
  state.vfs = count;
  for (unsigned i = 0; i < count; ++i)
    make_vf(state, i);
  put(kDevices + state.pf.address + "/sriov_numvfs", std::to_string(count));
}

void Sysfs::make_vf(const State& state, unsigned index) {
  const auto address = vf(state.pf.address, index);
  const auto folder = kDevices + address;
  pf_of_vf_[address] = state.pf.address;
  // whatever stood there before the last removal is gone
  put(folder + "/driver_override", "(null)");
  put(folder + "/class", state.pf.netdev.empty() ? "0x010802" : "0x020000");
  put(folder + "/sriov_vf_msix_count", "");
  // The PF's vendor and the device ID of its VFs, where this PF shows them.
  const auto pf = kDevices + state.pf.address;
  if (const auto vendor = Root::read(pf + "/vendor")) put(folder + "/vendor", *vendor);
  if (const auto device = Root::read(pf + "/sriov_vf_device"))
    put(folder + "/device", "0x" + *device);
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
  if (state.vfs) ++state.generation;
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
  if (const auto pf = pfs_.find(address); pf != pfs_.end()) return pf->second.home == driver;
  const auto known = drivers_.find(driver);
  return known != drivers_.end() && known->second && pf_of_vf_.contains(address);
}

int Sysfs::probe_error(const std::string& driver, const std::string& address) const {
  if (const auto fails = probe_errors_.find(driver);
      fails != probe_errors_.end() && fails->second.second)
    return fails->second.first;
  return is_vfio_driver(driver) && !exists(kDevices + address + "/iommu_group") ? EINVAL : 0;
}

// Success says only that the device was found.
Status Sysfs::probe(const std::string& address) {
  if (!exists(kDevices + address)) return error(ENODEV);
  if (exists(kDevices + address + "/driver") || !can_probe(address)) return {};
  for (const auto& [name, by_id] : drivers_)
    if (matches(name, address) && !probe_error(name, address)) {
      if (probe_lags_)
        lagging_[address] = name;
      else
        attach(address, name);
      break;
    }
  return {};
}

Status Sysfs::bind(const std::string& driver, const std::string& address) {
  if (const auto late = lagging_.extract(address)) attach(address, late.mapped());
  if (!exists(kDevices + address) || !matches(driver, address)) return error(ENODEV);
  if (exists(kDevices + address + "/driver")) return error(EBUSY);
  if (!can_probe(address)) return error(ENODEV);
  if (const int fails = probe_error(driver, address)) {
    if (const auto counted = probe_errors_.find(driver);
        counted != probe_errors_.end() && counted->second.second)
      --counted->second.second;
    return error(fails);
  }
  attach(address, driver);
  return {};
}

void Sysfs::attach(const std::string& address, const std::string& driver) {
  if (const auto pf = pfs_.find(address); pf != pfs_.end() && driver == pf->second.home)
    return bind_pf(address, driver);
  link_driver(address, driver);
  if (!pf_of_vf_.contains(address) || is_vfio_driver(driver) ||
      Root::read(kDevices + address + "/class") != "0x020000")
    return;
  const auto folder =
      fmt::format("{}{}/net/vf{}", kDevices, address, PciAddress::parse(address)->routing_id());
  put(folder + "/ifindex", std::to_string(1000 + PciAddress::parse(address)->routing_id()));
  put(folder + "/flags", "0x1002");
}

void Sysfs::link_driver(const std::string& address, const std::string& driver) {
  symlink(kDevices + address + "/driver", "../../drivers/" + driver);
  symlink(kDrivers + driver + "/" + address, "../../devices/" + address);
}

// drivers/base/bus.c unbind_store: only a device that this driver has.
Status Sysfs::unbind_from(const std::string& driver, const std::string& address) {
  if (driver.empty() || link_name(kDevices + address + "/driver") != driver) return error(ENODEV);
  if (const auto pf = pfs_.find(address); pf != pfs_.end())
    unbind_pf(pf->second);
  else
    unbind(address);
  return {};
}

void Sysfs::unbind(const std::string& address) {
  const auto driver = link_name(kDevices + address + "/driver");
  if (!driver) return;
  remove(kDevices + address + "/driver");
  remove(kDrivers + *driver + "/" + address);
  remove(kDevices + address + "/net");
}

// The driver's remove(): a network driver takes its VFs along.
void Sysfs::unbind_pf(State& state) {
  if (!state.pf.keeps_vfs) remove_vfs(state);
  unbind(state.pf.address);
  remove(kDevices + state.pf.address + "/msi_irqs");
  for (const auto irq : state.pf.irqs)
    remove(fmt::format("proc/irq/{}", irq));
  state.pf.up = false;
  ++state.unloads;
}

}  // namespace vfirst::fake
