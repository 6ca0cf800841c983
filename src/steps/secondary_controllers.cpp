// SPDX-License-Identifier: GPL-2.0-or-later
// The controllers of NVMe VFs: queues, interrupts, online. The order is the one that controllers
// demand (QEMU's hw/nvme/ctrl.c, nvme_virt_mngmt(); nvme-cli#1126): a controller gets its queues
// while it is offline, and is set online once its VF exists.
#include "base/driver_name.hpp"
#include "base/words.hpp"
#include "plan/vf_shares.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace vfirst::steps {

namespace {

// How often a controller that still starts or resets is asked, with kPause between.
constexpr int kStartTries = 50;

// What a PF answered: its own controller and those of its VFs.
struct Controllers {
  NvmePrimary primary;
  std::vector<NvmeSecondary> secondaries;

  static Result<Controllers> of(const PciAddress& pf, const Machine& machine) {
    auto primary = VFIRST_TRY(machine.nvme.primary(pf));
    Controllers out{primary, {}};
    if (primary.manages) out.secondaries = VFIRST_TRY(machine.nvme.secondaries(pf));
    return out;
  }

  const NvmeSecondary* of_vf(std::size_t index) const {
    const auto found = std::ranges::find(secondaries, index + 1, &NvmeSecondary::vf_number);
    return found == secondaries.end() ? nullptr : &*found;
  }

  VfShares shares(const std::vector<unsigned>& wishes) const {
    VfShare held;
    for (const auto& one : secondaries)
      if (one.vf_number == 0 || one.vf_number > wishes.size())
        held.queues += one.queues, held.interrupts += one.interrupts;
    return vf_shares(primary, wishes, held);
  }

  // A VF without a number of its own is right with any that work: whoever gave them may know why.
  bool right(std::size_t index, unsigned wish) const {
    const auto* vf = of_vf(index);
    return vf && vf->online && (primary.interrupts.total == 0 || vf->interrupts > 0) &&
           (wish ? vf->queues == wish : primary.queues.total == 0 || vf->queues >= kLeastVfQueues);
  }
};

// "2 queues", "2 to 4 queues".
std::string from_to(unsigned least, unsigned most, std::string_view what) {
  return least == most ? plural(most, what) : fmt::format("{} to {}", least, plural(most, what));
}

// "4 online, 2 queues and 1 interrupt each"
std::string shown_controllers(const Controllers& all, std::size_t vfs) {
  std::vector<const NvmeSecondary*> online;
  for (std::size_t i = 0; i < vfs; ++i)
    if (const auto* vf = all.of_vf(i); vf && vf->online) online.push_back(vf);
  if (online.empty()) return "none online";
  const auto [least, most] =
      std::ranges::minmax(online, {}, [](const auto* vf) { return vf->queues; });
  const auto [fewest, most_interrupts] =
      std::ranges::minmax(online, {}, [](const auto* vf) { return vf->interrupts; });
  return fmt::format(
      "{} online, {} and {} each", online.size(), from_to(least->queues, most->queues, "queue"),
      from_to(fewest->interrupts, most_interrupts->interrupts, "interrupt"));
}

std::string wanted_controllers(const std::vector<unsigned>& queues) {
  const auto [least, most] = std::ranges::minmax(queues);
  return fmt::format(
      "{} online{}", queues.size(),
      most == 0    ? ""
      : least == 0 ? fmt::format(", up to {} each", plural(most, "queue"))
                   : fmt::format(", {} each", from_to(least, most, "queue")));
}

// Nobody can give VFs of such a controller a number.
constexpr auto kUnmanaged =
    "its controller does not have the command Virtualization Management: leave vf-queues out";
constexpr auto kFixed = "fixed by the controller";

// A PF on a vfio driver is asked by whoever has it, a guest or a program.
bool belongs_to_a_guest(const PciAddress& pf, const Machine& machine) {
  return is_vfio_driver(bound_driver(machine.root, pf).value_or(""));
}
constexpr auto kElsewhere = "left to the user of the PF";

bool asks_a_number(const std::vector<unsigned>& queues) {
  return std::ranges::any_of(queues, [](unsigned wish) { return wish > 0; });
}

class HandingOut {
 public:
  HandingOut(const SetSecondaryControllers& x, const Machine& machine)
      : x_(x), machine_(machine), out_{.wanted = wanted_controllers(x.queues)} {}

