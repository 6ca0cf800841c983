// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/format.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/load.hpp"
#include "report/json.hpp"

#include <algorithm>
#include <cstdio>
#include <spdlog/spdlog.h>

namespace vfirst {

namespace {

std::string as_json(const Exported& exported, const ExportFormat& format, const Plan& plan) {
  Json out{{"schema", "vfirst.export/1"}, {"format", format.name}, {"plan", plan.hash()}};
  out["parts"] = list_of(exported.parts, [](const ExportPart& part) {
    return Json{{"kind", part.kind}, {"name", part.name}, {"device", part.device.str()}, {"text", part.text}};
  });
  return document(out);
}

ExitCode unknown_format(const std::string& word) {
  std::vector<std::string_view> names;
  for (const auto& format : export_formats()) names.emplace_back(format.name);
  const auto near = nearest(word, names);
  fmt::print(stderr, "vfirst: unknown format '{}'; {}\n", word, near ? fmt::format("did you mean '{}'?", *near) : fmt::format("there is {}", fmt::join(names, ", ")));
  return ExitCode::usage;
}

}  // namespace

std::span<const Option> export_options() {
  static const Option all[] = {
      {"FORMAT", "What to print: libvirt", &Options::subject},
      {"--pool", "Only the pool of this PF, for virsh net-define", &Options::pool, "NAME|PF"},
      {"--vf", "Only the domain of this VF, for virsh define", &Options::vf, "BDF|SECTION:INDEX"},
  };
  return all;
}

ExitCode run_export(const Options& options) {
  const auto formats = export_formats();
  const auto format = std::ranges::find(formats, options.subject, &ExportFormat::name);
  if (format == formats.end()) return unknown_format(options.subject);
  if (!options.pool.empty() && !options.vf.empty()) {
    fmt::print(stderr, "vfirst: --pool and --vf exclude one another\n");
    return ExitCode::usage;
  }
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());
  const auto exported = format->make(*plan, input->facts, {options.pool, options.vf});
  if (!exported) return report_error(exported.error());
  // What is printed is as good as the plan is.
  for (const auto& finding : plan->findings)
    if (finding.severity == Severity::error) spdlog::warn("{}", finding.message);
  fmt::print("{}", options.json ? as_json(*exported, *format, *plan) : exported->document);
  return ExitCode::done;
}

}  // namespace vfirst
