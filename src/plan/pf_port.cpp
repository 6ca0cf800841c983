// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/pf_port.hpp"

#include "base/driver_name.hpp"

namespace vfirst {

bool is_nic(const PciFunction& f) {
  return f.class_code >> 16 == 0x02;
}

bool is_infiniband(const PciFunction& f) {
  return f.class_code >> 8 == 0x0207;
}

bool has_port(const PciFunction& f) {
  return is_nic(f) && !is_vfio_driver(f.driver);
}

PortChoice port_of(const PfPolicy& section) {
  const auto& match = section.match;
  PortChoice out;
  if (match.port) out.port = match.port->value;
  if (match.ifname) out.ifname = match.ifname->value;
  if (match.mac) out.mac = match.mac->value;
  return out;
}

void report_no_port(
    Draft& draft, const ChosenPf& chosen, const Origin& from, std::string_view what) {
  const auto& pf = *chosen.function;
  if (is_nic(pf))
    draft.add_finding(
        value_or(chosen.section->required, true) ? Severity::error : Severity::warning,
        "pf-without-port", Subject::device(pf.address),
        fmt::format(
            "{} is on {} and has no network interface on this host: {} left out", pf.address.str(),
            pf.driver, what),
        {from});
  else
    draft.add_finding(
        Severity::warning, "not-a-nic", Subject::device(pf.address),
        fmt::format("{} is not a network device: {} left out", pf.address.str(), what), {from});
}

}  // namespace vfirst
