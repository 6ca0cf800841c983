// SPDX-License-Identifier: GPL-2.0-or-later
// inventory: the "Hardware Inventory" of ironic-python-agent. numa_topology and pci_devices: its
// collectors with these names. extra: the result of extra-hardware in the form of Ironic's hook
// with that name; data: the same as a list of [class, id, key, value].
#include "import/ironic.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vfirst {

namespace {

using Json = nlohmann::json;
const Json kNothing;

// A member, or null where there is none or `object` is not an object.
const Json& in(const Json& object, std::string_view key) {
  if (!object.is_object()) return kNothing;
  const auto at = object.find(key);
  return at == object.end() ? kNothing : *at;
}
std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}
// Inspection data contains many numbers as strings.
std::optional<std::uint64_t> number(const Json& value, int base = 10) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_string()) return std::nullopt;
  return parse_number(trimmed(value.get_ref<const std::string&>()), base);
}

class Inspection {
 public:
  Inspection(std::string_view name, const Json& document)
      : name_(name),
        inventory_(in(document, "inventory")),
        more_(in(document, "plugin_data").is_object() ? in(document, "plugin_data") : document) {}

  Result<Facts> facts() {
    VFIRST_CHECK(cpus());
    VFIRST_CHECK(nodes());
    model();
    extra();
    VFIRST_CHECK(functions());
    ports();
    machine();
    return std::move(facts_);
  }

 private:
  // For "/numa_topology/cpus" and 3: "/numa_topology/cpus/3".
  using Where = std::pair<std::string_view, std::size_t>;
  std::unexpected<Error> bad(const Where& where, std::string_view what) const {
    return refuse("{}: {}/{}: {}", name_, where.first, where.second, what);
  }
  void gap(std::string line) { facts_.gaps.push_back(std::move(line)); }

