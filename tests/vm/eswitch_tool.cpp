// SPDX-License-Identifier: GPL-2.0-or-later
// eswitch_tool DEVLINK-BUS DEVLINK-DEVICE PF MODE: the step that sets a PF's embedded switch,
// carried out on the running kernel, for tests/vm/netdevsim. A PF's devlink name is that of its PCI
// function; netdevsim's is another, so the two are given here. Prints what apply and verify say, a
// line each.
#include "host/devlink.hpp"
#include "host/uevent.hpp"
#include "steps/actions.hpp"

#include <cstdio>

using namespace vfirst;

namespace {

class NetOf : public Net {
 public:
  NetOf(Net& kernel, std::string bus, std::string device)
      : kernel_(kernel), bus_(std::move(bus)), device_(std::move(device)) {}
  Result<MacAddress> permanent_mac(unsigned i) override { return kernel_.permanent_mac(i); }
  Status set_up(unsigned i) override { return kernel_.set_up(i); }
  Result<std::vector<VfConfig>> vfs(unsigned i) override { return kernel_.vfs(i); }
  Status set_vfs(unsigned i, const std::vector<VfConfig>& vfs) override {
    return kernel_.set_vfs(i, vfs);
  }
  Result<Coalescing> coalescing(unsigned i) override { return kernel_.coalescing(i); }
  Status set_coalescing(unsigned i, const Coalescing& wanted) override {
    return kernel_.set_coalescing(i, wanted);
  }
  Result<Channels> channels(unsigned i) override { return kernel_.channels(i); }
  Status set_channels(unsigned i, const Channels& wanted) override {
    return kernel_.set_channels(i, wanted);
  }
  Result<std::string> eswitch_mode(const PciAddress&) override {
    return devlink::eswitch_mode(bus_, device_);
  }
  Status set_eswitch_mode(const PciAddress&, const std::string& mode) override {
    return devlink::set_eswitch_mode(bus_, device_, mode);
  }

 private:
  Net& kernel_;
  std::string bus_, device_;
};

int run(const SetEswitch& wanted, const std::string& bus, const std::string& device) {
  const auto root = Root::open("/");
  if (!root) return 1;
  const auto actions = HostActions::of(*root, "this");
  if (!actions) return 1;
  const auto kernel = kernel_net(*actions);
  NetOf net(*kernel, bus, device);
  const auto modules = no_modules();
  const auto events = no_events();
  const auto nvme = no_nvme();
  const Machine machine{*root, net, *modules, *events, *nvme};
  const auto done = steps::apply(wanted, machine);
  std::printf(
      "apply: %s, %u writes, %s: %s\n", state_name(done.state).c_str(), done.writes,
      done.got.c_str(), done.cause.c_str());
  const auto seen = steps::verify(wanted, machine);
  std::printf(
      "verify: %s, %s: %s\n", verdict_name(seen.verdict).c_str(), seen.got.c_str(),
      seen.cause.c_str());
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const auto pf =
      count == 5 ? PciAddress::parse(words[3]) : Result<PciAddress>(failed(EINVAL, "no address"));
  if (!pf) {
    std::fprintf(stderr, "usage: eswitch_tool DEVLINK-BUS DEVLINK-DEVICE PF MODE\n");
    return 64;
  }
  return run({*pf, words[4]}, words[1], words[2]);
}
