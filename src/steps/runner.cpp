// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/runner.hpp"

#include "steps/errno_table.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace vfirst {

namespace {

// The steps of one PF, in a thread of their own. Without an address: the steps of the whole host.
using Lane = std::optional<PciAddress>;

// Everything that a lane may still touch when it never returns. It is shared, so that it lives as
// long as the last lane.
class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(const std::vector<Step>& steps, const Machine& machine, Events::Time budget,
      Progress progress)
      : steps_(steps),
        machine_(machine),
        events_(machine.events),
        deadline_(machine.events.now() + budget),
        budget_(budget),
        progress_(std::move(progress)) {
    for (const auto& step : steps_) {
      StepResult result{
          .id = id_of(step.action),
          .text = describe(step.action),
          .required = step.required,
          .pf = pf_of(step.action)};
      results_.push_back(std::move(result));
      phases_.push_back(Phase::pending);
    }
    again_.resize(phases_.size());
  }

  RunReport go() {
    start_lanes();
    watch();
    return finish();
  }

 private:
  enum class Phase { pending, waiting, running, over };

  // The main thread alone waits for events, for all PFs at once; a step that waits for one is
  // looked at there.
  bool waits(std::size_t i) const {
    return std::holds_alternative<AwaitDriver>(steps_[i].action) || phases_[i] == Phase::waiting;
  }
  bool ready(std::size_t i) const {
    return std::ranges::all_of(steps_[i].after, [&](std::size_t j) {
      return j >= phases_.size() || phases_[j] == Phase::over;
    });
  }
  bool all_over() const {
    return std::ranges::all_of(phases_, [](Phase phase) { return phase == Phase::over; });
  }

  void start_lanes() {
    std::map<Lane, std::vector<std::size_t>> lanes;
    for (std::size_t i = 0; i < steps_.size(); ++i)
      if (!std::holds_alternative<AwaitDriver>(steps_[i].action))
        lanes[results_[i].pf].push_back(i);
    for (auto& [lane, mine] : lanes) {
      threads_.emplace_back(
          [self = shared_from_this(), work = std::move(mine)] { self->lane(work); });
    }
  }

  void lane(const std::vector<std::size_t>& mine) {
    std::unique_lock lock(mutex_);
    while (!closed_) {
      const auto open = [&](std::size_t i) {
        return phases_[i] == Phase::pending || phases_[i] == Phase::waiting;
      };
      const auto next = std::ranges::find_if(
          mine, [&](std::size_t i) { return phases_[i] == Phase::pending && ready(i); });
      if (next == mine.end()) {
        if (std::ranges::none_of(mine, open)) break;
        changed_.wait(lock);
        continue;
      }
      const auto i = *next;
      phases_[i] = Phase::running;
      lock.unlock();
      const auto began = events_.now();
      const auto outcome = apply(steps_[i].action, machine_);
      const auto took = events_.now() - began;
      lock.lock();
      // The run has returned without this lane: nothing may be touched any more.
      if (closed_) return;
      if (outcome.waiting) {
        phases_[i] = Phase::waiting;
        if (outcome.busy) again_[i] = events_.now() + kPause;
        note(i, outcome, took);
        events_.wake();
        continue;
      }
      record(i, outcome, took);
      changed_.notify_all();
      if (std::ranges::any_of(steps_, [&](const Step& step) {
            return needs(step, i) && std::holds_alternative<AwaitDriver>(step.action);
          }))
        events_.wake();
    }
    if (!closed_) events_.wake();
  }

  static bool needs(const Step& step, std::size_t i) {
    return std::ranges::find(step.after, i) != step.after.end();
  }

  void note(std::size_t i, const Outcome& outcome, Events::Time took) {
    auto& result = results_[i];
    result.state = outcome.state;
    result.wanted = outcome.wanted;
    result.got = outcome.got;
    result.error = outcome.error;
    result.cause = outcome.cause;
    result.reason = outcome.reason;
    result.writes += outcome.writes;
    result.ms += static_cast<double>(took.count()) / 1000;
  }

  void record(std::size_t i, const Outcome& outcome, Events::Time took) {
    note(i, outcome, took);
    end(i);
    if (outcome.state == StepState::failed && !outcome.partial &&
        traits_of(steps_[i].action).blocks)
      skip_after(i);
  }