  // The collector reads nodeN/cpuM of sysfs, so the CPUs that it lists are online. Its "cpu" is the
  // core_id.
  Status cpus() {
    const auto& list = in(in(more_, "numa_topology"), "cpus");
    if (!list.is_array() || list.empty())
      return refuse(
          "{}: /numa_topology/cpus: not there: a plan needs each CPU's number, node and siblings "
          "(inspect with the collector numa-topology)",
          name_);
    auto& cpu = facts_.cpu;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Where where{"/numa_topology/cpus", i};
      const auto node = number(in(list[i], "numa_node")), core = number(in(list[i], "cpu"));
      const auto& threads = in(list[i], "thread_siblings");
      if (!node || *node > kMostNodes) return bad(where, "no 'numa_node', or one beyond 16383");
      if (!threads.is_array() || threads.empty()) return bad(where, "no 'thread_siblings'");
      CpuSet siblings;
      for (const auto& thread : threads) {
        const auto id = number(thread);
        if (!id || *id >= CpuSet::kLimit)
          return bad(where, fmt::format("thread_siblings: {} is no CPU number", thread.dump()));
        if (cpu.online.contains(static_cast<unsigned>(*id)) ||
            siblings.contains(static_cast<unsigned>(*id)))
          return bad(where, fmt::format("thread_siblings: CPU {} is there twice", *id));
        siblings.insert(static_cast<unsigned>(*id));
      }
      cpu.online |= siblings;
      auto& home = node_of(static_cast<unsigned>(*node));
      home.cpus |= siblings;
      for (const auto id : siblings.members())
        cpu.cpus.push_back(
            {.id = id,
             .core = core && *core <= INT32_MAX ? static_cast<int>(*core) : -1,
             .node = static_cast<int>(*node),
             .siblings = siblings,
             .l3 = {}});
    }
    std::ranges::sort(cpu.cpus, {}, &Cpu::id);
    gap("CPUs that are offline, packages and caches: the inventory does not show them");
    return {};
  }

  Status nodes() {
    const auto& list = in(in(more_, "numa_topology"), "ram");
    for (std::size_t i = 0; i < list.size() && list.is_array(); ++i) {
      const Where where{"/numa_topology/ram", i};
      const auto node = number(in(list[i], "numa_node")), kb = number(in(list[i], "size_kb"));
      if (!node || *node > kMostNodes || !kb || *kb >> 44)
        return bad(where, "no 'numa_node' or no 'size_kb', or one that no machine has");
      auto& one = node_of(static_cast<unsigned>(*node));
      if (one.memory_known) return bad(where, fmt::format("node {} is there twice", *node));
      one.total_kb = *kb;
      one.memory_known = true;
      facts_.memory.total_kb += *kb;
    }
    CpuSet unknown;
    for (const auto& node : facts_.numa)
      if (!node.memory_known) unknown.insert(node.id);
    if (!unknown.empty())
      gap(fmt::format("nodes {}: the inventory does not show their memory", unknown.list()));
    if (facts_.memory.total_kb == 0)
      facts_.memory.total_kb = number(in(in(inventory_, "memory"), "total")).value_or(0) >> 10;
    gap("1 GiB frames, distances and hugepage pools of the nodes, and memory that a crash kernel "
        "takes: the inventory does not show them");
    return {};
  }

  void model() {
    auto& cpu = facts_.cpu;
    const auto& told = in(inventory_, "cpu");
    cpu.architecture = text(in(told, "architecture"));
    cpu.model = text(in(told, "model_name"));
    // The model name that the CPU reports (CPUID 80000002h to 80000004h) begins with the vendor's
    // name.
    if (cpu.model.starts_with("Intel")) cpu.vendor = "intel";
    if (cpu.model.starts_with("AMD")) cpu.vendor = "amd";
    if (cpu.vendor.empty()) gap("CPU vendor: the inventory does not show it");
    if (const auto& flags = in(told, "flags");
        flags.is_array() && !flags.empty() && cpu.architecture == "x86_64") {
      cpu.gigabyte_pages = std::ranges::find(flags, "pdpe1gb") != flags.end();
      cpu.sev_snp = std::ranges::find(flags, "sev_snp") != flags.end();
    } else {
      gap("1G pages of the CPU: the inventory does not show its flags");
    }
    if (cpu.architecture == "aarch64")
      gap("base page size: the inventory does not show it, 4K is taken");
  }

  // By name, businfo and driver of the class network of extra-hardware.
  void extra() {
    const auto take = [&](const std::string& name, const std::string& key, const Json& value) {
      if (key == "businfo" && text(value).starts_with("pci@")) {
        if (const auto address = PciAddress::parse(text(value).substr(4)))
          nics_[name].address = *address;
      } else if (key == "driver") {
        nics_[name].driver = text(value);
      }
    };
    if (const auto& network = in(in(more_, "extra"), "network"); network.is_object())
      for (const auto& [name, keys] : network.items())
        if (keys.is_object())
          for (const auto& [key, value] : keys.items())
            take(name, key, value);
    if (const auto& data = in(more_, "data"); data.is_array())
      for (const auto& row : data)
        if (row.is_array() && row.size() == 4 && row[0] == "network")
          take(text(row[1]), text(row[2]), row[3]);
  }

  Status functions() {
    const auto& list = in(more_, "pci_devices");
    bool placed = false;
    for (std::size_t i = 0; i < list.size() && list.is_array(); ++i) {
      const Where where{"/pci_devices", i};
      const auto& bus = in(list[i], "bus");
      // Agents before 8.0 list only vendor and product.
      if (!bus.is_string()) continue;
      const auto address = PciAddress::parse(text(bus));
      const auto vendor = number(in(list[i], "vendor_id"), 16),
                 device = number(in(list[i], "product_id"), 16),
                 class_code = number(in(list[i], "class"), 16);
      if (!address) return bad(where, fmt::format("'{}', not a PCI address", text(bus)));
      if (!vendor || !device || *vendor > 0xffff || *device > 0xffff ||
          class_code.value_or(0) > 0xffffff)
        return bad(where, "no 'vendor_id' or 'product_id' of four hexadecimal digits");
      PciFunction function;
      function.address = *address;
      function.vendor = static_cast<std::uint16_t>(*vendor);
      function.device = static_cast<std::uint16_t>(*device);
      function.class_code = static_cast<std::uint32_t>(class_code.value_or(0));
      // "-1" means none.
      if (const auto node = number(in(list[i], "numa_node_id")); node && *node <= kMostNodes)
        function.node = static_cast<int>(*node);
      function.sriov_known = false;
      facts_.pci.push_back(std::move(function));
      placed = true;
    }
    std::ranges::sort(facts_.pci, {}, &PciFunction::address);
    for (std::size_t i = 1; i < facts_.pci.size(); ++i)
      if (facts_.pci[i].address == facts_.pci[i - 1].address)
        return refuse("{}: /pci_devices: {} is there twice", name_, facts_.pci[i].address.str());
    if (!placed)
      gap("PCI functions: the inventory does not show where they are (collector pci-devices)");
    else
      gap("SR-IOV, subsystem IDs, PCIe links and physical slots of the PCI functions: the "
          "inventory does not show them");
    return {};
  }

  // A port belongs to the PCI function that the agent or extra-hardware names for it.
  void ports() {
    std::string homeless;
    const auto& list = in(inventory_, "interfaces");
    for (std::size_t i = 0; i < list.size() && list.is_array(); ++i) {
      NetPort port;
      port.name = text(in(list[i], "name"));
      if (port.name.empty()) continue;
      if (const auto mac = MacAddress::parse(text(in(list[i], "mac_address")))) port.mac = *mac;
      if (const auto speed = number(in(list[i], "speed_mbps"));
          speed && *speed && *speed < UINT32_MAX)
        port.speed_mbps = static_cast<unsigned>(*speed);
      auto& nic = nics_[port.name];
      if (const auto own = PciAddress::parse(text(in(list[i], "pci_address")))) nic.address = *own;
      if (auto driver = text(in(list[i], "driver")); !driver.empty())
        nic.driver = std::move(driver);
      const auto at = std::ranges::find(
          facts_.pci, nic.address, [](const PciFunction& f) { return std::optional(f.address); });
      if (at == facts_.pci.end()) {
        append_to_list(homeless, port.name);
        continue;
      }
      if (at->driver.empty()) at->driver = nic.driver;
      at->ports.push_back(std::move(port));
    }
    if (!homeless.empty())
      gap(fmt::format(
          "ports {}: the inventory does not show which PCI function they belong to "
          "(collectors pci-devices and extra-hardware)",
          homeless));
  }

  void machine() {
    const auto& vendor = in(inventory_, "system_vendor");
    facts_.dmi = {
        text(in(vendor, "manufacturer")), text(in(vendor, "product_name")),
        text(in(vendor, "serial_number")), ""};
    facts_.hostname = text(in(inventory_, "hostname"));
    facts_.boot.uefi = text(in(in(inventory_, "boot"), "current_boot_mode")) == "uefi";
    // The disk to which Ironic would deploy: "/dev/disk/by-path/pci-0000:01:00.0-scsi-0:2:0:0".
    const auto path = text(in(in(more_, "root_disk"), "by_path"));
    const auto pci = path.find("/pci-");
    const auto address =
        pci == path.npos
            ? PciAddress::parse("")
            : PciAddress::parse(path.substr(pci + 5, path.find('-', pci + 5) - pci - 5));
    if (address)
      facts_.critical.push_back({*address, "root filesystem"});
    else
      gap("root filesystem: the inventory does not show which PCI function will carry it");
    gap("default route: the inventory does not show which port carries it");
    gap("firmware tables, IOMMU groups, kernels, boot loader and other tools' files: the inventory "
        "does not show them");
  }

  NumaNode& node_of(unsigned id) {
    auto at = std::ranges::lower_bound(facts_.numa, id, {}, &NumaNode::id);
    if (at == facts_.numa.end() || at->id != id)
      at = facts_.numa.insert(
          at, NumaNode{
                  .id = id,
                  .cpus = {},
                  .distances = {},
                  .pools = {},
                  .gigabyte_frames = {},
                  .memory_known = false});
    return *at;
  }

  struct Nic {
    std::optional<PciAddress> address;
    std::string driver;
  };
  static constexpr std::uint64_t kMostNodes = 16383;
  std::string_view name_;
  const Json& inventory_;
  const Json& more_;
  Facts facts_;
  std::map<std::string, Nic> nics_;
};

}  // namespace

Result<Facts> read_ironic(std::string_view name, std::string_view text) {
  Json document;
  try {
    document = Json::parse(text);
  } catch (const Json::exception& error) {
    std::string_view what = error.what();
    if (const auto colon = what.find("] "); colon != what.npos) what.remove_prefix(colon + 2);
    return refuse("{}: {}", name, what.substr(0, what.find('\n')));
  }
  if (!in(document, "inventory").is_object()) return refuse("{}: /inventory: not there", name);
  return Inspection(name, document).facts();
}

}  // namespace vfirst
