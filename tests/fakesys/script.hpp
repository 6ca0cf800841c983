// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One PF, fake or real, and what can be done to it: every member function is one operation and one
// line of output.

#include "base/text.hpp"
#include "fakesys/machine.hpp"
#include "steps/device.hpp"
#include "steps/outcome.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

namespace vfirst::fake {

inline constexpr auto kProbe = "sys/bus/pci/drivers_probe";
inline constexpr auto kDefaultAffinity = "proc/irq/default_smp_affinity";

inline std::string name_of(const Status& status) {
  return status ? "OK" : errno_name(static_cast<int>(status.error().code));
}
inline std::string shown(std::string text) {
  for (auto at = text.find('\n'); at != text.npos; at = text.find('\n'))
    text.replace(at, 1, "\\n");
  return "'" + text + "'";
}

template <class T>
std::string number(const std::optional<T>& value) {
  return value ? std::to_string(static_cast<unsigned>(*value)) : "?";
}

class Script {
 public:
  Script(const Root& root, Net& net, std::string name, std::string pf)
      : root_(root), net_(net), name_(std::move(name)), pf_(std::move(pf)) {}

  std::string file(const std::string& attribute) const {
    return fmt::format("sys/bus/pci/devices/{}/{}", pf_, attribute);
  }
  std::string vf(unsigned index) const {
    return root_.link_name(file(fmt::format("virtfn{}", index))).value_or("0000:00:00.7");
  }
  std::string vf_file(const std::string& attribute) const {
    return fmt::format("sys/bus/pci/devices/{}/{}", vf(0), attribute);
  }

  void write(const std::string& what, const std::string& path, const std::string& value) {
    const auto done = root_.write(path, value);
    say(what, done, state());
  }
  void pf_write(const std::string& attribute, const std::string& value) {
    write(fmt::format("{} <- {}", attribute, shown(value)), file(attribute), value);
  }
  void vf_write(const std::string& attribute, const std::string& value) {
    write(fmt::format("vf0 {} <- {}", attribute, shown(value)), vf_file(attribute), value);
  }
  void numvfs(const std::string& value) { pf_write("sriov_numvfs", value); }
  void autoprobe(const std::string& value) { pf_write("sriov_drivers_autoprobe", value); }
  void override(const std::string& value) { vf_write("driver_override", value); }
  void probe(unsigned index = 0) {
    write(fmt::format("drivers_probe <- vf{}", index), kProbe, vf(index));
  }
  void bind(const std::string& driver) {
    write(fmt::format("{}/bind <- vf0", driver), kDrivers + driver + "/bind", vf(0));
  }
  void unbind(const std::string& driver, unsigned index = 0) {
    write(
        fmt::format("{}/unbind <- vf{}", driver, index), kDrivers + driver + "/unbind", vf(index));
  }
  void pf_unbind(const std::string& driver) {
    write(fmt::format("{}/unbind <- pf", driver), kDrivers + driver + "/unbind", pf_);
  }
  void pf_bind(const std::string& driver) {
    const auto done = root_.write(kDrivers + driver + "/bind", pf_);
    wait_for_vectors(2);
    say(fmt::format("{}/bind <- pf", driver), done, state());
  }

