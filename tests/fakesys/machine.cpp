// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakesys/machine.hpp"

#include "policy/vf_keys.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vfirst::fake {

Status FakeNet::set_up(unsigned ifindex) {
  ++writes;
  ++ports_[ifindex].writes;
  sysfs_.raise_port(ifindex);
  return {};
}

// A port as it is now: removing VFs, or loading the driver again, loses what was set.
Port& FakeNet::current(unsigned ifindex) {
  auto& port = ports_[ifindex];
  if (const auto now = sysfs_.generation(ifindex); now != port.generation) {
    port.vfs.clear();
    port.generation = now;
  }
  if (!port.fresh) port.fresh = {port.coalescing, port.channels};
  if (const auto now = sysfs_.unloads(ifindex); now != port.unloads) {
    std::tie(port.coalescing, port.channels) = *port.fresh;
    port.unloads = now;
  }
  return port;
}

Result<std::vector<VfConfig>> FakeNet::vfs(unsigned ifindex) {
  const auto& port = current(ifindex);
  auto all = port.vfs;
  for (unsigned i = static_cast<unsigned>(all.size()); i < sysfs_.vfs_of(ifindex); ++i) {
    VfConfig vf;
    vf.index = i;
    vf.mac = MacAddress{};
    vf.spoofcheck = true;
    vf.vlan = vf.qos = vf.min_rate_mbps = vf.max_rate_mbps = 0;
    vf.vlan_protocol = VlanProtocol::dot1q;
    vf.link_state = LinkState::automatic;
    if (!port.no_trust) vf.trust = false;
    if (port.infiniband) vf.guid = Guid{};
    all.push_back(vf);
  }
  if (port.hides_guids)
    for (auto& vf : all)
      vf.guid.reset();
  return all;
}

// In order, up to the first that is refused, as do_setvfinfo does.
Status FakeNet::set_vfs(unsigned ifindex, const std::vector<VfConfig>& wanted) {
  ++writes;
  ++messages;
  auto& port = current(ifindex);
  ++port.writes;
  if (port.in_reset) {
    --port.in_reset;
    return failed(port.reset_error, "in reset");
  }
  port.vfs = *vfs(ifindex);
  for (const auto& vf : wanted) {
    const auto mine = std::ranges::find(port.vfs, vf.index, &VfConfig::index);
    if (mine == port.vfs.end()) return failed(EINVAL, "Invalid argument");
    // rtnetlink.c handle_vf_guid(), ipoib_main.c ipoib_netdev_ops_pf
    if (port.infiniband) {
      if (vf.mac) return failed(EOPNOTSUPP, "Operation not supported");
      if (vf.guid) mine->guid = vf.guid;
      if (vf.link_state) mine->link_state = vf.link_state;
      continue;
    }
    if (vf.guid) return failed(EOPNOTSUPP, "Operation not supported");
    if (vf.mac && !vf.mac->is_unicast()) return failed(EINVAL, "Invalid argument");
    if (vf.mac) mine->mac = vf.mac;
    if (port.every_setting) {
      for_each_attribute([&](const auto& row) {
        if (vf.*row.payload) (*mine).*row.payload = vf.*row.payload;
      });
      continue;
    }
    if (vf.vlan.value_or(0) > 4095 || vf.qos.value_or(0) > 7)
      return failed(EINVAL, "Invalid argument");
    if (vf.vlan && vf.vlan_protocol == VlanProtocol::dot1ad)
      return failed(EPROTONOSUPPORT, "Protocol not supported");
    if (vf.vlan) mine->vlan = vf.vlan, mine->qos = vf.qos, mine->vlan_protocol = vf.vlan_protocol;
    // no link in here
    if (vf.max_rate_mbps) return failed(EINVAL, "Invalid argument");
    if (vf.spoofcheck) mine->spoofcheck = vf.spoofcheck;
    if (vf.link_state) return failed(EOPNOTSUPP, "Operation not supported");
    if (vf.trust && port.no_trust) return failed(EOPNOTSUPP, "Operation not supported");
    if (vf.trust) mine->trust = vf.trust;
    // for any other, igb has no operation
    auto rest = static_cast<const VfAttributes&>(vf);
    rest.vlan = rest.qos = rest.min_rate_mbps = {};
    rest.vlan_protocol = {};
    rest.spoofcheck = rest.trust = {};
    if (rest != VfAttributes()) return failed(EOPNOTSUPP, "Operation not supported");
  }
  return {};
}

Result<Coalescing> FakeNet::coalescing(unsigned ifindex) {
  auto& port = current(ifindex);
  if (port.driver && port.moderation.late && port.moderation.late-- == 1)
    port.coalescing = port.moderation.answers;
  return port.coalescing;
}