  Outcome run() {
    if (belongs_to_a_guest(x_.pf, machine_)) {
      out_.got = kElsewhere;
      return out_;
    }
    auto answer = ask();
    if (!answer) return fail(static_cast<int>(answer.error().code), answer.error().what);
    all_ = std::move(*answer);
    if (!all_.primary.manages) {
      out_.got = kFixed;
      return asks_a_number(x_.queues) ? fail(EOPNOTSUPP, kUnmanaged) : out_;
    }
    shares_ = all_.shares(x_.queues);
    // What one VF has too much of may be what another lacks.
    for (const bool shrinking : {true, false})
      for (std::size_t i = 0; i < x_.queues.size(); ++i)
        if (const auto* vf = all_.of_vf(i);
            shrinking == (vf && shares_.vfs[i] && vf->queues > shares_.vfs[i]->queues))
          change(i);
    return finish();
  }

 private:
  Outcome& fail(int error, const std::string& why) {
    out_.state = StepState::failed;
    out_.error = error;
    if (out_.got.empty()) out_.got = "unknown";
    out_.cause = fmt::format("{}: {}", x_.pf.str(), why);
    return out_;
  }

  // A driver that was bound a moment ago may still start the controller.
  Result<Controllers> ask() {
    for (int tried = 1;; ++tried) {
      auto answer = Controllers::of(x_.pf, machine_);
      if (answer || answer.error().code != std::errc::resource_unavailable_try_again ||
          tried == kStartTries)
        return answer;
      std::this_thread::sleep_for(kPause);
    }
  }

  void complain(std::size_t vf, int error, std::string why) {
    if (complaints_.empty()) out_.error = error;
    const auto known = std::ranges::find(complaints_, why, &Complaint::why);
    if (known == complaints_.end())
      complaints_.push_back({std::move(why), {vf}});
    else
      known->vfs.push_back(vf);
  }

  void change(std::size_t index) {
    if (all_.right(index, x_.queues[index])) return;
    const auto* vf = all_.of_vf(index);
    const auto& share = shares_.vfs[index];
    const auto device = vf_address(machine_.root, x_.pf, static_cast<unsigned>(index));
    if (!device) return complain(index, ENODEV, "does not exist");
    if (!vf) return complain(index, ENODEV, "the PF lists no controller for it");
    if (!share) return complain(index, ENOSPC, shares_.shortage);
    if (const auto user = vf_user(machine_.root, *device))
      return complain(
          index, EBUSY,
          fmt::format("its controller cannot be changed while it is in use: {}", *user));
    if (const auto driver = bound_driver(machine_.root, *device); driver && vf->online)
      return complain(
          index, EBUSY,
          fmt::format(
              "its controller is online with {}, and driver {} is bound to it: unbind it, or boot "
              "anew",
              plural(vf->queues, "queue"), *driver));
    if (const auto done = hand_out(*vf, *share); !done)
      complain(index, static_cast<int>(done.error().code), done.error().what);
  }

  Status hand_out(const NvmeSecondary& vf, const VfShare& share) {
    // Whatever it had is gone then.
    if (vf.online) VFIRST_CHECK(told(machine_.nvme.set_online(x_.pf, vf.id, false), "set offline"));
    const auto give = [&](nvme::Resource kind, unsigned has, unsigned count,
                          std::string_view what) -> Status {
      if (count == 0 || (has == count && !vf.online)) return {};
      return told(machine_.nvme.assign(x_.pf, vf.id, kind, count), plural(count, what));
    };
    VFIRST_CHECK(give(nvme::Resource::queues, vf.queues, share.queues, "queue"));
    VFIRST_CHECK(give(nvme::Resource::interrupts, vf.interrupts, share.interrupts, "interrupt"));
    return told(machine_.nvme.set_online(x_.pf, vf.id, true), "set online");
  }