  void end(std::size_t i) {
    phases_[i] = Phase::over;
    if (progress_) progress_(results_[i]);
  }

  void skip_after(std::size_t i) {
    for (std::size_t j = 0; j < steps_.size(); ++j) {
      if (phases_[j] != Phase::pending || !needs(steps_[j], i)) continue;
      results_[j].state = StepState::skipped;
      results_[j].cause =
          sentence(fmt::format("not tried, because this failed: {}", results_[i].text));
      results_[j].blocked_by = results_[i].id;
      end(j);
      skip_after(j);
    }
  }

  // The main thread: looks at the steps that wait for a device whenever a device event comes, until
  // all steps are over or the time is up.
  void watch() {
    std::unique_lock lock(mutex_);
    std::map<std::size_t, Events::Time> since;
    for (;;) {
      bool devices = false;
      for (std::size_t i = 0; i < steps_.size(); ++i) {
        if (phases_[i] == Phase::over || phases_[i] == Phase::running || !waits(i) || !ready(i))
          continue;
        // A write to sriov_numvfs may never return, and every PF needs the main thread: so the step
        // goes back to its own lane.
        if (std::holds_alternative<CreateVfs>(steps_[i].action)) {
          devices = true;
          const auto now = events_.now();
          if (now >= deadline_ ||
              (again_[i] ? now < *again_[i] : !may_go_on(steps_[i].action, machine_)))
            continue;
          again_[i].reset();
          phases_[i] = Phase::pending;
          changed_.notify_all();
          continue;
        }
        const auto began = since.try_emplace(i, events_.now()).first->second;
        lock.unlock();
        const auto outcome = apply(steps_[i].action, machine_);
        lock.lock();
        if (outcome.waiting) {
          phases_[i] = Phase::waiting;
          note(i, outcome, {});
          devices = true;
          continue;
        }
        record(i, outcome, events_.now() - began);
        changed_.notify_all();
      }
      if (all_over()) return;
      if (events_.now() >= deadline_) return;
      auto until = deadline_;
      for (const auto& again : again_)
        if (again) until = std::min(until, *again);
      lock.unlock();
      events_.wait(until, devices);
      lock.lock();
    }
  }

  RunReport finish() {
    RunReport report;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      const auto seconds = static_cast<double>(budget_.count()) / 1e6;
      for (std::size_t i = 0; i < steps_.size(); ++i) {
        if (phases_[i] == Phase::over) continue;
        auto& result = results_[i];
        if (phases_[i] == Phase::running) {
          result.state = StepState::failed;
          result.error = ETIMEDOUT;
          result.cause = sentence(fmt::format(
              "the kernel did not return from this write in {:g} s; gave up waiting", seconds));
        } else if (phases_[i] == Phase::waiting || result.state == StepState::deferred) {
          // It was tried, and its turn to be tried again did not come.
          result.state = StepState::failed;
          result.ms = static_cast<double>(budget_.count()) / 1000;
        } else {
          result.state = StepState::skipped;
          result.cause =
              sentence(fmt::format("not started: the {:g} s budget was used up", seconds));
        }
        if (phases_[i] == Phase::running) report.abandoned = true;
        end(i);
      }
      report.steps = results_;
    }
    changed_.notify_all();
    // A lane that runs nothing returns at once. Where one of them does not return from the kernel,
    // all are detached: which one it is does not matter.
    for (auto& thread : threads_)
      report.abandoned ? thread.detach() : thread.join();
    return report;
  }

  const std::vector<Step> steps_;
  const Machine machine_;
  Events& events_;
  const Events::Time deadline_, budget_;
  const Progress progress_;

  // Guards all members below.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StepResult> results_;
  std::vector<Phase> phases_;
  // When a step whose device is busy is tried again.
  std::vector<std::optional<Events::Time>> again_;
  bool closed_ = false;
  // Used by the main thread only.
  std::vector<std::thread> threads_;
};

}  // namespace

RunReport run_steps(
    const std::vector<Step>& steps, const Machine& machine, Events::Time budget,
    const Progress& progress) {
  return std::make_shared<Run>(steps, machine, budget, progress)->go();
}

}  // namespace vfirst
