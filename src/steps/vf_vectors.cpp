// SPDX-License-Identifier: GPL-2.0-or-later
// How many MSI-X vectors a VF has: sriov_vf_msix_count.
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

namespace vfirst::steps {

namespace {

// The attribute can only be written; what the VF has stands in its MSI-X capability
// (PCI 3.0, 6.8.2.3: table size - 1 in the low eleven bits of message control).
std::optional<unsigned> table_size(const Root& root, const PciAddress& vf) {
  const auto config = root.read(device_path(vf, "config"));
  if (!config) return std::nullopt;
  const auto byte = [&](std::size_t at) {
    return at < config->size() ? static_cast<unsigned char>((*config)[at]) : 0U;
  };
  unsigned at = byte(0x34) & 0xfc;
  for (int hops = 0; at >= 0x40 && hops < 48; ++hops, at = byte(at + 1) & 0xfc)
    if (byte(at) == 0x11) return (byte(at + 2) | (byte(at + 3) & 7U) << 8) + 1;
  return std::nullopt;
}

}  // namespace

Outcome apply(const SetVfVectors& x, const Machine& machine) {
  Outcome out{.wanted = std::to_string(x.vectors)};
  const auto fail = [&](int error, const std::string& why) {
    out.state = StepState::failed;
    out.error = error;
    out.cause = fmt::format("VF {} of {}: {}", x.index, x.pf.str(), why);
    out.reason = why;
    return out;
  };
  const auto vf = vf_address(machine.root, x.pf, x.index);
  if (!vf) return fail(ENODEV, "does not exist");
  const auto look = [&] {
    const auto now = table_size(machine.root, *vf);
    out.got = now ? std::to_string(*now) : "unknown";
    return now;
  };
  if (look() == x.vectors) return out;
  if (const auto total = machine.root.number(device_path(x.pf, "sriov_vf_total_msix"));
      total && *total == 0)
    return fail(EOPNOTSUPP, explain_errno(Place::vf_msix, EOPNOTSUPP));
  if (bound_driver(machine.root, *vf)) return fail(EBUSY, explain_errno(Place::vf_msix, EBUSY));
  ++out.writes;
  if (const auto written = machine.root.write(device_path(*vf, "sriov_vf_msix_count"), out.wanted);
      !written) {
    const int error = static_cast<int>(written.error().code);
    return fail(error, explain_errno(Place::vf_msix, error));
  }
  if (const auto now = look(); now && now != x.vectors)
    return fail(0, fmt::format("the driver accepted {} vectors but gives {}", x.vectors, *now));
  out.state = StepState::done;
  return out;
}

Observation verify(const SetVfVectors& x, const Machine& machine) {
  Observation out{.wanted = std::to_string(x.vectors)};
  const auto vf = vf_address(machine.root, x.pf, x.index);
  if (!vf) {
    out.got = "no VF";
    out.verdict = Verdict::failed;
    return out;
  }
  out.evidence = device_path(*vf, "config");
  const auto now = table_size(machine.root, *vf);
  if (!now) return out;
  out.got = std::to_string(*now);
  out.verdict = *now == x.vectors ? Verdict::ok : Verdict::failed;
  return out;
}

}  // namespace vfirst::steps
