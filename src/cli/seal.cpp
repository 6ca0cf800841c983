// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "base/json.hpp"
#include "base/words.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "image/seal.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>

namespace vfirst {

namespace {

std::string as_json(
    const ImageReport& report, const std::vector<Difference>& mended,
    const std::vector<std::string>& notes, bool check) {
  const auto list = [](const std::vector<Difference>& differences) {
    return list_of(differences, [](const Difference& one) {
      return Json{
          {"path", one.path}, {"line", one.line}, {"message", one.what}, {"command", one.command}};
    });
  };
  Json out{{"schema", "vfirst.seal/1"}, {"sealed", report.differences.empty()}, {"check", check}};
  out["kernels"] = list_of(report.kernels, [](const auto& kernel) {
    return Json{{"release", kernel.release}, {"initramfs", kernel.initramfs}};
  });
  out["mended"] = list(mended);
  out["differences"] = list(report.differences);
  out["warnings"] = list(report.warnings);
  out["notes"] = notes;
  return document(out);
}

std::string as_text(const ImageReport& report, const std::vector<Difference>& mended) {
  std::string out;
  for (const auto& one : mended)
    out += fmt::format("fixed    {}\n", one.str());
  for (const auto& one : report.differences)
    out +=
        fmt::format("differs  {}{}{}\n", one.str(), one.command.empty() ? "" : "; ", one.command);
  for (const auto& one : report.warnings)
    out += fmt::format("warning  {}; {}\n", one.str(), one.command);
  if (!report.differences.empty())
    return out + fmt::format("not sealed: {}\n", plural(report.differences.size(), "difference"));
  return out + fmt::format(
                   "sealed: nothing machine-specific is left; {}\n",
                   plural(report.kernels.size(), "kernel"));
}

}  // namespace

std::span<const Option> seal_options() {
  static const Option all[] = {
      {"--check", "Change nothing; exit 3 where something differs", &Options::check},
      {"--force", "Also seal a running system", &Options::force},
  };
  return all;
}

ExitCode run_seal(const Options& options) {
  const auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  if (!options.check && !options.force && is_running_system(*root))
    return report_error(refuse("this system is running: seal would remove its identity, kernel "
                               "arguments and history; use --force if it is to become an image")
                            .error());
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
  if (!mended.empty()) note_change("the image was changed");
  if (options.json)
    print_document(as_json(report, mended, notes, options.check));
  else
    print_text(as_text(report, mended));
  for (const auto& note : notes)
    spdlog::warn("{}", note);
  return sealed ? ExitCode::done : ExitCode::differs;
}

}  // namespace vfirst
