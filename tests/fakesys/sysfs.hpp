// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A sysfs and procfs whose writes answer as the kernel does: drivers/pci/iov.c and pci-driver.c, kernel/irq/proc.c, as
// measured on 6.12 with QEMU's igb and nvme.

#include "base/cpu_set.hpp"
#include "base/pci_address.hpp"
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

struct Pf {
  std::string address = "0000:01:00.0";
  std::string driver = "igb";                                    // "": none is bound yet
  unsigned total = 7, offset = 128, stride = 2;
  bool iommu = true;
  std::string netdev = "eth0";                                   // "": not a NIC
  unsigned ifindex = 2;
  bool up = false;
  std::vector<unsigned> irqs = {40, 41, 42};                     // requested when the port comes up
  bool managed = false;                                          // NVMe: there from the start, the kernel's own
  bool managed_shown = false;                                    // ... and by a read-only file, as from 6.12 on
  // How its driver takes sriov_numvfs.
  enum class Driver { obeys, no_memory, refuses, half, silent, silent_while_down, blocks } driver_does = Driver::obeys;
};

class Sysfs : public Root {
 public:
  explicit Sysfs(unsigned cpus = 8);
  Sysfs(const Sysfs&) = delete;
  ~Sysfs() override;

  void add(const Pf& pf);
  void add_vf_driver(const std::string& name);                   // matches every VF by its id, as igbvf does
  void add_driver(const std::string& name);                      // matches by override only, as vfio-pci does
  void bind_pf(const std::string& address, const std::string& driver);
  void reload_pf(const std::string& address);                    // driver out and in: VFs gone, autoprobe on again
  void raise_port(unsigned ifindex);
  void guest_opens(const std::string& vf, const std::string& comm = "qemu-system-x86");
  void without_vectors(unsigned cpu) { full_.insert(cpu); }
  void put(const std::string& path, const std::string& text);    // a plain file, folders and all
  void symlink(const std::string& path, const std::string& target);
  void remove(const std::string& path);

  // Every write so far, "path <- value"; tried ones included.
  std::vector<std::string> writes() const;
  void forget_writes();
  bool busy() const;                                             // asked anything in the last two seconds
  unsigned blocked() const { return blocked_; }
  std::string vf(const std::string& pf, unsigned index) const;   // its address

  Result<std::string> read(std::string_view path) const override;
  Status write(std::string_view path, std::string_view value) const override;

 private:
  struct State {
    Pf pf;
    unsigned vfs = 0;
  };
  Status store(const std::string& path, const std::string& value);
  Status store_device(const std::string& address, const std::string& attribute, const std::string& value);
  Status store_numvfs(State& state, const std::string& value);
  Status store_affinity(const std::string& path, const std::string& value);
  Status probe(const std::string& address);
  Status bind(const std::string& driver, const std::string& address);
  void unbind(const std::string& address);
  void make_vf(const State& state, unsigned index);
  void make_vfs(State& state, unsigned count);
  void remove_vfs(State& state);
  void attach(const std::string& address, const std::string& driver);
  void request_irqs(const Pf& pf);
  bool can_probe(const std::string& address) const;
  bool matches(const std::string& driver, const std::string& address) const;
  bool probe_fails(const std::string& driver, const std::string& address) const;
  void touch() const;

  unsigned cpus_;
  mutable std::recursive_mutex mutex_;
  mutable std::vector<std::string> writes_;
  mutable std::atomic<std::chrono::steady_clock::rep> touched_{0};
  std::atomic<unsigned> blocked_{0};
  std::map<std::string, State> pfs_;
  std::map<std::string, std::string> pf_of_vf_;
  std::map<std::string, bool> drivers_;                          // name -> matches VFs by id
  std::set<unsigned> full_;
  unsigned groups_ = 10;
};

}  // namespace vfirst::fake
