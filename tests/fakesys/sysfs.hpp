// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A sysfs and procfs whose writes answer as the kernel does: drivers/pci/iov.c and pci-driver.c,
// kernel/irq/proc.c, as measured on 6.12 with QEMU's igb and nvme.

#include "base/cpu_set.hpp"
#include "base/pci_address.hpp"
#include "base/result.hpp"
#include "fakesys/pf.hpp"
#include "host/root.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace vfirst::fake {

inline const std::string kDevices = "sys/bus/pci/devices/", kDrivers = "sys/bus/pci/drivers/";
// What a system call of this machine answers.
inline std::unexpected<Error> error(int number) {
  return failed(number, "fake");
}

class Sysfs : public Root {
 public:
  explicit Sysfs(unsigned cpus = 8);
  Sysfs(const Sysfs&) = delete;
  ~Sysfs() override;

  void add(const Pf& pf);
  // matches every VF by its id, as igbvf does
  void add_vf_driver(const std::string& name);
  // matches by override only, as vfio-pci does
  void add_driver(const std::string& name);
  void bind_pf(const std::string& address, const std::string& driver);
  // driver out and in: VFs gone, autoprobe as it was
  void reload_pf(const std::string& address);
  void raise_port(unsigned ifindex);
  void guest_opens(const std::string& vf, const std::string& comm = "qemu-system-x86");
  void without_vectors(unsigned cpu) { full_.insert(cpu); }
  void take_offline(unsigned cpu) { offline_.insert(cpu); }
  void fail_probe(const std::string& driver, int error, unsigned times = 1000) {
    probe_errors_[driver] = {error, times};
  }
  // as mlx5_core does
  void limit_vectors(unsigned least, unsigned most) {
    least_vectors_ = least, most_vectors_ = most;
  }
  // drivers_probe returns before the driver is bound
  void let_probe_lag() { probe_lags_ = true; }
  unsigned vfs_of(unsigned ifindex) const;
  // another one when its VFs were removed: with all they had
  unsigned generation(unsigned ifindex) const;
  // how often its driver went: with all that was set
  unsigned unloads(unsigned ifindex) const;
  // a plain file, folders and all
  void put(const std::string& path, const std::string& text);
  void symlink(const std::string& path, const std::string& target);
  void remove(const std::string& path);

  // Every write so far, "path <- value"; tried ones included.
  std::vector<std::string> writes() const;
  void forget_writes();
  // asked anything in the last two seconds
  bool busy() const;
  unsigned blocked() const { return blocked_; }
  // its address
  std::string vf(const std::string& pf, unsigned index) const;

  Result<std::string> read(std::string_view path) const override;
  Status write(std::string_view path, std::string_view value) const override;

 private:
  struct State {
    Pf pf;
    // the driver that knows its id
    std::string home;
    unsigned vfs = 0, generation = 0, unloads = 0;
  };
  Status store(const std::string& path, const std::string& value);
  Status store_device(
      const std::string& address, const std::string& attribute, const std::string& value);
  Status store_numvfs(State& state, const std::string& value);
  Status configure(State& state, unsigned count);
  Status store_affinity(const std::string& path, const std::string& value);
  Status probe(const std::string& address);
  Status bind(const std::string& driver, const std::string& address);
  Status unbind_from(const std::string& driver, const std::string& address);
  void unbind(const std::string& address);
  void unbind_pf(State& state);
  void make_vf(const State& state, unsigned index);
  void make_vfs(State& state, unsigned count);
  void remove_vfs(State& state);
  void attach(const std::string& address, const std::string& driver);
  void link_driver(const std::string& address, const std::string& driver);
  void request_irqs(const Pf& pf);
  Status store_vectors(const std::string& address, const std::string& value);
  bool can_probe(const std::string& address) const;
  bool matches(const std::string& driver, const std::string& address) const;
  int probe_error(const std::string& driver, const std::string& address) const;
  const State* state_of(unsigned ifindex) const;
  void touch() const;

  unsigned cpus_;
  mutable std::recursive_mutex mutex_;
  mutable std::vector<std::string> writes_;
  mutable std::atomic<std::chrono::steady_clock::rep> touched_{0};
  std::atomic<unsigned> blocked_{0};
  std::map<std::string, State> pfs_;
  std::map<std::string, std::string> pf_of_vf_;
  // name -> matches VFs by id
  std::map<std::string, bool> drivers_;
  std::map<std::string, std::pair<int, unsigned>> probe_errors_;
  // device -> the driver that is about to take it
  std::map<std::string, std::string> lagging_;
  bool probe_lags_ = false;
  std::set<unsigned> full_, offline_;
  unsigned least_vectors_ = 1, most_vectors_ = 2048;
  unsigned groups_ = 10;
};

}  // namespace vfirst::fake