  Status told(Status answer, std::string_view what) {
    ++out_.writes;
    if (!answer) answer.error().what = fmt::format("{}: {}", what, answer.error().what);
    return answer;
  }

  Outcome& finish() {
    if (out_.writes)
      if (auto now = Controllers::of(x_.pf, machine_)) all_ = std::move(*now);
    for (std::size_t i = 0; i < x_.queues.size(); ++i)
      if (!all_.right(i, x_.queues[i]) && !complained(i))
        complain(
            i, 0,
            shares_.shortage.empty() ? "the controller accepted it and did not do it"
                                     : shares_.shortage);
    const auto got = shown_controllers(all_, x_.queues.size());
    if (complaints_.empty()) {
      out_.got = got;
      out_.state = out_.writes ? StepState::done : StepState::unchanged;
      return out_;
    }
    out_.got = got;
    return fail(out_.error, joined(complaints_, "; ", [](const Complaint& one) {
                  return fmt::format(
                      "{} {}: {}", one.vfs.size() == 1 ? "VF" : "VFs",
                      joined(one.vfs, ", ", number), one.why);
                }));
  }

  bool complained(std::size_t vf) const {
    return std::ranges::any_of(complaints_, [&](const Complaint& one) {
      return std::ranges::find(one.vfs, vf) != one.vfs.end();
    });
  }
  static std::string number(std::size_t value) { return std::to_string(value); }

  struct Complaint {
    std::string why;
    std::vector<std::size_t> vfs;
  };

  const SetSecondaryControllers& x_;
  const Machine& machine_;
  Outcome out_;
  Controllers all_;
  VfShares shares_;
  std::vector<Complaint> complaints_;
};

}  // namespace

Outcome apply(const SetSecondaryControllers& x, const Machine& machine) {
  return HandingOut(x, machine).run();
}

Observation verify(const SetSecondaryControllers& x, const Machine& machine) {
  Observation out{
      .wanted = wanted_controllers(x.queues),
      .evidence = "Identify, secondary controller list (CNS 15h)"};
  if (belongs_to_a_guest(x.pf, machine)) {
    out.got = kElsewhere;
    return out;
  }
  const auto all = Controllers::of(x.pf, machine);
  if (!all) {
    // A tree without a kernel, or a caller who may not ask.
    const auto code = all.error().code;
    out.verdict = code == std::errc::not_supported || code == std::errc::permission_denied ||
                          code == std::errc::operation_not_permitted
                      ? Verdict::unknown
                      : Verdict::failed;
    out.cause = fmt::format("{}: {}", x.pf.str(), all.error().what);
    return out;
  }
  if (!all->primary.manages) {
    out.got = kFixed;
    out.verdict = asks_a_number(x.queues) ? Verdict::failed : Verdict::ok;
    if (asks_a_number(x.queues)) out.cause = fmt::format("{}: {}", x.pf.str(), kUnmanaged);
    return out;
  }
  out.got = shown_controllers(*all, x.queues.size());
  std::size_t right = 0;
  for (std::size_t i = 0; i < x.queues.size(); ++i) {
    if (all->right(i, x.queues[i])) {
      ++right;
    } else if (out.cause.empty()) {
      const auto* vf = all->of_vf(i);
      out.cause = fmt::format(
          "{}: VF {}: {}", x.pf.str(), i,
          !vf          ? "the PF lists no controller for it"
          : vf->online ? fmt::format(
                             "its controller has {} and {}", plural(vf->queues, "queue"),
                             plural(vf->interrupts, "interrupt"))
                       : "its controller is offline");
    }
  }
  out.verdict = right == x.queues.size() ? Verdict::ok
                : right == 0             ? Verdict::failed
                                         : Verdict::short_of;
  return out;
}

}  // namespace vfirst::steps
