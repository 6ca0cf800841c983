// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/regenerate.hpp"

#include "base/text.hpp"
#include "bootloader/slots.hpp"
#include "host/loader_paths.hpp"

namespace vfirst {

namespace {

constexpr std::string_view kGenerator = "etc/grub.d/09_vfirst";
constexpr std::string_view kDefaults = "etc/default/grub.d/zz-vfirst.cfg";

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

}  // namespace

Result<GrubFile> read_grub_config(const Files& files) {
  for (const auto path : kGrubConfigs) {
    auto text = files.read(path);
    if (!text && text.error().code == std::errc::no_such_file_or_directory) continue;
    if (!text) return std::unexpected(text.error());
    auto config = GrubConfig::parse(*text);
    return GrubFile{std::string(path), std::move(*text), std::move(config)};
  }
  return refuse("boot/grub/grub.cfg: not there; run update-grub first");
}

std::vector<std::string> faults(const GrubFile& config, std::string_view block) {
  auto out = config.config.faults();
  const bool esp = block != kEnvironment;
  if (config.config.fragment && config.config.block_on_esp != esp)
    out.push_back(fmt::format(
        "its fragment reads the block from {}",
        esp ? "/boot, where GRUB cannot write"
            : "the EFI system partition, and it belongs to /boot"));
  return out;
}

Status can_regenerate(
    const Files& files, const Root& root, const GrubFile& now, const std::string& why) {
  for (const auto path : {kGenerator, kDefaults})
    if (!files.exists(path)) return refuse("{}: {}, and {} is not installed", now.path, why, path);
  if ((files.mode(kGenerator) & 0111) == 0)
    return refuse("{}: {}, and {} is not executable", now.path, why, kGenerator);
  if (!root.is_host())
    return refuse(
        "{}: {}; run update-grub inside {} and then apply again", now.path, why,
        root.path().native());
  return {};
}

Result<GrubFile> generate(const GrubFile& now, const RunProcess& run, std::string_view block) {
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
  GrubFile file{now.path, made.out, GrubConfig::parse(made.out)};
  if (const auto why = faults(file, block); !why.empty())
    return refuse(
        "a new {} would not carry our arguments: {}; does a file in etc/default/grub.d sort after "
        "zz-vfirst.cfg?",
        now.path, why.front());
  return file;
}

Status fits(
    const GrubConfig& config, std::string_view ours, std::size_t limit, const ProveLine& prove) {
  for (const auto& entry : config.entries) {
    if (entry.recovery ||
        (!entry.carries && !entry.generator.empty() && entry.generator != "10_linux"))
      continue;
    const auto bytes = entry.command_line_bytes(ours);
    if (bytes > limit)
      return refuse(
          "entry '{}': its command line would have {} bytes, the kernel takes {}: {} of ours, {} "
          "that stand there already",
          entry.title, bytes, limit, ours.size(), bytes - ours.size());
    if (!prove) continue;
    if (auto proved =
            prove(entry.kernel, fmt::format("{} {}", fmt::join(entry.arguments, " "), ours));
        !proved)
      return refuse("entry '{}': {}", entry.title, proved.error().what);
  }
  return {};
}

}  // namespace vfirst
