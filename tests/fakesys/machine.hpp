// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The other seams beside the fake sysfs: network devices, modules, NVMe controllers, and a clock
// that jumps.

#include "fakesys/coalescing_rules.hpp"
#include "fakesys/nvme.hpp"
#include "fakesys/sysfs.hpp"
#include "steps/machine.hpp"

#include <condition_variable>
#include <functional>
#include <optional>

namespace vfirst::fake {

// A PF's netdev as its driver would answer; igb by default.
struct Port {
  MacAddress mac = *MacAddress::parse("52:54:00:12:34:50");
  std::vector<VfConfig> vfs;
  // absent: the driver lacks it
  Coalescing coalescing{.rx_usecs = 3, .tx_usecs = 3};
  Channels channels{4, 8, 0, 0, 0, 0};
  // for a coalescing setting that it lacks; EOPNOTSUPP by ioctl
  int unsupported_error = EINVAL;
  // the driver refuses any number
  int channels_error = 0;
  // ... or has no such operation: EOPNOTSUPP even for the question
  bool no_channels = false;
  // how a driver takes coalescing settings; absent: igb in short, with the errors above
  std::optional<std::string> driver;
  Moderation moderation;
  // clamps in silence
  std::optional<unsigned> usecs_limit;
  // EOPNOTSUPP
  bool no_trust = false;
  // the driver takes every setting of a VF
  bool every_setting = false;
  // an InfiniBand port of mlx5: its VFs have GUIDs, which kernels before 5.5 do not show, and of
  // the other settings the link state
  bool infiniband = false, hides_guids = false;
  // this many requests answer reset_error
  unsigned in_reset = 0;
  int reset_error = EAGAIN;
  // requests that would change something
  unsigned writes = 0;
  // of the VFs that `vfs` speaks of; of the driver
  unsigned generation = 0, unloads = 0;
  // as the driver has them when it is loaded
  std::optional<std::pair<Coalescing, Channels>> fresh;
};

// A PF's embedded switch as its driver would answer: by default there is none.
struct Switch {
  // igb, ice, mlx5_core
  enum class Changes { never, without_vfs, without_bound_vfs } changes = Changes::never;
  std::string mode = "legacy";
  // what the driver answers to any mode: a bond, offloaded flows, firmware
  int mode_error = 0;
  // requests that would change something
  unsigned writes = 0;
};

class FakeNet : public Net {
 public:
  explicit FakeNet(Sysfs& sysfs) : sysfs_(sysfs) {}
  Port& port(unsigned ifindex) { return ports_[ifindex]; }
  Switch& eswitch(const std::string& pf) { return switches_[pf]; }
  // messages that would change something
  unsigned writes = 0;
  unsigned messages = 0;

  Result<MacAddress> permanent_mac(unsigned ifindex) override { return ports_[ifindex].mac; }
  Status set_up(unsigned ifindex) override;
  Result<std::vector<VfConfig>> vfs(unsigned ifindex) override;
  Status set_vfs(unsigned ifindex, const std::vector<VfConfig>& vfs) override;
  Result<Coalescing> coalescing(unsigned ifindex) override;
  Status set_coalescing(unsigned ifindex, const Coalescing& wanted) override;
  Result<Channels> channels(unsigned ifindex) override;
  Status set_channels(unsigned ifindex, const Channels& wanted) override;
  Result<std::string> eswitch_mode(const PciAddress& pf) override;
  Status set_eswitch_mode(const PciAddress& pf, const std::string& mode) override;

 private:
  Port& current(unsigned ifindex);

  Sysfs& sysfs_;
  std::map<unsigned, Port> ports_;
  std::map<std::string, Switch> switches_;
};

class FakeModules : public ModuleLoader {
 public:
  explicit FakeModules(Sysfs& sysfs) : sysfs_(sysfs) {}
  std::set<std::string> available = {"vfio-pci"};
  std::set<std::string> builtin;
  bool knows_modalias = true;
  // The module for every modalias; "" for none.
  std::string for_modalias;
  // Of every load; 0 for none.
  int load_error = 0;
  Result<Loaded> load(const std::string& name) override;
  Result<Loaded> load_for(const std::string& modalias) override;
  bool exists_for(const std::string&) override { return knows_modalias; }

 private:
  Sysfs& sysfs_;
};

// Time stands still while anybody works and jumps to the next event when nobody does.
class FakeEvents : public Events {
 public:
  explicit FakeEvents(const Sysfs& sysfs) : sysfs_(sysfs) {}
  void at(std::chrono::milliseconds when, std::function<void()> what) {
    later_.emplace(when, std::move(what));
  }
  Time now() const override { return Time(now_.load()); }
  void wait(Time until, bool devices) override;
  void wake() override;

 private:
  const Sysfs& sysfs_;
  std::atomic<Time::rep> now_{1000000};
  std::multimap<Time, std::function<void()>> later_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
};

// All of them. A test in which a write blocks for ever makes one with new and never deletes it: the
// thread stays in there.
struct FakeMachine {
  explicit FakeMachine(unsigned cpus = 8) : sysfs(cpus) {}

  Sysfs sysfs;
  FakeNet net{sysfs};
  FakeModules modules{sysfs};
  FakeEvents events{sysfs};
  FakeNvme nvme{sysfs};
  Machine machine{sysfs, net, modules, events, nvme, false};
};

}  // namespace vfirst::fake
