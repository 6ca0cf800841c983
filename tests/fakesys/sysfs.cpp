// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakesys/sysfs.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace vfirst::fake {

namespace fs = std::filesystem;

namespace {

// In memory where there is such a place: a machine is a hundred small files.
fs::path temporary() {
  std::string in_memory = "/dev/shm/vfirst-fakesys.XXXXXX";
  if (!std::getenv("TMPDIR") && ::mkdtemp(in_memory.data())) return in_memory;
  std::string name = (fs::temp_directory_path() / "vfirst-fakesys.XXXXXX").string();
  if (!::mkdtemp(name.data())) std::abort();
  return name;
}

std::string trimmed_line(const std::string& text) {
  return text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace

Sysfs::Sysfs(unsigned cpus) : Root(Fd(-1), {}), cpus_(cpus) {
  static_cast<Root&>(*this) = std::move(*Root::open(temporary()));
  fs::create_directories(path() / kDevices);
  fs::create_directories(path() / kDrivers);
  put("sys/bus/pci/drivers_probe", "");
  put("proc/irq/default_smp_affinity", CpuSet::range(0, cpus - 1).mask());
  for (unsigned cpu = 0; cpu < cpus; ++cpu)
    put(fmt::format("sys/devices/system/cpu/cpu{}/power/pm_qos_resume_latency_us", cpu), "0");
}

Sysfs::~Sysfs() {
  std::error_code ignored;
  fs::remove_all(path(), ignored);
}

void Sysfs::touch() const {
  touched_ = std::chrono::steady_clock::now().time_since_epoch().count();
}
bool Sysfs::busy() const {
  return std::chrono::steady_clock::now().time_since_epoch() -
             std::chrono::steady_clock::duration(touched_.load()) <
         std::chrono::seconds(2);
}

void Sysfs::put(const std::string& file, const std::string& text) {
  fs::create_directories((path() / file).parent_path());
  std::ofstream(path() / file, std::ios::trunc) << text << '\n';
}
void Sysfs::symlink(const std::string& link, const std::string& target) {
  fs::create_directories((path() / link).parent_path());
  fs::remove(path() / link);
  fs::create_symlink(target, path() / link);
}
void Sysfs::remove(const std::string& what) {
  fs::remove_all(path() / what);
}

void Sysfs::add(const Pf& pf) {
  const std::lock_guard lock(mutex_);
  const auto folder = kDevices + pf.address;
  put(folder + "/sriov_totalvfs", std::to_string(pf.total));
  put(folder + "/sriov_numvfs", "0");
  put(folder + "/sriov_drivers_autoprobe", "1");
  put(folder + "/modalias", "pci:v00008086d000010C9sv00008086sd0000A03Cbc02sc00i00");
  put(folder + "/class", pf.netdev.empty() ? "0x010802" : "0x020000");
  pfs_[pf.address] = {pf, pf.driver.empty() ? "igb" : pf.driver};
  put(folder + "/driver_override", "(null)");
  if (!pf.driver.empty()) bind_pf(pf.address, pf.driver);
}

void Sysfs::add_driver(const std::string& name) {
  const std::lock_guard lock(mutex_);
  fs::create_directories(path() / (kDrivers + name));
  put(kDrivers + name + "/bind", "");
  put(kDrivers + name + "/unbind", "");
  drivers_.try_emplace(name, false);
}
void Sysfs::add_vf_driver(const std::string& name) {
  const std::lock_guard lock(mutex_);
  drivers_[name] = true;
  add_driver(name);
}

void Sysfs::bind_pf(const std::string& address, const std::string& driver) {
  const std::lock_guard lock(mutex_);
  add_driver(driver);
  link_driver(address, driver);
  auto& pf = pfs_.at(address).pf;
  pf.driver = driver;
  pfs_.at(address).home = driver;
  for (const auto irq : pf.irqs)
    put(fmt::format("{}{}/msi_irqs/{}", kDevices, address, irq), "msix");
  if (!pf.netdev.empty()) {
    const auto folder = fmt::format("{}{}/net/{}", kDevices, address, pf.netdev);
    put(folder + "/ifindex", std::to_string(pf.ifindex));
    put(folder + "/flags", pf.up ? "0x1003" : "0x1002");
  }
  if (pf.up || pf.managed) request_irqs(pf);
}

void Sysfs::reload_pf(const std::string& address) {
  const std::lock_guard lock(mutex_);
  auto& state = pfs_.at(address);
  unbind_pf(state);
  bind_pf(address, state.home);
}

void Sysfs::raise_port(unsigned ifindex) {
  const std::lock_guard lock(mutex_);
  for (auto& [address, state] : pfs_)
    if (state.pf.ifindex == ifindex && !state.pf.netdev.empty()) {
      state.pf.up = true;
      put(fmt::format("{}{}/net/{}/flags", kDevices, address, state.pf.netdev), "0x1003");
      request_irqs(state.pf);
    }
}

void Sysfs::request_irqs(const Pf& pf) {
  for (std::size_t i = 0; i < pf.irqs.size(); ++i) {
    const auto file = fmt::format("proc/irq/{}/smp_affinity_list", pf.irqs[i]);
    // its affinity outlives down and up
    if (exists(file)) continue;
    const auto born =
        CpuSet::parse_mask(trimmed(Root::read("proc/irq/default_smp_affinity").value_or("0")));
    put(file, born->list());
    if (pf.managed_shown && i >= pf.unmanaged) ::chmod((path() / file).c_str(), 0444);
  }
}

void Sysfs::guest_opens(const std::string& vf, const std::string& comm) {
  put("proc/812/comm", comm);
  symlink(
      "proc/812/fd/5", "/dev/vfio/" + link_name(kDevices + vf + "/iommu_group").value_or("none"));
}

std::vector<std::string> Sysfs::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}
void Sysfs::forget_writes() {
  const std::lock_guard lock(mutex_);
  writes_.clear();
}

std::string Sysfs::vf(const std::string& pf, unsigned index) const {
  const auto& one = pfs_.at(pf).pf;
  return PciAddress::parse(pf)->vf(index, one.offset, one.stride)->str();
}

Result<std::string> Sysfs::read(std::string_view file) const {
  touch();
  const std::lock_guard lock(mutex_);
  return Root::read(file);
}

Status Sysfs::write(std::string_view file, std::string_view value) const {
  touch();
  if (!file.starts_with('/') && !exists(file)) return error(ENOENT);
  {
    const std::lock_guard lock(mutex_);
    writes_.push_back(fmt::format("{} <- {}", file, value == "\n" ? "\\n" : value));
  }
  // kernfs hands no empty write on
  if (value.empty() && file.starts_with("sys/")) return {};
  // Root's write is const since it changes the machine, not the object; here they are the same
  // thing.
  return const_cast<Sysfs*>(this)->store(std::string(file), std::string(value));
}

Status Sysfs::store(const std::string& file, const std::string& value) {
  if (file.starts_with(kDevices)) {
    const auto rest = file.substr(kDevices.size());
    const auto slash = rest.find('/');
    return store_device(rest.substr(0, slash), rest.substr(slash + 1), value);
  }
  const std::lock_guard lock(mutex_);
  if (file == "sys/bus/pci/drivers_probe") return probe(trimmed_line(value));
  if (file.starts_with(kDrivers)) {
    const auto rest = file.substr(kDrivers.size());
    const auto slash = rest.find('/');
    const auto driver = rest.substr(0, slash);
    return rest.substr(slash + 1) == "bind" ? bind(driver, trimmed_line(value))
                                            : unbind_from(driver, trimmed_line(value));
  }
  if (file.starts_with("proc/irq/")) return store_affinity(file, value);
  if (file.ends_with("/pm_qos_resume_latency_us") && value != "n/a" && !parse_number(value))
    return error(EINVAL);
  put(file, value);
  return {};
}

// kernel/irq/proc.c write_irq_affinity: a managed one EPERM first of all, beyond nr_cpu_ids ERANGE,
// no online CPU EINVAL, and whatever the interrupt chip says when it has no vector left.
Status Sysfs::store_affinity(const std::string& file, const std::string& value) {
  for (const auto& [address, state] : pfs_)
    for (std::size_t i = state.pf.unmanaged; i < state.pf.irqs.size(); ++i)
      if (state.pf.managed &&
          file == fmt::format("proc/irq/{}/smp_affinity_list", state.pf.irqs[i]))
        return error(state.pf.managed_error);
  const bool mask = file.ends_with("default_smp_affinity");
  auto text = trimmed_line(value);
  // lib/bitmap-str.c: any number of commas parts two ranges
  if (!mask) {
    std::string ranges;
    for (const auto one : split(text, ','))
      if (!one.empty()) ranges += (ranges.empty() ? "" : ",") + std::string(one);
    text = ranges;
  }
  const auto set = mask ? CpuSet::parse_mask(text) : CpuSet::parse_list(text);
  if (!set) return error(EINVAL);
  if (set->last().value_or(0) >= cpus_) return error(mask ? EOVERFLOW : ERANGE);
  if (std::ranges::all_of(set->members(), [&](unsigned cpu) { return offline_.contains(cpu); }))
    return error(EINVAL);
  // A set of CPUs is refused where none of them has a free vector.
  if (!mask &&
      std::ranges::all_of(set->members(), [&](unsigned cpu) { return full_.contains(cpu); }))
    return error(ENOSPC);
  put(file, mask ? set->mask() : set->list());
  return {};
}

const Sysfs::State* Sysfs::state_of(unsigned ifindex) const {
  const auto found = std::ranges::find_if(pfs_, [&](const auto& one) {
    return one.second.pf.ifindex == ifindex && !one.second.pf.netdev.empty();
  });
  return found == pfs_.end() ? nullptr : &found->second;
}

unsigned Sysfs::vfs_of(unsigned ifindex) const {
  const std::lock_guard lock(mutex_);
  const auto* state = state_of(ifindex);
  return state ? state->vfs : 0;
}

unsigned Sysfs::unloads(unsigned ifindex) const {
  const std::lock_guard lock(mutex_);
  const auto* state = state_of(ifindex);
  return state ? state->unloads : 0;
}

unsigned Sysfs::generation(unsigned ifindex) const {
  const std::lock_guard lock(mutex_);
  const auto* state = state_of(ifindex);
  return state ? state->generation : 0;
}

}  // namespace vfirst::fake
