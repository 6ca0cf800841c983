// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/pci.hpp"

#include "base/kernel_paths.hpp"

#include <algorithm>
#include <cerrno>
#include <csetjmp>
#include <cstring>
#include <map>

extern "C" {
#include <pci/pci.h>
}

namespace vfirst {

namespace {

// Where libpci misses a file that it must have (a function was unplugged between listing and
// reading), it calls a function that may not return. Ours jumps back to where libpci was called.
// Between the two there are only libpci's own C frames and `body`, so a body holds nothing that has
// a destructor.
thread_local std::jmp_buf* broken = nullptr;

// Not [[noreturn]]: clang knows a pointer to such a function by this attribute only.
__attribute__((noreturn)) void on_error(char*, ...) {
  std::longjmp(*broken, 1);
}
void on_warning(char*, ...) {}

template <class Body>
bool guarded(Body&& body) {
  std::jmp_buf here;
  std::jmp_buf* const outer = broken;
  broken = &here;
  if (setjmp(here) != 0) {
    broken = outer;
    return false;
  }
  body();
  broken = outer;
  return true;
}

// PCI Express Base Specification, Link Speeds Vector.
unsigned speed_mts(unsigned code) {
  constexpr unsigned speeds[] = {0, 2500, 5000, 8000, 16000, 32000, 64000, 128000};
  return code < std::size(speeds) ? speeds[code] : 0;
}

}  // namespace

struct PciBus::Access {
  explicit Access(const Root& whole) : root(whole), path((whole.path() / "sys/bus/pci").string()) {}
  ~Access() {
    for (auto& [address, device] : devices)
      pci_free_dev(device);
    if (it) guarded([&] { pci_cleanup(it); });
  }
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  pci_dev* device(const PciAddress& address) {
    auto& device = devices[address];
    if (!device)
      device = pci_get_dev(
          it, static_cast<int>(address.domain), address.bus, address.device, address.function);
    return device;
  }

