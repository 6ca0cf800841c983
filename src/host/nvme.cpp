// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/nvme.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "host/fd.hpp"

#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vfirst {

namespace {

// Opcodes of enum nvme_admin_opcode (include/linux/nvme.h).
constexpr std::uint8_t kIdentify = 0x06, kVirtualizationManagement = 0x1c;

// The controller's node. Nothing but the device that sysfs names there is asked: an old node may
// bear the name of another controller.
Result<Fd> open_controller(const Root& root, const PciAddress& pf) {
  const auto folder = kernel_paths::pci_function(pf, "nvme");
  const auto names = root.list(folder).value_or(std::vector<std::string>{});
  const auto name =
      std::ranges::find_if(names, [](const std::string& one) { return one.starts_with("nvme"); });
  if (name == names.end())
    return failed(ENODEV, "{}: its driver made no NVMe controller", pf.str());
  const auto number = root.read(fmt::format("{}/{}/dev", folder, *name)).value_or("");
  const auto colon = number.find(':');
  const auto major = parse_number(number.substr(0, colon));
  const auto minor = parse_number(colon == number.npos ? "" : number.substr(colon + 1));
  if (!major || !minor) return failed(ENODEV, "{}: {} has no device number", pf.str(), *name);
  Fd fd(root.open_at(fmt::format("dev/{}", *name), O_RDONLY | O_CLOEXEC));
  // nvme_dev_open() of drivers/nvme/host/core.c: EWOULDBLOCK unless the controller is live.
  if (fd < 0) {
    const int error = errno == ENOENT ? ENODEV : errno;
    return failed(error, "{}: {}: {}", pf.str(), *name, std::strerror(error));
  }
  struct stat file{};
  if (::fstat(fd, &file) < 0 || !S_ISCHR(file.st_mode) ||
      file.st_rdev != ::makedev(static_cast<unsigned>(*major), static_cast<unsigned>(*minor)))
    return failed(ENODEV, "{}: the node {} is not that of this controller", pf.str(), *name);
  return fd;
}

Status submit(const Root& root, const PciAddress& pf, nvme_admin_cmd& command) {
  const auto fd = VFIRST_TRY(open_controller(root, pf));
  const int status = ::ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command);
  // Below 0: the kernel refused it, or the controller did not answer. Above 0: the controller's
  // status (nvme_user_cmd() of drivers/nvme/host/ioctl.c).
  if (status < 0) return failed(errno, "{}: {}", pf.str(), std::strerror(errno));
  if (status > 0)
    return failed(
        nvme::status_errno(static_cast<unsigned>(status)), "{}",
        nvme::status_text(static_cast<unsigned>(status)));
  return {};
}

Result<std::string> identify_data(
    const Root& root, const PciAddress& pf, std::uint8_t what, unsigned controller) {
  std::string data(nvme::kIdentifySize, '\0');
  nvme_admin_cmd command{};
  command.opcode = kIdentify;
  command.addr = reinterpret_cast<std::uintptr_t>(data.data());
  command.data_len = nvme::kIdentifySize;
  command.cdw10 = nvme::identify_word(what, controller);
  VFIRST_CHECK(submit(root, pf, command));
  return data;
}

class KernelNvme : public Nvme {
 public:
  explicit KernelNvme(const Root& root) : root_(root) {}
  Result<NvmePrimary> primary(const PciAddress& pf) override {
    return read_nvme_primary(root_, pf);
  }
  Result<std::vector<NvmeSecondary>> secondaries(const PciAddress& pf) override {
    std::vector<NvmeSecondary> out;
    // A list begins with the controller of this number or the next that there is.
    for (unsigned from = 0;;) {
      const auto list =
          nvme::decode_secondaries(VFIRST_TRY(identify_data(root_, pf, nvme::kSecondaries, from)));
      for (const auto& one : list)
        if (one.id >= from) out.push_back(one);
      if (list.size() < nvme::kListSize || list.back().id < from || list.back().id >= 0xffff)
        return out;
      from = list.back().id + 1;
    }
  }
  Status assign(const PciAddress& pf, unsigned id, nvme::Resource kind, unsigned count) override {
    return manage(pf, nvme::manage_word(nvme::Manage::assign, kind, id), count);
  }
  Status set_online(const PciAddress& pf, unsigned id, bool online) override {
    const auto action = online ? nvme::Manage::online : nvme::Manage::offline;
    return manage(pf, nvme::manage_word(action, nvme::Resource::queues, id), 0);
  }

 private:
  Status manage(const PciAddress& pf, std::uint32_t what, unsigned count) {
    nvme_admin_cmd command{};
    command.opcode = kVirtualizationManagement;
    command.cdw10 = what;
    command.cdw11 = count;
    return submit(root_, pf, command);
  }

  const Root& root_;
};

class NoNvme : public Nvme {
 public:
  Result<NvmePrimary> primary(const PciAddress&) override { return absent(); }
  Result<std::vector<NvmeSecondary>> secondaries(const PciAddress&) override { return absent(); }
  Status assign(const PciAddress&, unsigned, nvme::Resource, unsigned) override { return absent(); }
  Status set_online(const PciAddress&, unsigned, bool) override { return absent(); }

 private:
  static std::unexpected<Error> absent() {
    return failed(ENOTSUP, "a captured tree has no NVMe controller");
  }
};

}  // namespace

std::unique_ptr<Nvme> kernel_nvme(const HostActions&, const Root& root) {
  return std::make_unique<KernelNvme>(root);
}
std::unique_ptr<Nvme> no_nvme() {
  return std::make_unique<NoNvme>();
}

Result<NvmePrimary> read_nvme_primary(const Root& root, const PciAddress& pf) {
  auto out = nvme::decode_controller(VFIRST_TRY(identify_data(root, pf, nvme::kController, 0)));
  if (out.manages)
    nvme::decode_primary(VFIRST_TRY(identify_data(root, pf, nvme::kPrimary, out.id)), out);
  return out;
}

}  // namespace vfirst
