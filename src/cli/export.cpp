// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/format.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>

namespace vfirst {

namespace {

std::string as_json(const Exported& exported, const ExportFormat& format, const Plan& plan) {
  Json out{{"schema", "vfirst.export/1"}, {"format", format.name}, {"plan", plan.hash()}};
  out["parts"] = list_of(exported.parts, [](const ExportPart& part) {
    Json one{{"kind", part.kind}, {"name", part.name}};
    if (part.device != PciAddress()) one["device"] = part.device.str();
    one["text"] = part.text;
    return one;
  });
  return document(out);
}

ExitCode unknown_format(const std::string& word) {
  std::vector<std::string_view> names;
  for (const auto& format : export_formats())
    names.emplace_back(format.name);
  const auto near = nearest(word, names);
  print_error(fmt::format(
      "unknown format '{}'; {}", word,
      near ? fmt::format("did you mean '{}'?", *near)
           : fmt::format("the formats are: {}", fmt::join(names, ", "))));
  return ExitCode::usage;
}

Result<ExportWish> wish_of(const Options& options) {
  ExportWish wish;
  wish.pool = options.pool;
  wish.vf = options.vf;
  wish.node = options.node;
  if (!options.mac.empty()) wish.mac = VFIRST_TRY(MacAddress::parse(options.mac));
  wish.with = options.with;
  if (!options.linux_file.empty()) wish.kernel = options.linux_file;
  if (!options.initrd_file.empty()) wish.initrd = options.initrd_file;
  wish.host_policy = options.host_policy;
  wish.release = options.kernel;
  return wish;
}

// An option that the format has no use for is a mistake, not a wish.
const char* stray_option(const Options& options, const ExportFormat& format) {
  if (!format.has_parts) {
    if (!options.pool.empty()) return "--pool";
    if (!options.vf.empty()) return "--vf";
  }
  if (format.target) return nullptr;
  const std::pair<const char*, const std::string*> all[] = {
      {"--node", &options.node},          {"--mac", &options.mac},
      {"--with", &options.with},          {"--linux", &options.linux_file},
      {"--initrd", &options.initrd_file}, {"--host-policy", &options.host_policy}};
  for (const auto& [name, value] : all)
    if (!value->empty()) return name;
  return nullptr;
}

}  // namespace

std::span<const Option> export_options() {
  static const Option all[] = {
      {"FORMAT", "What to print: ipxe, bls, ...; vfirst(8) lists them", &Options::subject},
      {"--facts", "Plan for the host of this document, tar or tree", &Options::facts, "FILE"},
      {"--node", "The host's name there (default: its host name)", &Options::node, "NAME"},
      {"--mac", "The port that it boots over (default: its route's)", &Options::mac, "ADDRESS"},
      {"--with", "Other arguments, before these: root=, console=", &Options::with, "WORDS"},
      {"--linux", "The kernel's file there (default vmlinuz)", &Options::linux_file, "FILE"},
      {"--initrd", "The initramfs's file there (default initrd.img)", &Options::initrd_file,
       "FILE"},
      {"--host-policy", "A policy there that goes into the initramfs", &Options::host_policy,
       "FILE"},
      {"--pool", "libvirt: only the pool of this PF", &Options::pool, "NAME|PF"},
      {"--vf", "libvirt: only the domain of this VF", &Options::vf, "BDF|SECTION:INDEX"},
  };
  return all;
}

ExitCode run_export(const Options& options) {
  const auto formats = export_formats();
  const auto format = std::ranges::find(formats, options.subject, &ExportFormat::name);
  if (format == formats.end()) return unknown_format(options.subject);
  if (!options.pool.empty() && !options.vf.empty()) {
    print_error("--pool and --vf cannot be used together");
    return ExitCode::usage;
  }
  if (const auto* stray = stray_option(options, *format)) {
    print_error(fmt::format("{} cannot be used with the format {}", stray, format->name));
    return ExitCode::usage;
  }
  const auto wish = wish_of(options);
  if (!wish) return report_error(wish.error());
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());
  const auto exported = export_as(*format, *plan, input->facts, *wish);
  if (!exported) return report_error(exported.error());
  // What is printed is as good as the plan is.
  for (const auto& finding : plan->findings)
    if (finding.severity == Severity::error) spdlog::warn("{}", finding.line());
  print_document(options.json ? as_json(*exported, *format, *plan) : exported->document);
  return ExitCode::done;
}

}  // namespace vfirst
