// SPDX-License-Identifier: GPL-2.0-or-later
// Creates VFs: sriov_numvfs.
#include "base/text.hpp"
#include "plan/driver_errnos.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

namespace vfirst::steps {

namespace {

class Creation {
 public:
  Creation(const CreateVfs& x, const Machine& machine)
      : x_(x), machine_(machine), file_(device_path(x.pf, "sriov_numvfs")) {}

  Outcome run() {
    out_.wanted = std::to_string(x_.count);
    const auto now = count();
    if (!now) return x_.count == 0 ? out_ : fail(ENOENT, explain_errno(Place::open_numvfs, ENOENT));
    if (*now == x_.count) return out_;
    const auto total = machine_.root.number(device_path(x_.pf, "sriov_totalvfs"));
    // The kernel would answer ERANGE. The number is never reduced without a word.
    if (total && x_.count > *total)
      return fail(ERANGE, fmt::format("{} VFs asked, hardware has {}", x_.count, *total));
    if (*now != 0 && !make_room(static_cast<unsigned>(*now))) return out_;
    if (x_.count == 0) {
      out_.state = StepState::done;
      return out_;
    }
    autoprobe_off();
    create(true);
    return out_;
  }

 private:
  std::optional<std::uint64_t> count() {
    const auto now = machine_.root.number(file_);
    out_.got = now ? std::to_string(*now) : "none";
    return now;
  }

  Outcome& fail(int error, const std::string& why) {
    out_.state = StepState::failed;
    out_.error = error > 0 ? error : 0;
    out_.cause = fmt::format("{}: {}", x_.pf.str(), why);
    return out_;
  }

  // The kernel cannot change one number into another. All VFs have to be removed first, which
  // breaks whoever uses one.
  bool make_room(unsigned now) {
    // Removing them all would bring the same number back.
    const auto driver = bound_driver(machine_.root, x_.pf).value_or("");
    if (driver_errno(driver, Place::write_numvfs, kTooMany) && now > x_.count) {
      fail(
          EBUSY, fmt::format(
                     "{} VFs exist, {} wanted; {}", now, x_.count,
                     explain_errno(Place::write_numvfs, kTooMany, driver)));
      return false;
    }
    if (!x_.allow_recreate) {
      fail(
          EBUSY, fmt::format(
                     "{} VFs exist, {} wanted; {}", now, x_.count,
                     errno_row(Place::write_numvfs, EBUSY)->advice));
      return false;
    }
    for (unsigned i = 0; i < now; ++i) {
      const auto vf = vf_address(machine_.root, x_.pf, i);
      if (!vf) continue;
      if (const auto user = vf_user(machine_.root, *vf)) {
        fail(
            EBUSY, fmt::format(
                       "{} VFs exist, {} wanted, and VF {} ({}) is in use: {}", now, x_.count, i,
                       vf->str(), *user));
        return false;
      }
    }
    ++out_.writes;
    if (const auto gone = machine_.root.write(file_, "0"); !gone) {
      const int error = static_cast<int>(gone.error().code);
      fail(
          error, fmt::format(
                     "its {} VFs could not be removed: {}{}", now,
                     explain_errno(Place::write_numvfs, error, driver),
                     kernel_says(machine_.root, x_.pf)));
      return false;
    }
    count();
    return true;
  }

  // This comes before the VFs exist. Otherwise the first VF driver that is loaded takes them, which
  // costs two thirds of the time.
  void autoprobe_off() {
    const auto file = device_path(x_.pf, "sriov_drivers_autoprobe");
    // Kernels before 4.13 have no such file.
    const auto now = machine_.root.read(file);
    if (!now || *now == "0") return;
    ++out_.writes;
    [[maybe_unused]] const auto written = machine_.root.write(file, "0");
  }

