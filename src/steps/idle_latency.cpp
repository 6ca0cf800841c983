// SPDX-License-Identifier: GPL-2.0-or-later
// PM QoS: how long a CPU may take to wake up, which bounds its idle states at run time.
#include "steps/actions.hpp"
#include "steps/device.hpp"

namespace vfirst::steps {

namespace {

std::string file_of(unsigned cpu) {
  return fmt::format("sys/devices/system/cpu/cpu{}/power/pm_qos_resume_latency_us", cpu);
}

// In this file 0 says "no constraint" and "n/a" says "no latency at all"
// (drivers/base/power/sysfs.c).
std::string spelling(unsigned latency_us) {
  return latency_us == 0 ? "n/a" : std::to_string(latency_us);
}

struct Seen {
  CpuSet right, wrong, absent;
};

Seen look(const LimitIdleLatency& x, const Root& root) {
  Seen seen;
  // An offline CPU has no such file, and no idle state.
  const auto online = online_cpus(root);
  for (const auto cpu : (online ? x.cpus & *online : x.cpus).members()) {
    const auto now = root.read(file_of(cpu));
    (!now ? seen.absent : *now == spelling(x.latency_us) ? seen.right : seen.wrong).insert(cpu);
  }
  return seen;
}

}  // namespace

Outcome apply(const LimitIdleLatency& x, const Machine& machine) {
  Outcome out{.wanted = x.cpus.list()};
  const auto before = look(x, machine.root);
  Error first;
  for (const auto cpu : before.wrong.members()) {
    ++out.writes;
    if (auto written = machine.root.write(file_of(cpu), spelling(x.latency_us));
        !written && first.what.empty())
      first = written.error();
  }
  const auto now = before.wrong.empty() ? before : look(x, machine.root);
  out.got = now.right.list();
  if (now.wrong.empty() && now.absent.empty()) {
    if (!before.wrong.empty()) out.state = StepState::done;
    return out;
  }
  out.state = StepState::failed;
  out.error = first.what.empty() ? ENOENT : static_cast<int>(first.code);
  out.cause = !now.absent.empty() ? fmt::format(
                                        "CPUs {} have no pm_qos_resume_latency_us: the kernel has "
                                        "no CONFIG_PM",
                                        now.absent.list())
                                  : fmt::format("CPUs {}: {}", now.wrong.list(), first.what);
  return out;
}

Observation verify(const LimitIdleLatency& x, const Machine& machine) {
  const auto now = look(x, machine.root);
  Observation out{
      .wanted = x.cpus.list(),
      .got = now.right.list(),
      .evidence = "sys/devices/system/cpu/cpu*/power/pm_qos_resume_latency_us"};
  if (now.wrong.empty() && now.absent.empty())
    out.verdict = Verdict::ok;
  else if (now.wrong.empty())
    out.verdict = Verdict::unknown;
  else
    out.verdict = now.right.empty() ? Verdict::failed : Verdict::short_of;
  if (!now.wrong.empty())
    out.cause = fmt::format("CPUs {} have a different limit", now.wrong.list());
  return out;
}

}  // namespace vfirst::steps
