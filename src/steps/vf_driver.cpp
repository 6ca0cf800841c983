// SPDX-License-Identifier: GPL-2.0-or-later
// A VF's driver: vfio-pci, one by name, the kernel's choice, or none.
#include "base/driver_name.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <chrono>
#include <thread>

namespace vfirst::steps {

namespace {

constexpr auto kProbe = "sys/bus/pci/drivers_probe";
constexpr auto kNoIommu =
    "it has no IOMMU group, so it cannot be bound to vfio: it needs intel_iommu=on (Intel), or "
    "VT-d / AMD-Vi / SMMU turned on in the BIOS";

class Binding {
 public:
  Binding(const BindDriver& x, const Machine& machine)
      : x_(x), root_(machine.root), machine_(machine), device_(x.device) {}

  Outcome run() {
    out_.wanted = x_.driver.shown();
    if (const auto real = vf_address(root_, x_.pf, x_.index))
      device_ = *real;
    else if (!root_.exists(device_path(device_)))
      return fail(ENODEV, fmt::format("VF {} of {} does not exist", x_.index, x_.pf.str()));
    if (x_.driver.satisfied_by(look())) return out_;
    if (x_.driver.is_vfio() && !root_.exists(device_path(device_, "iommu_group")))
      return fail(EINVAL, kNoIommu);
    if (!release()) return out_;
    if (x_.driver.is_none()) return done();
    if (x_.driver.is_keep()) return let_the_kernel_choose();
    return bind();
  }

 private:
  std::optional<std::string> look() {
    const auto driver = bound_driver(root_, device_);
    out_.got = driver.value_or("none");
    return driver;
  }

  Outcome& done() {
    out_.state = StepState::done;
    return out_;
  }

  Outcome& fail(int error, const std::string& why) {
    out_.state = StepState::failed;
    out_.error = error;
    if (out_.got.empty()) out_.got = "none";
    out_.cause = fmt::format("VF {} ({}): {}", x_.index, device_.str(), why);
    out_.reason = why;
    return out_;
  }

  Status write(std::string_view path, std::string_view value) {
    ++out_.writes;
    return root_.write(path, value);
  }

  // Unbinds another driver, unless somebody uses the VF.
  bool release() {
    const auto driver = bound_driver(root_, device_);
    if (!driver) return true;
    if (const auto user = vf_user(root_, device_)) {
      fail(EBUSY, fmt::format("driver {} is bound to it and it is in use: {}", *driver, *user));
      return false;
    }
    const auto written = write(device_path(device_, "driver/unbind"), device_.str());
    if (look()) {
      fail(
          written ? EBUSY : static_cast<int>(written.error().code),
          fmt::format("driver {} does not unbind from it", *driver));
      return false;
    }
    return true;
  }

  // An override names the driver before the probe; it is what makes drivers_probe work while
  // autoprobe is off, and what keeps every other driver away.
  Status set_override(const std::string& driver) {
    const auto file = device_path(device_, "driver_override");
    const auto now = root_.read(file);
    if (!now) return std::unexpected(now.error());
    if (*now == driver || (driver.empty() && *now == "(null)")) return {};
    // An empty write clears nothing, a newline does.
    return write(file, driver.empty() ? std::string("\n") : driver);
  }

  Outcome& bind() {
    const auto driver = driver_folder(root_, x_.driver.name());
    if (const auto set = set_override(driver.substr(driver.rfind('/') + 1)); !set)
      return fail(static_cast<int>(set.error().code), set.error().what);
    const auto probed = write(kProbe, device_.str());
    if (x_.driver.satisfied_by(look())) return done();
    if (!root_.exists(driver))
      return fail(
          probed ? ENOENT : static_cast<int>(probed.error().code),
          fmt::format(
              "driver {} is not loaded{}", x_.driver.name(),
              machine_.initramfs ? ": check that it is in this initramfs" : ""));
    int error = 0;
    for (int tried = 1;; ++tried) {
      // Its errno says why; drivers_probe always succeeds.
      const auto bound = write(driver + "/bind", device_.str());
      error = bound ? 0 : static_cast<int>(bound.error().code);
      // EBUSY, too, where the probe was only late.
      if (x_.driver.satisfied_by(look())) return done();
      if (error == 0 || reaction_to(Place::bind, error) != Reaction::retry || tried == kTries)
        break;
      std::this_thread::sleep_for(kPause);
    }
    if (error == EINVAL && root_.exists(device_path(device_, "iommu_group")))
      return fail(
          error,
          fmt::format("driver {} refuses the VF{}", x_.driver.name(), kernel_says(root_, device_)));
    return fail(
        error, fmt::format(
                   "{}{}",
                   error ? explain_errno(Place::bind, error)
                         : explain_errno(Place::drivers_probe, kNothingHappened),
                   kernel_says(root_, device_)));
  }

