// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/overloaded.hpp"
#include "report/json_writer.hpp"
#include "report/plan_report.hpp"

namespace vfirst {

namespace {

void write_wanted(JsonWriter& json, const Want& want) {
  const auto what = [&](std::string_view name) { json.member("what", name); };
  const auto cpus = [&](std::string_view name, const CpuSet& set) {
    what(name), json.member("cpus", set.list());
  };
  std::visit(
      Overloaded{
          [&](const WantIsolated& x) { cpus("isolated", x.cpus); },
          [&](const WantNohzFull& x) { cpus("nohz_full", x.cpus); },
          [&](const WantIrqAffinity& x) { cpus("default_smp_affinity", x.cpus); },
          [&](const WantPages& x) {
            what("hugepages"), json.member("node", x.node), json.member("size_kb", x.size_kb),
                json.member("pages", x.pages);
          },
          [&](const WantDefaultHugepage& x) {
            what("default_hugepage"), json.member("size_kb", x.size_kb);
          },
          [&](const WantIommu& x) { what("iommu"), json.member("active", x.active); },
          [&](const WantIommuPassthrough&) { what("iommu_passthrough"); },
          [&](const WantMaxCstate& x) {
            what("max_cstate"), json.member("deepest", x.deepest);
            if (x.state) json.member("state", *x.state), json.member("name", x.name);
          },
          [&](const WantWorkCpus& x) { cpus("workqueue_cpumask", x.cpus); },
          [&](const WantShown& x) {
            what("shown"), json.member("name", x.name), json.member("file", x.file),
                json.member("value", x.value);
          },
          [&](const WantFrequency& x) {
            what("frequency"), json.member("governor", x.governor),
                json.member("preference", x.preference);
          },
          [&](const WantArg& x) { what("argument"), json.member("text", x.arg.raw); },
      },
      want);
}

}  // namespace

std::string plan_json(const Plan& plan) {
  JsonWriter json;
  // A list with an object for each item; members(item) writes the members of one.
  const auto objects = [&](std::string_view name, const auto& items, auto members) {
    json.list(name, items, [&](const auto& item) { json.object([&] { members(item); }); });
  };
  json.object([&] {
    json.member("schema", "vfirst.plan/1");
    json.member("hash", plan.hash());
    json.member("fingerprint", plan.fingerprint);
    json.member("cmdline", plan.cmdline());
    objects("kargs", plan.kargs, [&](const PlannedArg& a) {
      json.member("key", a.key), json.member("value", a.value.value_or("")),
          json.member("because", a.because), json.member("policy", a.policy.str());
    });
    json.key("cpu");
    json.object([&] {
      json.member("reserved", plan.reserved.list()), json.member("isolated", plan.isolated.list());
      if (plan.balanced) json.member("balanced", true);
    });
    objects("hugepages", plan.hugepages, [&](const PlannedPages& p) {
      json.member("node", p.node), json.member("size_kb", p.size_kb), json.member("pages", p.pages);
    });
    objects("pfs", plan.pfs, [&](const PlannedPf& p) {
      json.member("name", p.name), json.member("address", p.address.str()),
          json.member("driver", p.driver), json.member("node", p.node);
      json.member("vfs", p.vfs), json.member("required", p.required);
    });
    objects("vfs", plan.vfs, [&](const PlannedVf& v) {
      json.member("pf", v.pf.str()), json.member("index", v.index),
          json.member("address", v.address.str());
      json.member("driver", v.driver.shown());
      if (v.mac)
        json.member("mac", v.mac->str());
      else
        json.member("mac", nullptr);
      if (v.guid) json.member("guid", v.guid->str());
      if (!v.migration) return json.member("migration", nullptr);
      json.key("migration");
      json.object([&] {
        json.member("verdict", verdict_name(v.migration->verdict));
        json.member("reason", v.migration->reason);
        json.member("source", v.migration->source);
        json.member("wanted", v.migration_wanted);
      });
    });
    objects("steps", plan.steps, [&](const Step& s) {
      json.member("action", describe(s.action)), json.member("because", s.because),
          json.member("policy", s.policy.str());
      json.list("after", s.after, [&](std::size_t before) { json.value(before); });
      json.member("required", s.required);
    });
    objects("expectations", plan.expectations, [&](const Expectation& e) {
      write_wanted(json, e.want);
      json.member("asked", join_arguments(e.asked)), json.member("policy", e.policy.str());
    });
    objects("findings", plan.findings, [&](const Finding& f) {
      json.member("severity", severity_name(f.severity)), json.member("code", f.code),
          json.member("message", f.line());
      const auto subject = [&](const Subject& about) {
        json.object(
            [&] { json.member("kind", kind_name(about.kind)), json.member("name", about.name); });
      };
      json.key("subject");
      subject(f.subject);
      json.list("related", f.related, subject);
      json.list("sources", f.sources, [&](const Origin& source) { json.value(source.str()); });
    });
    json.member("timeout_s", plan.timeout_s);
    json.member("role", plan.role == Role::guest ? "guest" : "host");
  });
  return std::move(json).document();
}

}  // namespace vfirst
