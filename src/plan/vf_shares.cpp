// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/vf_shares.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace vfirst {

namespace {

unsigned rest_of(unsigned number, unsigned taken) {
  return number > taken ? number - taken : 0;
}

// What each of `vfs` gets of `left` where all get the same: as much as one may have, in whole steps
// where that leaves any; 0 where it does not suffice.
unsigned even_share(const FlexibleResources& pool, unsigned left, unsigned vfs) {
  if (vfs == 0) return 0;
  auto share = left / vfs;
  if (pool.most) share = std::min(share, pool.most);
  if (pool.step > 1 && share > pool.step) share -= share % pool.step;
  return share;
}

class Sharing {
 public:
  Sharing(const NvmePrimary& primary, const std::vector<unsigned>& wishes, VfShare held)
      : queues_(primary.queues),
        interrupts_(primary.interrupts),
        wishes_(wishes),
        held_(held),
        free_{
            rest_of(queues_.total, queues_.primary + held.queues),
            rest_of(interrupts_.total, interrupts_.primary + held.interrupts)},
        vfs_(static_cast<unsigned>(wishes.size())) {}

  VfShares result() {
    hand_out_queues();
    hand_out_interrupts();
    return std::move(out_);
  }

 private:
  void say(std::string shortage) {
    if (out_.shortage.empty()) out_.shortage = std::move(shortage);
  }

  void hand_out_queues() {
    if (queues_.total == 0) {
      out_.vfs.assign(vfs_, VfShare{});
      if (std::ranges::any_of(wishes_, [](unsigned wish) { return wish > 0; }))
        say("its controller has no queues to hand out, each VF has a fixed number of its own: "
            "leave vf-queues out");
      return;
    }
    unsigned asked = 0, even = 0;
    for (const auto wish : wishes_)
      wish ? asked += wish : ++even;
    const auto share =
        std::max(even_share(queues_, rest_of(free_.queues, asked), even), kLeastVfQueues);
    auto left = free_.queues;
    bool scarce = false;
    for (const auto wish : wishes_) {
      const auto want = wish ? wish : share;
      if (want < kLeastVfQueues)
        say(fmt::format(
            "{} asked, but a VF needs {}, one of them for administration: write vf-queues = {}",
            plural(want, "queue"), kLeastVfQueues, kLeastVfQueues));
      else if (queues_.most && want > queues_.most)
        say(fmt::format(
            "{} asked, but its controller gives a VF {} at most: write vf-queues = {}",
            plural(want, "queue"), queues_.most, queues_.most));
      else if (want > left)
        scarce = true;
      else {
        left -= want;
        out_.vfs.push_back(VfShare{want, 0});
        continue;
      }
      out_.vfs.push_back(std::nullopt);
    }
    if (scarce) say(scarcity("queue", queues_, free_.queues, held_.queues, asked + even * share));
  }

  void hand_out_interrupts() {
    if (interrupts_.total == 0) return;
    const auto served = [](const auto& vf) { return vf.has_value(); };
    const auto count = static_cast<unsigned>(std::ranges::count_if(out_.vfs, served));
    const auto share = std::max(even_share(interrupts_, free_.interrupts, count), 1U);
    auto left = free_.interrupts;
    bool scarce = false;
    for (auto& vf : out_.vfs) {
      if (!vf) continue;
      // A queue has one interrupt at most.
      const auto want = vf->queues ? std::min(vf->queues, share) : share;
      if (want > left) {
        scarce = true;
        vf.reset();
        continue;
      }
      left -= want;
      vf->interrupts = want;
    }
    if (scarce) say(scarcity("interrupt", interrupts_, free_.interrupts, held_.interrupts, count));
  }

  // `need`: of all VFs, with the least that each may have where the policy gives no number.
  std::string scarcity(
      std::string_view what, const FlexibleResources& pool, unsigned free, unsigned held,
      unsigned need) const {
    std::string kept;
    if (pool.primary) append_to_list(kept, fmt::format("{} stay with the PF", pool.primary));
    if (held) append_to_list(kept, fmt::format("{} are with other VFs", held));
    const auto enough = static_cast<unsigned>(
        std::ranges::count_if(out_.vfs, [](const auto& vf) { return vf.has_value(); }));
    std::vector<std::string> ways;
    if (const auto less = std::min(pool.most ? pool.most : free, vfs_ ? free / vfs_ : 0);
        what == "queue" && less >= kLeastVfQueues)
      ways.push_back(fmt::format("write vf-queues = {}", less));
    else if (enough)
      ways.push_back(fmt::format("write vfs = {}", enough));
    if (pool.primary && free + pool.primary >= need)
      ways.push_back(fmt::format(
          "leave the PF {} (nvme virt-mgmt --act=1 --rt={} --nr={}, then reset the PF)",
          pool.primary - (need - free), what == "queue" ? 0 : 1, pool.primary - (need - free)));
    return fmt::format(
        "{} need {}, and its controller has {} of {} to hand out{}{}{}", plural(vfs_, "VF"),
        plural(need, what), free, pool.total, kept.empty() ? "" : " (" + kept + ")",
        ways.empty() ? "" : ": ", joined_with("or", ways));
  }

  const FlexibleResources &queues_, &interrupts_;
  const std::vector<unsigned>& wishes_;
  const VfShare held_, free_;
  const unsigned vfs_;
  VfShares out_;
};

}  // namespace

VfShares vf_shares(const NvmePrimary& primary, const std::vector<unsigned>& wishes, VfShare held) {
  return Sharing(primary, wishes, held).result();
}

}  // namespace vfirst
