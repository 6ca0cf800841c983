// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/net.hpp"

#include "host/devlink.hpp"
#include "host/ethtool.hpp"
#include "host/rtnetlink.hpp"

#include <cerrno>

namespace vfirst {

namespace {

// Each call has a socket of its own. That costs a few microseconds, and a call that the kernel
// blocks holds up no other.
class KernelNet : public Net {
 public:
  Result<MacAddress> permanent_mac(unsigned ifindex) override {
    return rtnetlink::permanent_mac(ifindex);
  }
  Status set_up(unsigned ifindex) override { return rtnetlink::set_up(ifindex); }
  Result<std::vector<VfConfig>> vfs(unsigned ifindex) override { return rtnetlink::vfs(ifindex); }
  Status set_vfs(unsigned ifindex, const std::vector<VfConfig>& vfs) override {
    return rtnetlink::set_vfs(ifindex, vfs);
  }
  Result<Coalescing> coalescing(unsigned ifindex) override { return ethtool::coalescing(ifindex); }
  Status set_coalescing(unsigned ifindex, const Coalescing& wanted) override {
    return ethtool::set_coalescing(ifindex, wanted);
  }
  Result<Channels> channels(unsigned ifindex) override { return ethtool::channels(ifindex); }
  Status set_channels(unsigned ifindex, const Channels& wanted) override {
    return ethtool::set_channels(ifindex, wanted);
  }
  Result<std::string> eswitch_mode(const PciAddress& pf) override {
    return devlink::eswitch_mode("pci", pf.str());
  }
  Status set_eswitch_mode(const PciAddress& pf, const std::string& mode) override {
    return devlink::set_eswitch_mode("pci", pf.str(), mode);
  }
};

class NoNet : public Net {
 public:
  Result<MacAddress> permanent_mac(unsigned) override { return absent(); }
  Status set_up(unsigned) override { return absent(); }
  Result<std::vector<VfConfig>> vfs(unsigned) override { return absent(); }
  Status set_vfs(unsigned, const std::vector<VfConfig>&) override { return absent(); }
  Result<Coalescing> coalescing(unsigned) override { return absent(); }
  Status set_coalescing(unsigned, const Coalescing&) override { return absent(); }
  Result<Channels> channels(unsigned) override { return absent(); }
  Status set_channels(unsigned, const Channels&) override { return absent(); }
  Result<std::string> eswitch_mode(const PciAddress&) override {
    return failed(ENODATA, "a captured tree has no netlink");
  }
  Status set_eswitch_mode(const PciAddress&, const std::string&) override { return absent(); }

 private:
  static std::unexpected<Error> absent() {
    return failed(ENOTSUP, "a captured tree has no netlink");
  }
};

}  // namespace

std::unique_ptr<Net> kernel_net(const HostActions&) {
  return std::make_unique<KernelNet>();
}
std::unique_ptr<Net> no_net() {
  return std::make_unique<NoNet>();
}

}  // namespace vfirst