// net/ethtool: an attribute that the driver did not declare refuses the whole request.
Status FakeNet::set_coalescing(unsigned ifindex, const Coalescing& wanted) {
  ++writes;
  auto& port = current(ifindex);
  ++port.writes;
  auto& now = port.coalescing;
  if ((wanted.rx_usecs && !now.rx_usecs) || (wanted.tx_usecs && !now.tx_usecs) ||
      (wanted.adaptive_rx && !now.adaptive_rx) || (wanted.adaptive_tx && !now.adaptive_tx))
    return failed(
        port.unsupported_error, "{}: cannot modify an unsupported parameter",
        std::strerror(port.unsupported_error));
  if (port.driver) {
    // net/ethtool/coalesce.c, __ethnl_set_coalesce(): the driver gets what it answered, changed.
    auto request = port.moderation.answers;
    for_each_coalescing([&](const auto& row) {
      if (wanted.*row.payload) request.*row.payload = wanted.*row.payload;
    });
    if (const int error = set_moderation(*port.driver, port.moderation, request))
      return failed(error, "{}", std::strerror(error));
    if (!port.moderation.late) now = port.moderation.answers;
    return {};
  }
  if (wanted.rx_usecs &&
      (*wanted.rx_usecs == 2 || (*wanted.rx_usecs > 3 && *wanted.rx_usecs < 10) ||
       *wanted.rx_usecs > 10000))
    return failed(EINVAL, "Invalid argument");
  const auto clamp = [&](unsigned value) {
    return std::min(value, port.usecs_limit.value_or(value));
  };
  if (wanted.rx_usecs) now.rx_usecs = clamp(*wanted.rx_usecs);
  if (wanted.tx_usecs) now.tx_usecs = clamp(*wanted.tx_usecs);
  if (wanted.adaptive_rx) now.adaptive_rx = wanted.adaptive_rx;
  if (wanted.adaptive_tx) now.adaptive_tx = wanted.adaptive_tx;
  return {};
}

Result<Channels> FakeNet::channels(unsigned ifindex) {
  const auto& port = current(ifindex);
  if (port.no_channels) return failed(EOPNOTSUPP, "Operation not supported");
  return port.channels;
}

Status FakeNet::set_channels(unsigned ifindex, const Channels& wanted) {
  ++writes;
  auto& port = current(ifindex);
  ++port.writes;
  if (port.no_channels) return failed(EOPNOTSUPP, "Operation not supported");
  if (port.channels_error) return failed(port.channels_error, "refused");
  if (wanted.combined > port.channels.combined_max)
    return failed(EINVAL, "requested channel count exceeds maximum");
  port.channels.combined = wanted.combined;
  return {};
}

Result<std::string> FakeNet::eswitch_mode(const PciAddress& pf) {
  const auto& one = switches_[pf.str()];
  if (one.changes == Switch::Changes::never) return failed(EOPNOTSUPP, "Operation not supported");
  return one.mode;
}

// ice_eswitch_mode_set: EOPNOTSUPP while there are VFs; mlx5_devlink_eswitch_mode_set: EBUSY while
// one of them has a driver.
Status FakeNet::set_eswitch_mode(const PciAddress& pf, const std::string& mode) {
  ++writes;
  auto& one = switches_[pf.str()];
  ++one.writes;
  const auto folder = "sys/bus/pci/devices/" + pf.str();
  const auto vfs = sysfs_.number(folder + "/sriov_numvfs").value_or(0);
  if (one.changes == Switch::Changes::never) return failed(EOPNOTSUPP, "Operation not supported");
  if (one.changes == Switch::Changes::without_vfs && vfs)
    return failed(
        EOPNOTSUPP,
        "Operation not supported: Changing eswitch mode is allowed only if there is no "
        "VFs created");
  for (unsigned i = 0; i < vfs; ++i)
    if (sysfs_.exists(fmt::format("{}/virtfn{}/driver", folder, i)))
      return failed(EBUSY, "Device or resource busy");
  if (one.mode_error) return failed(one.mode_error, "refused");
  one.mode = mode;
  return {};
}

Result<ModuleLoader::Loaded> FakeModules::load(const std::string& name) {
  if (builtin.contains(name)) return Loaded::builtin;
  if (!available.contains(name)) return failed(ENOENT, "module {}: not found", name);
  if (load_error) return failed(load_error, "module {}: {}", name, std::strerror(load_error));
  auto folder = name;
  std::ranges::replace(folder, '-', '_');
  sysfs_.put(fmt::format("sys/module/{}/initstate", folder), "live");
  if (name.ends_with("vf"))
    sysfs_.add_vf_driver(name);
  else
    sysfs_.add_driver(name);
  return Loaded::now;
}

Result<ModuleLoader::Loaded> FakeModules::load_for(const std::string& modalias) {
  if (for_modalias.empty()) return failed(ENOENT, "{}: no module is for it", modalias);
  return load(for_modalias);
}

void FakeEvents::wake() {
  const std::lock_guard lock(mutex_);
  wake_ = true;
  woken_.notify_all();
}

void FakeEvents::wait(Time until, bool devices) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (std::exchange(wake_, false)) return;
    if (devices && !later_.empty() && later_.begin()->first <= until) {
      auto [when, what] = *later_.begin();
      later_.erase(later_.begin());
      now_ = std::max(now_.load(), when.count());
      what();
      return;
    }
    // The pause before a busy device is asked again.
    if (until - now() <= std::chrono::seconds(1)) {
      woken_.wait_for(lock, std::chrono::milliseconds(1));
      if (!wake_) {
        now_ = std::max(now_.load(), until.count());
        return;
      }
      continue;
    }
    // Whoever waits for no device waits for a lane: that one will call, unless it sits in a write
    // that never returns.
    woken_.wait_for(lock, std::chrono::milliseconds(20));
    if (!wake_ && (devices || sysfs_.blocked() > 0) && !sysfs_.busy()) {
      now_ = until.count();
      return;
    }
  }
}

}  // namespace vfirst::fake
