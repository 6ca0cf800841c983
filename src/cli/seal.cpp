// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "image/seal.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace vfirst {

std::span<const Option> seal_options() {
  static const Option all[] = {
      {"--check", "Change nothing; exit 3 where something differs", &Options::check},
      {"--force", "Seal a system that is running, too", &Options::force},
  };
  return all;
}

ExitCode run_seal(const Options& options) {
  const auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  if (!options.check && !options.force && is_running_system(*root))
    return report_error(
        {std::errc::invalid_argument,
         "this system is running: seal would take its identity, kernel arguments "
         "and history; --force, if it is to become an image"});
  DiskFiles files(*root);
  const auto run = [](const auto& argv, std::string_view input) {
    return run_process(argv, input);
  };
  auto report = inspect_image(*root, files, run);
  std::vector<Difference> mended;
  std::vector<std::string> notes;
  if (!options.check && std::ranges::any_of(report.differences, [](const Difference& one) {
        return one.command.empty();
      })) {
    const auto before = std::move(report.differences);
    if (const auto done = mend_image(*root, files, notes); !done) return report_error(done.error());
    report = inspect_image(*root, files, run);
    std::ranges::copy_if(before, std::back_inserter(mended), [&](const Difference& one) {
      return std::ranges::find(report.differences, one) == report.differences.end();
    });
  }
  const bool sealed = report.differences.empty();
  if (options.json) {
    const auto list = [](const std::vector<Difference>& all) {
      auto out = nlohmann::ordered_json::array();
      for (const auto& one : all)
        out.push_back(
            {{"path", one.path},
             {"line", one.line},
             {"message", one.what},
             {"command", one.command}});
      return out;
    };
    auto kernels = nlohmann::ordered_json::array();
    for (const auto& kernel : report.kernels)
      kernels.push_back({{"release", kernel.release}, {"initramfs", kernel.initramfs}});
    const nlohmann::ordered_json document{
        {"schema", "vfirst.seal/1"},
        {"sealed", sealed},
        {"check", options.check},
        {"kernels", kernels},
        {"mended", list(mended)},
        {"differences", list(report.differences)},
        {"warnings", list(report.warnings)},
        {"notes", notes}};
    fmt::print("{}\n", document.dump(2));
  } else {
    for (const auto& one : mended)
      fmt::print("mended   {}\n", one.str());
    for (const auto& one : report.differences)
      fmt::print("differs  {}{}{}\n", one.str(), one.command.empty() ? "" : "; ", one.command);
    for (const auto& one : report.warnings)
      fmt::print("warning  {}; {}\n", one.str(), one.command);
    if (sealed)
      fmt::print(
          "sealed: nothing in it belongs to one machine; {} kernel{}\n", report.kernels.size(),
          report.kernels.size() == 1 ? "" : "s");
    else
      fmt::print(
          "not sealed: {} difference{}\n", report.differences.size(),
          report.differences.size() == 1 ? "" : "s");
  }
  for (const auto& note : notes)
    spdlog::warn("{}", note);
  return sealed ? ExitCode::done : ExitCode::differs;
}

}  // namespace vfirst