  // Probing may go on after the driver link is there: NVMe makes its queues in a worker.
  void wait_for_vectors(std::size_t n) const {
    for (int i = 0; i < 300 && irqs().size() < n; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }

  void affinity(std::size_t which, const std::string& value) {
    const auto all = irqs();
    const auto path =
        fmt::format("proc/irq/{}/smp_affinity_list", which < all.size() ? all[which] : 0);
    const auto done = root_.write(path, value);
    say(fmt::format("vector {} smp_affinity_list <- {}", which, shown(value)), done,
        fmt::format("cpus={} writable={}", root_.read(path).value_or("-"), root_.writable(path)));
  }
  void show_affinity(std::size_t which) {
    affinity_line(
        fmt::format("vector {}", which),
        fmt::format("proc/irq/{}/smp_affinity_list", irqs().at(which)));
  }
  void default_affinity(const std::string& value) {
    const auto done = root_.write(kDefaultAffinity, value);
    const auto now = CpuSet::parse_mask(trimmed(root_.read(kDefaultAffinity).value_or("0")));
    say(fmt::format("default_smp_affinity <- {}", shown(value)), done,
        "cpus=" + (now ? now->list() : "-"));
  }

  void up() {
    const auto done = net_.set_up(ifindex());
    say("port up", done, fmt::format("up={}", netdevs().at(0).up));
  }
  void set(const std::string& what, const VfConfig& vf) {
    const auto done = net_.set_vfs(ifindex(), {vf});
    say(fmt::format("set vf{} {}", vf.index, what), done, vf_state());
  }
  void coalesce(const std::string& what, const Coalescing& wanted) {
    const auto done = net_.set_coalescing(ifindex(), wanted);
    const auto now = net_.coalescing(ifindex());
    say("coalesce " + what, done,
        now ? fmt::format(
                  "rx={} tx={} adaptive={}", number(now->rx_usecs), number(now->tx_usecs),
                  number(now->adaptive_rx))
            : name_of(std::unexpected(now.error())));
  }
  void queues(unsigned combined) {
    const auto done = net_.set_channels(ifindex(), {combined, 0, 0, 0, 0, 0});
    const auto now = net_.channels(ifindex());
    say(fmt::format("queues {}", combined), done,
        now ? fmt::format("combined={} of {}", now->combined, now->combined_max)
            : name_of(std::unexpected(now.error())));
  }

 private:
  void say(const std::string& what, const Status& result, const std::string& state) {
    std::printf(
        "%-4s %-46s %-16s %s\n", name_.c_str(), what.c_str(), name_of(result).c_str(),
        state.c_str());
    std::fflush(stdout);
  }
  void affinity_line(const std::string& what, const std::string& path) {
    say(what, {},
        fmt::format("cpus={} writable={}", root_.read(path).value_or("-"), root_.writable(path)));
  }

  std::string state() const {
    const auto links = steps::count_vfs(root_, address());
    const auto driver = [&](const std::string& device) {
      return root_.link_name(device).value_or("none");
    };
    return fmt::format(
        "numvfs={} links={} autoprobe={} pf={} vf0={} override={}",
        root_.read(file("sriov_numvfs")).value_or("-"), links,
        root_.read(file("sriov_drivers_autoprobe")).value_or("-"), driver(file("driver")),
        links ? driver(vf_file("driver")) : "-",
        links ? root_.read(vf_file("driver_override")).value_or("-") : "-");
  }
  std::string vf_state() const {
    const auto all = net_.vfs(ifindex());
    if (!all || all->empty()) return "no VF";
    const auto& vf = all->front();
    return fmt::format(
        "mac={} vlan={} qos={} {} trust={} spoof={} link={} rate={}-{}",
        vf.mac ? vf.mac->str() : "?", number(vf.vlan), number(vf.qos),
        !vf.vlan_protocol                           ? "-"
        : *vf.vlan_protocol == VlanProtocol::dot1ad ? "802.1ad"
                                                    : "802.1Q",
        number(vf.trust), number(vf.spoofcheck), number(vf.link_state), number(vf.min_rate_mbps),
        number(vf.max_rate_mbps));
  }

  PciAddress address() const { return *PciAddress::parse(pf_); }
  std::vector<steps::Netdev> netdevs() const { return steps::netdevs(root_, address()); }
  unsigned ifindex() const { return netdevs().empty() ? 0 : netdevs().front().ifindex; }
  std::vector<unsigned> irqs() const {
    std::vector<unsigned> out;
    for (const auto& name : root_.list(file("msi_irqs")).value_or(std::vector<std::string>{}))
      out.push_back(static_cast<unsigned>(parse_number(name).value_or(0)));
    std::ranges::sort(out);
    return out;
  }

  const Root& root_;
  Net& net_;
  const std::string name_, pf_;
};

}  // namespace vfirst::fake