  // While autoprobe is off the kernel binds nothing by itself, so it is on for this one probe.
  Outcome& let_the_kernel_choose() {
    const auto autoprobe = device_path(x_.pf, "sriov_drivers_autoprobe");
    if (const auto cleared = set_override(""); !cleared)
      return fail(static_cast<int>(cleared.error().code), cleared.error().what);
    const bool off = root_.read(autoprobe).value_or("1") == "0";
    if (probe(autoprobe, off)) return done();
    // udev loads the driver when it hears of the VF, and nothing says whether it is through: the
    // driver then comes too late for this probe, and binds nothing where autoprobe is off.
    const auto modalias = root_.read(device_path(device_, "modalias")).value_or("");
    const auto loaded = machine_.modules.load_for(modalias);
    if (loaded && probe(autoprobe, off)) return done();
    if (loaded)
      return fail(
          ENOENT, fmt::format(
                      "{}{}", explain_errno(Place::drivers_probe, kNothingHappened),
                      kernel_says(root_, device_)));
    if (loaded.error().code != std::errc::no_such_file_or_directory)
      return fail(static_cast<int>(loaded.error().code), loaded.error().what);
    const auto pf_driver = bound_driver(root_, x_.pf).value_or("");
    const auto* quirk = quirk_of_driver(pf_driver);
    return fail(
        ENOENT,
        fmt::format(
            "{}: check that the VF driver {}is {}",
            explain_errno(Place::drivers_probe, kNothingHappened, pf_driver),
            quirk && !quirk->vf_driver.empty() ? fmt::format("({}) ", quirk->vf_driver) : "",
            machine_.initramfs ? "in this initramfs" : "installed"));
  }

  bool probe(const std::string& autoprobe, bool off) {
    if (off) [[maybe_unused]]
      const auto on = write(autoprobe, "1");
    [[maybe_unused]] const auto probed = write(kProbe, device_.str());
    if (off) [[maybe_unused]]
      const auto back = write(autoprobe, "0");
    return x_.driver.satisfied_by(look());
  }

  const BindDriver& x_;
  const Root& root_;
  const Machine& machine_;
  PciAddress device_;
  Outcome out_;
};

}  // namespace

Outcome apply(const BindDriver& x, const Machine& machine) {
  return Binding(x, machine).run();
}

Observation verify(const BindDriver& x, const Machine& machine) {
  const auto device = vf_address(machine.root, x.pf, x.index).value_or(x.device);
  Observation out{.wanted = x.driver.shown(), .evidence = device_path(device, "driver")};
  if (!machine.root.exists(device_path(device))) {
    out.got = "no VF";
    out.verdict = Verdict::failed;
    out.cause = fmt::format("VF {} of {} does not exist", x.index, x.pf.str());
    return out;
  }
  const auto bound = bound_driver(machine.root, device);
  out.got = bound.value_or("none");
  out.verdict = x.driver.satisfied_by(bound) ? Verdict::ok : Verdict::failed;
  if (out.verdict == Verdict::ok) return out;
  if (x.driver.is_vfio() && !machine.root.exists(device_path(device, "iommu_group")))
    out.cause = fmt::format("VF {} ({}): {}", x.index, device.str(), kNoIommu);
  else if (bound)
    out.cause = fmt::format("VF {} ({}): driver {} is bound to it", x.index, device.str(), *bound);
  else if (
      x.driver.is_named() && !machine.root.exists(driver_folder(machine.root, x.driver.name())))
    out.cause =
        fmt::format("VF {} ({}): driver {} is not loaded", x.index, device.str(), x.driver.name());
  else
    out.cause = fmt::format(
        "VF {} ({}): no driver is bound{}", x.index, device.str(),
        kernel_says(machine.root, device));
  return out;
}

}  // namespace vfirst::steps
