// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/explain.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "kargs/catalogue.hpp"
#include "kargs/command_line.hpp"
#include "report/plan_report.hpp"
#include "report/table.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// Text and JSON are both printed from this.
struct Explanation {
  std::string subject, kind;
  // "because", "reserved for guests".
  std::vector<std::pair<std::string, std::string>> lines;
  void line(std::string what, std::string value) {
    if (!value.empty()) lines.emplace_back(std::move(what), std::move(value));
  }
};

std::string origin_text(const Origin& origin) {
  return origin.file.empty() ? "the default" : origin.str();
}

std::string needs(const KargInfo& info) {
  std::string out;
  for (const auto option : info.config)
    if (!option.empty()) append_to_list(out, option);
  if (!info.hardware.empty()) append_to_list(out, info.hardware);
  if (info.since.known())
    append_to_list(out, fmt::format("Linux {}.{}", info.since.major, info.since.minor));
  return out;
}

std::string repeat_text(Repeat repeat) {
  return repeat == Repeat::first_wins  ? "the first value wins"
         : repeat == Repeat::last_wins ? "the last value wins"
                                       : "the values add up";
}

// Adds the findings about the subject.
void add_findings(Explanation& out, const Plan& plan, auto about_it) {
  for (const auto& finding : plan.findings)
    if (about_it(finding.subject) || std::ranges::any_of(finding.related, about_it))
      out.line(severity_name(finding.severity), finding.line());
}

std::optional<Explanation> explain_argument(
    const std::string& subject, const Plan& plan, const Facts& facts) {
  const auto key = subject.substr(0, subject.find('='));
  const auto* info = karg_info(key);
  Explanation out{key, "argument", {}};
  bool planned = false;
  for (const auto& arg : plan.kargs) {
    if (!same_key(arg.key, key)) continue;
    planned = true;
    out.line("planned", arg.text());
    out.line("because", arg.because);
    out.line("policy", origin_text(arg.policy));
  }
  const auto running = CommandLine::parse(facts.boot.cmdline);
  for (auto position : running.find(key))
    out.line("running kernel", running.args()[position].raw);
  const auto next = CommandLine::parse(facts.boot.next.cmdline());
  for (auto position : next.find(key))
    out.line("next boot, from others", next.args()[position].raw);
  if (!info && !planned && running.find(key).empty() && next.find(key).empty()) return std::nullopt;
  if (!planned) out.line("planned", "no");
  if (info) {
    out.line("does", std::string(info->doc));
    out.line("needs", needs(*info));
    out.line("check with", std::string(info->verified));
    out.line("repeated", repeat_text(info->repeat));
    out.line("risk", std::string(info->risk));
  }
  add_findings(out, plan, [&](const Subject& about) {
    return about.kind == Subject::Kind::argument &&
           same_key(about.name.substr(0, about.name.find('=')), key);
  });
  return out;
}

std::string link_text(const PcieLink& link) {
  return link.width ? fmt::format("{:g} GT/s x{}", link.speed_mts / 1000.0, link.width) : "";
}

void describe_function(Explanation& out, const PciFunction& f, const Facts& facts) {
  out.line("device", fmt::format("{:04x}:{:04x} {}", f.vendor, f.device, f.name));
  out.line("driver now", f.driver.empty() ? "none" : f.driver);
  out.line("node", f.node < 0 ? "none" : std::to_string(f.node));
  for (const auto& port : f.ports)
    out.line("port", port.name);
  out.line("slot", f.slot);
  out.line("link", link_text(f.link));
  out.line("link, at best", link_text(f.link_capable));
  if (f.iommu_group) {
    std::string members;
    for (const auto& group : facts.iommu.groups)
      if (group.id == *f.iommu_group) members = joined(group.members, ", ", &PciAddress::str);
    out.line("IOMMU group", fmt::format("{}: {}", *f.iommu_group, members));
  }
  if (f.sriov)
    out.line(
        "SR-IOV", fmt::format(
                      "{} of {} VFs exist, offset {}, stride {}", f.sriov->num_vfs,
                      f.sriov->total_vfs, f.sriov->offset, f.sriov->stride));
  if (f.physfn) out.line("VF of", f.physfn->str());
  for (const auto& device : facts.critical)
    if (device.address == f.address)
      out.line("never touched", (device.perhaps ? "may carry " : "carries ") + device.role);
  for (const auto& carrier : facts.unknown_carriers)
    if (!f.is_vf() && carrier.may_be(f))
      out.line("not touched unasked", fmt::format("may carry {}: {}", carrier.role, carrier.what));
}

bool concerns(const Action& action, const PciAddress& address) {
  return std::visit(
      [&](const auto& x) {
        if constexpr (requires { x.device; })
          return x.device == address || x.pf == address;
        else if constexpr (requires { x.pf; })
          return x.pf == address;
        else
          return false;
      },
      action);
}

std::optional<Explanation> explain_device(
    const PciAddress& address, const Plan& plan, const Facts& facts) {
  Explanation out{address.str(), "device", {}};
  const auto here = std::ranges::find(facts.pci, address, &PciFunction::address);
  if (here != facts.pci.end()) describe_function(out, *here, facts);
  for (const auto& pf : plan.pfs)
    if (pf.address == address)
      out.line(
          "planned",
          fmt::format("[pf {}]{}", pf.name, pf.vfs ? fmt::format(", {} VFs", pf.vfs) : ""));
  for (const auto& vf : plan.vfs)
    if (vf.address == address)
      out.line(
          "planned", fmt::format(
                         "VF {} of {}, {}{}", vf.index, vf.pf.str(), vf.driver.phrase(),
                         vf.identity_phrase()));
  for (const auto& step : plan.steps)
    if (concerns(step.action, address))
      out.line(
          "step",
          fmt::format(
              "{}: {} ({})", describe(step.action), step.because, origin_text(step.policy)));
  add_findings(out, plan, [&](const Subject& about) { return about == Subject::device(address); });
  if (out.lines.empty()) return std::nullopt;
  return out;
}

Result<Explanation> explain(const std::string& subject, const Plan& plan, const Facts& facts) {
  if (const auto address = PciAddress::parse(subject)) {
    if (auto found = explain_device(*address, plan, facts)) return *found;
    return refuse(
        "{}: this machine has no such device, and the plan has no such VF", address->str());
  }
  if (auto found = explain_argument(subject, plan, facts)) return *found;
  std::vector<std::string_view> known;
  for (const auto& info : karg_catalogue())
    known.push_back(info.key);
  const auto near = nearest(subject.substr(0, subject.find('=')), known);
  return refuse(
      "{}: not a PCI address, and not a kernel argument that vfirst knows{}", subject,
      near ? fmt::format("; did you mean {}?", *near) : "");
}

}  // namespace

Result<std::string> explain_text(const std::string& subject, const Plan& plan, const Facts& facts) {
  const auto what = VFIRST_TRY(explain(subject, plan, facts));
  Table table;
  for (const auto& [name, value] : what.lines)
    table.row({name, value});
  return what.subject + "\n" + table.str();
}

Result<std::string> explain_json(const std::string& subject, const Plan& plan, const Facts& facts) {
  const auto what = VFIRST_TRY(explain(subject, plan, facts));
  Json out{{"schema", "vfirst.explain/1"}, {"subject", what.subject}, {"kind", what.kind}};
  out["lines"] = list_of(what.lines, [](const auto& line) {
    return Json{{"what", line.first}, {"value", line.second}};
  });
  return document(out);
}

}  // namespace vfirst
