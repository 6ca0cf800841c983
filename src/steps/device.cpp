// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/device.hpp"

#include "base/driver_name.hpp"
#include "base/kernel_paths.hpp"
#include "base/port_name.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "facts/node_guid.hpp"
#include "host/kmsg.hpp"
#include "host/loader_paths.hpp"

#include <algorithm>

namespace vfirst {

bool in_initramfs(const Root& root) {
  return root.exists(kInitramfsMark);
}

}  // namespace vfirst

namespace vfirst::steps {

std::optional<CpuSet> online_cpus(const Root& root) {
  const auto text = root.read("sys/devices/system/cpu/online");
  if (!text) return std::nullopt;
  const auto set = CpuSet::parse_list(*text);
  return set ? std::optional(*set) : std::nullopt;
}

std::string device_path(const PciAddress& address, std::string_view attribute) {
  return kernel_paths::pci_function(address, attribute);
}

std::string driver_folder(const Root& root, const std::string& name) {
  const std::string drivers = "sys/bus/pci/drivers";
  if (!root.exists(drivers + '/' + name))
    for (const auto& other : root.list(drivers).value_or(std::vector<std::string>{}))
      if (same_driver_name(other, name)) return drivers + '/' + other;
  return drivers + '/' + name;
}

std::optional<std::string> bound_driver(const Root& root, const PciAddress& address) {
  return root.link_name(device_path(address, "driver"));
}

std::vector<Netdev> netdevs(const Root& root, const PciAddress& address) {
  std::vector<Netdev> out;
  const auto function = device_path(address);
  std::vector<std::string> folders{function + "/net"};
  // The netdev of a virtio device belongs to the device behind the PCI function.
  if (root.number(function + "/vendor", 16) == 0x1af4u)
    for (const auto& name : root.list(function).value_or(std::vector<std::string>{}))
      if (name.starts_with("virtio")) folders.push_back(fmt::format("{}/{}/net", function, name));
  for (const auto& folder : folders)
    for (const auto& name : root.list(folder).value_or(std::vector<std::string>{})) {
      const auto ifindex = root.number(fmt::format("{}/{}/ifindex", folder, name));
      // Renamed between the listing and now.
      if (!ifindex) continue;
      const auto flags = root.number(fmt::format("{}/{}/flags", folder, name), 16).value_or(0);
      out.push_back(
          {name, static_cast<unsigned>(*ifindex), (flags & 1) != 0,
           fmt::format("{}/{}", folder, name)});
    }
  return out;
}

std::vector<Netdev> own_ports(const Root& root, const PciAddress& address) {
  auto ports = netdevs(root, address);
  std::erase_if(ports, [&](const Netdev& port) {
    return is_representor_name(trimmed(root.read(port.folder + "/phys_port_name").value_or("")));
  });
  std::ranges::stable_sort(ports, {}, [&](const Netdev& port) {
    return root.number(port.folder + "/dev_port").value_or(0);
  });
  return ports;
}

namespace {

bool is_meant(const Machine& machine, const Netdev& port, const PortChoice& choice) {
  if (!choice.ifname.empty() && !glob_match(choice.ifname, port.name)) return false;
  if (!choice.port.empty()) {
    const auto name = machine.root.read(port.folder + "/phys_port_name").value_or("");
    const auto number = machine.root.number(port.folder + "/dev_port");
    if ((name.empty() || !glob_match(choice.port, trimmed(name))) &&
        !(number && glob_match(choice.port, std::to_string(*number))))
      return false;
  }
  if (!choice.mac) return true;
  const auto mac = machine.net.permanent_mac(port.ifindex);
  return mac && *mac == *choice.mac;
}

}  // namespace

std::vector<Netdev> chosen_ports(
    const Machine& machine, const PciAddress& address, const PortChoice& choice) {
  auto ports = own_ports(machine.root, address);
  // The plan has chosen the function. Its only port is the one, whatever it is called by now.
  if (ports.size() < 2 || choice.empty()) return ports;
  std::erase_if(ports, [&](const Netdev& port) { return !is_meant(machine, port, choice); });
  return ports;
}

std::optional<Netdev> chosen_port(
    const Machine& machine, const PciAddress& address, const PortChoice& choice) {
  const auto ports = chosen_ports(machine, address, choice);
  return ports.empty() ? std::nullopt : std::optional(ports.front());
}

namespace {

// PCI class and subclass; 0 where they are not shown.
unsigned pci_class_of(const Root& root, const PciAddress& address) {
  return static_cast<unsigned>(root.number(device_path(address, "class"), 16).value_or(0) >> 8);
}

}  // namespace

std::string why_no_port(
    const Machine& machine, const PciAddress& address, const PortChoice& choice) {
  const auto ports = own_ports(machine.root, address);
  if (ports.empty() && pci_class_of(machine.root, address) == kInfinibandClass)
    return fmt::format(
        "{}: it has no IPoIB interface (ib_ipoib makes it, once mlx5_ib has made its InfiniBand "
        "device)",
        address.str());
  if (ports.empty() || choice.empty())
    return fmt::format("{}: its driver created no network device", address.str());
  return fmt::format(
      "{}: none of its ports ({}) is the one that the policy names", address.str(),
      joined(ports, ", ", &Netdev::name));
}

std::optional<PciAddress> vf_address(const Root& root, const PciAddress& pf, unsigned index) {
  const auto name = root.link_name(device_path(pf, fmt::format("virtfn{}", index)));
  if (!name) return std::nullopt;
  const auto address = PciAddress::parse(*name);
  if (!address) return std::nullopt;
  return *address;
}

unsigned count_vfs(const Root& root, const PciAddress& pf) {
  unsigned n = 0;
  for (const auto& name : root.list(device_path(pf)).value_or(std::vector<std::string>{}))
    if (name.starts_with("virtfn")) ++n;
  return n;
}

namespace {

// A guest holds its VF through an open /dev/vfio/GROUP or /dev/vfio/devices/vfioN (iommufd).
// Opening the file ourselves to see whether it is busy would disturb; the open files of all
// processes tell without touching anything.
std::optional<std::string> vfio_user(const Root& root, const PciAddress& vf) {
  std::vector<std::string> files;
  if (const auto group = root.link_name(device_path(vf, "iommu_group")))
    files.push_back("/dev/vfio/" + *group);
  for (const auto& name :
       root.list(device_path(vf, "vfio-dev")).value_or(std::vector<std::string>{}))
    files.push_back("/dev/vfio/devices/" + name);
  for (const auto& pid : root.list("proc").value_or(std::vector<std::string>{})) {
    if (pid.empty() || pid.front() < '0' || pid.front() > '9') continue;
    const auto folder = fmt::format("proc/{}/fd", pid);
    for (const auto& fd : root.list(folder).value_or(std::vector<std::string>{})) {
      const auto target = root.link(fmt::format("{}/{}", folder, fd));
      if (!target) continue;
      for (const auto& file : files)
        if (*target == file)
          return fmt::format(
              "{} ({}) has {} open",
              root.read(fmt::format("proc/{}/comm", pid)).value_or("a process"), pid, file);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> vf_user(const Root& root, const PciAddress& vf) {
  const auto driver = bound_driver(root, vf);
  if (!driver) return std::nullopt;
  if (is_vfio_driver(*driver)) return vfio_user(root, vf);
  const auto ports = netdevs(root, vf);
  for (const auto& port : ports)
    if (port.up) return fmt::format("its netdev {} is up", port.name);
  if (!ports.empty()) return std::nullopt;
  // A network function with a driver and no netdev in sight: it was moved into another network
  // namespace (a container). Any other kind of function with a kernel driver (NVMe, QAT) may carry
  // anything.
  const bool network = root.read(device_path(vf, "class")).value_or("").starts_with("0x02");
  return network ? fmt::format("its netdev (driver {}) is in another network namespace", *driver)
                 : fmt::format("driver {} is bound to it", *driver);
}

std::string kernel_says(const Root& root, const PciAddress& address) {
  // What it only mentions (a link that came up) explains no failure.
  const auto line = newest(kernel_log(root, kKernelWarning), {address.str()});
  return line ? fmt::format(" (kernel: {})", *line) : std::string();
}

}  // namespace vfirst::steps
