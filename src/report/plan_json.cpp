// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json.hpp"
#include "report/plan_report.hpp"

namespace vfirst {

namespace {

template <class... Lambdas>
struct Overloaded : Lambdas... { using Lambdas::operator()...; };

Json wanted(const Want& want) {
  return std::visit(Overloaded{
                        [](const WantIsolated& x) { return Json{{"what", "isolated"}, {"cpus", x.cpus.list()}}; },
                        [](const WantNohzFull& x) { return Json{{"what", "nohz_full"}, {"cpus", x.cpus.list()}}; },
                        [](const WantIrqAffinity& x) { return Json{{"what", "default_smp_affinity"}, {"cpus", x.cpus.list()}}; },
                        [](const WantPages& x) { return Json{{"what", "hugepages"}, {"node", x.node}, {"size_kb", x.size_kb}, {"pages", x.pages}}; },
                        [](const WantDefaultHugepage& x) { return Json{{"what", "default_hugepage"}, {"size_kb", x.size_kb}}; },
                        [](const WantIommu& x) { return Json{{"what", "iommu"}, {"active", x.active}}; },
                        [](const WantIommuPassthrough&) { return Json{{"what", "iommu_passthrough"}}; },
                        [](const WantMaxCstate& x) { return Json{{"what", "max_cstate"}, {"deepest", x.deepest}}; },
                        [](const WantArg& x) { return Json{{"what", "argument"}, {"text", x.text}}; },
                    },
                    want);
}

Json mac_or_null(const std::optional<MacAddress>& mac) { return mac ? Json(mac->str()) : Json(nullptr); }

}  // namespace

std::string plan_json(const Plan& plan) {
  Json out{{"schema", "vfirst.plan/1"}, {"hash", plan.hash()}, {"fingerprint", plan.fingerprint}, {"cmdline", plan.cmdline()}};
  out["kargs"] = list_of(plan.kargs, [](const PlannedArg& a) { return Json{{"key", a.key}, {"value", a.value}, {"because", a.because}, {"policy", a.policy.str()}}; });
  out["cpu"] = {{"reserved", plan.reserved.list()}, {"isolated", plan.isolated.list()}};
  out["hugepages"] = list_of(plan.hugepages, [](const PlannedPages& p) { return Json{{"node", p.node}, {"size_kb", p.size_kb}, {"pages", p.pages}}; });
  out["pfs"] = list_of(plan.pfs, [](const PlannedPf& p) {
    return Json{{"name", p.name}, {"address", p.address.str()}, {"driver", p.driver}, {"node", p.node}, {"vfs", p.vfs}, {"required", p.required}};
  });
  out["vfs"] = list_of(plan.vfs, [](const PlannedVf& v) {
    return Json{{"pf", v.pf.str()}, {"index", v.index}, {"address", v.address.str()}, {"driver", v.driver.empty() ? "none" : v.driver}, {"mac", mac_or_null(v.mac)}};
  });
  out["steps"] = list_of(plan.steps, [](const Step& s) {
    return Json{{"action", describe(s.action)}, {"because", s.because}, {"policy", s.policy.str()}, {"after", s.after}, {"required", s.required}};
  });
  out["expectations"] = list_of(plan.expectations, [](const Expectation& e) {
    auto one = wanted(e.want);
    one["asked"] = e.asked;
    one["policy"] = e.policy.str();
    return one;
  });
  out["findings"] = list_of(plan.findings, [](const Finding& f) { return Json{{"severity", severity_name(f.severity)}, {"code", f.code}, {"message", f.message}}; });
  out["timeout_s"] = plan.timeout_s;
  out["role"] = plan.role == Role::guest ? "guest" : "host";
  return document(out);
}

}  // namespace vfirst