  // What the kernel answered to the write. It has no errno for some cases, and one errno for two
  // others: EBUSY where VFs exist and where the driver is busy, ENOENT without a driver and with
  // one that makes no VFs (drivers/pci/iov.c, sriov_numvfs_store).
  int answer(int error, std::uint64_t now) const {
    if (error == EBUSY && now == 0) return kNotReady;
    if (error == ENOENT && bound_driver(machine_.root, x_.pf)) return kMakesNone;
    if (error) return error;
    return now == 0 ? kNothingHappened : now < x_.count ? kPartly : kTooMany;
  }

  void create(bool may_repeat) {
    ++out_.writes;
    const auto written = machine_.root.write(file_, out_.wanted);
    const int error = written ? 0 : static_cast<int>(written.error().code);
    const auto now = count().value_or(0);
    if (now == x_.count) {
      out_.state = StepState::done;
      return;
    }
    // The driver's probe may have ended under the write.
    const auto driver = bound_driver(machine_.root, x_.pf).value_or("");
    const int what = answer(error, now);
    const auto reaction = reaction_to(Place::write_numvfs, what, driver);
    if (reaction == Reaction::raise_port && may_repeat && raise_port()) return create(false);
    const auto total = machine_.root.read(device_path(x_.pf, "sriov_totalvfs"));
    fail(
        error,
        fmt::format(
            "{} VFs: {}{}{}",
            error ? std::to_string(x_.count) : fmt::format("{} of {}", now, x_.count),
            explain_errno(Place::write_numvfs, what, driver),
            error == ERANGE && total ? fmt::format(" (sriov_totalvfs says {})", trimmed(*total))
                                     : "",
            kernel_says(machine_.root, x_.pf)));
    // Another event may still bring the driver whose probe the write waited for and which failed.
    out_.busy = reaction == Reaction::retry;
    out_.waiting = reaction == Reaction::wait || out_.busy;
    if (out_.waiting) out_.state = StepState::deferred;
    out_.partial = now > 0;
  }

  bool raise_port() {
    bool raised = false;
    for (const auto& port : own_ports(machine_.root, x_.pf)) {
      if (port.up) continue;
      ++out_.writes;
      if (machine_.net.set_up(port.ifindex)) raised = true;
    }
    return raised;
  }

  const CreateVfs& x_;
  const Machine& machine_;
  const std::string file_;
  Outcome out_;
};

}  // namespace

Outcome apply(const CreateVfs& x, const Machine& machine) {
  return Creation(x, machine).run();
}

Observation verify(const CreateVfs& x, const Machine& machine) {
  Observation out{.wanted = std::to_string(x.count), .evidence = device_path(x.pf, "virtfn*")};
  const auto now = count_vfs(machine.root, x.pf);
  out.got = std::to_string(now);
  out.verdict = now == x.count              ? Verdict::ok
                : now == 0 || now > x.count ? Verdict::failed
                                            : Verdict::short_of;
  if (out.verdict == Verdict::ok) return out;
  if (!machine.root.exists(device_path(x.pf)))
    out.cause = fmt::format("{}: no such device", x.pf.str());
  else if (!bound_driver(machine.root, x.pf))
    out.cause =
        fmt::format("{}: the PF has no driver{}", x.pf.str(), kernel_says(machine.root, x.pf));
  else if (const auto total = machine.root.number(device_path(x.pf, "sriov_totalvfs"));
           total && x.count > *total)
    out.cause = fmt::format("{}: {} VFs asked, hardware has {}", x.pf.str(), x.count, *total);
  else if (const auto* rule = driver_errno(
               bound_driver(machine.root, x.pf).value_or(""), Place::write_numvfs, kTooMany);
           rule && now > x.count)
    out.cause = fmt::format("{}: {}; {}", x.pf.str(), rule->meaning, rule->advice);
  else if (now != 0)
    out.cause = fmt::format(
        "{}: a different number of VFs exists; {}", x.pf.str(),
        errno_row(Place::write_numvfs, EBUSY)->advice);
  else
    out.cause = fmt::format("{}: no VF exists{}", x.pf.str(), kernel_says(machine.root, x.pf));
  return out;
}

}  // namespace vfirst::steps
