// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/regenerate.hpp"

#include "base/text.hpp"
#include "bootloader/missing_variable.hpp"
#include "host/loader_paths.hpp"
#include "loader/default_grub.hpp"

namespace vfirst {

namespace {

constexpr std::string_view kGenerator = "etc/grub.d/09_vfirst";

std::string first_line(std::string_view text) {
  return std::string(trimmed(split(trimmed(text), '\n').front()));
}
std::string last_line(std::string_view text) {
  return std::string(trimmed(split(trimmed(text), '\n').back()));
}

// GRUB's tools are grub-… on Debian and grub2-… elsewhere.
Result<Ended> run_tool(const RunProcess& run, std::string_view tool, std::string_view input) {
  for (const auto prefix : {"grub-", "grub2-"}) {
    auto ended = run({fmt::format("{}{}", prefix, tool)}, input);
    if (ended || ended.error().code != std::errc::no_such_file_or_directory) return ended;
  }
  return refuse("grub-{}: not installed", tool);
}

// The kernel stops at `--` (parse_args in kernel/params.c) and hands the rest to init. The place is
// the line that has it in etc/default/grub, else the entry's in grub.cfg.
Status reaches_the_kernel(const FileReader& files, const GrubFile& file, const GrubEntry& entry) {
  if (!entry.ends_before_ours()) return {};
  const auto sources = default_sources(files, split_arguments("--").front());
  const auto place =
      sources.empty() ? fmt::format("{}:{}", file.path, entry.line) : sources.front().str();
  return refuse(
      "{}: the kernel arguments hold \"--\", and the kernel reads none behind it, so vfirst's "
      "would have no effect; take it and what follows it out",
      place);
}

}  // namespace

RunProcess run_or_host(const RunProcess& run) {
  if (run) return run;
  return [](const auto& argv, std::string_view input) { return run_process(argv, input); };
}

Status can_regenerate(
    const Files& files, const Root& root, const GrubFile& old, const std::string& why) {
  for (const auto path : {kGenerator, kGrubDropIn})
    if (!files.exists(path)) return refuse("{}: {}, and {} is not installed", old.path, why, path);
  if ((files.mode(kGenerator) & 0111) == 0)
    return refuse("{}: {}, and {} is not executable", old.path, why, kGenerator);
  if (!root.is_host())
    return refuse(
        "{}: {}; run update-grub inside {} and then apply again", old.path, why,
        root.path().native());
  return {};
}

Result<GrubFile> generate(
    const FileReader& files, const GrubFile& old, const RunProcess& run, std::string_view block) {
  // Without -o it writes to stdout: no file of its own appears, and grub.cfg is not truncated and
  // refilled in place.
  const auto made = VFIRST_TRY(run_tool(run, "mkconfig", {}));
  if (made.code != 0)
    return failed(EIO, "grub-mkconfig failed ({}): {}", made.code, last_line(made.err));
  const auto checked = VFIRST_TRY(run_tool(run, "script-check", made.out));
  if (checked.code != 0)
    return failed(
        EIO, "grub-script-check refuses what grub-mkconfig made: {}",
        first_line(checked.err + checked.out));
  GrubFile file{old.path, made.out, GrubConfig::parse(made.out, grub_machine(files, old.path))};
  if (const auto why = faults(file, block); !why.empty()) {
    const auto cause = file.config.fragment == GrubConfig::kFragment
                           ? why_variable_is_missing(files, file)
                           : std::string();
    return refuse(
        "a new {} would not carry our arguments: {}", old.path,
        cause.empty() ? why.front() : cause);
  }
  return file;
}

Status fits(
    const FileReader& files, const GrubFile& file, const Arguments& ours, std::size_t limit,
    const ProveLine& prove) {
  const auto ours_bytes = ours.str().size();
  for (const auto& entry : file.config.entries) {
    if (entry.recovery ||
        (!entry.carries && !entry.generator.empty() && entry.generator != "10_linux"))
      continue;
    if (!ours.empty()) VFIRST_CHECK(reaches_the_kernel(files, file, entry));
    const auto line = entry.command_line(ours);
    if (line.size() > limit)
      return refuse(
          "entry '{}': its command line would have {} bytes, the kernel takes {}: {} of ours, {} "
          "that stand there already",
          entry.title, line.size(), limit, ours_bytes, line.size() - ours_bytes);
    if (!prove) continue;
    if (auto proved = prove(entry.kernel, line); !proved)
      return refuse("entry '{}': {}", entry.title, proved.error().what);
  }
  return {};
}

}  // namespace vfirst