  const Root& root;
  std::string path;
  pci_access* it = nullptr;
  std::vector<PciAddress> functions;
  std::map<PciAddress, pci_dev*> devices;
  // By bus and device; the function is 0.
  std::map<PciAddress, std::string> slots;
};

Result<PciBus> PciBus::open(const Root& root) {
  const auto names = root.list(kernel_paths::kPciFunctions);
  if (!names || names->empty())
    return failed(ENOENT, "{}: no PCI function", kernel_paths::kPciFunctions);
  auto access = std::make_unique<Access>(root);
  for (const auto& name : *names) {
    const auto address = PciAddress::parse(name);
    if (!address) continue;
    access->functions.push_back(*address);
    for (const auto* file :
         {"vendor", "device", "class", "revision", "subsystem_vendor", "subsystem_device"})
      root.note(kernel_paths::pci_function(*address, file));
  }
  std::sort(access->functions.begin(), access->functions.end());
  access->it = pci_alloc();
  if (!access->it) return failed(ELIBACC, "sys/bus/pci: libpci.so.3 cannot be loaded");
  access->it->method = PCI_ACCESS_SYS_BUS_PCI;
  access->it->error = on_error;
  access->it->warning = on_warning;
  access->it->debug = on_warning;
  // No cache, no network.
  access->it->id_lookup_mode = 0;
  static char parameter[] = "sysfs.path";
  if (pci_set_param(access->it, parameter, access->path.data()) != 0 ||
      !guarded([it = access->it] { pci_init(it); }))
    return failed(EIO, "sys/bus/pci: libpci cannot read it");
  // The slots, from the files that libpci would take. It would look at every device that it knows,
  // and it knows only those that we asked for.
  if (const auto slots = root.list("sys/bus/pci/slots")) {
    for (const auto& slot : *slots) {
      const auto text = root.read(fmt::format("sys/bus/pci/slots/{}/address", slot));
      if (!text) continue;
      if (const auto address = PciAddress::parse(*text + ".0"))
        access->slots.emplace(*address, slot);
    }
  }
  return PciBus(std::move(access));
}

PciBus::PciBus(std::unique_ptr<Access> access) : access_(std::move(access)) {}
PciBus::PciBus(PciBus&&) noexcept = default;
PciBus::~PciBus() = default;

const std::vector<PciAddress>& PciBus::functions() const {
  return access_->functions;
}

std::optional<PciIdentity> PciBus::identity(const PciAddress& address, bool subsystem) const {
  auto* const device = access_->device(address);
  PciIdentity out;
  const int wanted =
      PCI_FILL_IDENT | PCI_FILL_CLASS | (subsystem ? PCI_FILL_SUBSYS | PCI_FILL_CLASS_EXT : 0);
  if (!guarded([&] { pci_fill_info(device, wanted); })) return std::nullopt;
  out.class_code =
      static_cast<std::uint32_t>(device->device_class) << 8 | (subsystem ? device->prog_if : 0u);
  out.vendor = device->vendor_id;
  out.device = device->device_id;
  if (subsystem) {
    // libpci says 0xffff of a function that has none (a bridge), and where the configuration space
    // is out of reach.
    if (device->subsys_vendor_id != 0xffff) out.subsystem_vendor = device->subsys_vendor_id;
    if (device->subsys_id != 0xffff) out.subsystem_device = device->subsys_id;
  }
  return out;
}

PciCapabilities PciBus::capabilities(const PciAddress& address) const {
  access_->root.note(kernel_paths::pci_function(address, "config"));
  auto* const device = access_->device(address);
  PciCapabilities out;
  guarded([&] {
    std::uint8_t probe[4];
    if (!pci_read_block(device, 0x40, probe, sizeof probe)) return;
    out.known = true;
    out.extended_known = pci_read_block(device, 0x100, probe, sizeof probe) != 0;
    if (const auto* cap = pci_find_cap(device, PCI_CAP_ID_EXP, PCI_CAP_NORMAL)) {
      const int at = static_cast<int>(cap->addr);
      const auto capable = pci_read_long(device, at + PCI_EXP_LNKCAP);
      const std::uint32_t status = pci_read_word(device, at + PCI_EXP_LNKSTA);
      out.link_capable = LinkCapability{
          speed_mts(capable & PCI_EXP_LNKCAP_SPEED), (capable & PCI_EXP_LNKCAP_WIDTH) >> 4};
      out.link = LinkCapability{
          speed_mts(status & PCI_EXP_LNKSTA_SPEED), (status & PCI_EXP_LNKSTA_WIDTH) >> 4};
    }
    if (const auto* cap = pci_find_cap(device, PCI_CAP_ID_MSIX, PCI_CAP_NORMAL))
      out.msix_vectors = (pci_read_word(device, static_cast<int>(cap->addr) + 2) & 0x7ffu) + 1;
    if (!out.extended_known) return;
    out.ari = pci_find_cap(device, PCI_EXT_CAP_ID_ARI, PCI_CAP_EXTENDED) != nullptr;
    out.acs = pci_find_cap(device, PCI_EXT_CAP_ID_ACS, PCI_CAP_EXTENDED) != nullptr;
    if (const auto* cap = pci_find_cap(device, PCI_EXT_CAP_ID_SRIOV, PCI_CAP_EXTENDED)) {
      const int at = static_cast<int>(cap->addr);
      out.sriov.emplace();
      out.sriov->total_vfs = pci_read_word(device, at + PCI_IOV_TOTALVF);
      out.sriov->offset = pci_read_word(device, at + PCI_IOV_OFFSET);
      out.sriov->stride = pci_read_word(device, at + PCI_IOV_STRIDE);
      out.sriov->vf_device = pci_read_word(device, at + PCI_IOV_DID);
    }
  });
  return out;
}

std::string PciBus::slot(const PciAddress& address) const {
  const auto at = access_->slots.find({address.domain, address.bus, address.device, 0});
  return at == access_->slots.end() ? std::string() : at->second;
}

std::string PciBus::name(const PciIdentity& id) const {
  char text[256];
  const char* found = nullptr;
  constexpr int mode =
      PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB;
  guarded(
      [&] { found = pci_lookup_name(access_->it, text, sizeof text, mode, id.vendor, id.device); });
  return found ? std::string(found) : std::string();
}

}  // namespace vfirst
