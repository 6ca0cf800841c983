// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/regenerate.hpp"

#include "base/text.hpp"
#include "bootloader/slots.hpp"

namespace vfirst {

namespace {

constexpr std::string_view kGenerator = "etc/grub.d/09_vfirst";
constexpr std::string_view kDefaults = "etc/default/grub.d/zz-vfirst.cfg";

std::string first_line(std::string_view text) { return std::string(trimmed(split(trimmed(text), '\n').front())); }
std::string last_line(std::string_view text) { return std::string(trimmed(split(trimmed(text), '\n').back())); }

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
  for (const auto path : {"boot/grub/grub.cfg", "boot/grub2/grub.cfg"}) {
    auto text = files.read(path);
    if (!text && text.error().code == std::errc::no_such_file_or_directory) continue;
    if (!text) return std::unexpected(text.error());
    auto config = GrubConfig::parse(*text);
    return GrubFile{path, std::move(*text), std::move(config)};
  }
  return refuse("boot/grub/grub.cfg: not there; run update-grub first");
}

Status can_regenerate(const Files& files, const Root& root, const GrubFile& now) {
  const auto why = now.config.faults().front();
  for (const auto path : {kGenerator, kDefaults})
    if (!files.exists(path)) return refuse("{}: {}, and {} is not installed", now.path, why, path);
  if ((files.mode(kGenerator) & 0111) == 0) return refuse("{}: {}, and {} is not executable", now.path, why, kGenerator);
  if (!root.is_host())
    return refuse("{}: {}; run update-grub inside {} and then apply again", now.path, why, root.path().native());
  return {};
}

Result<GrubFile> generate(const GrubFile& now, const RunProcess& run) {
  // Without -o it writes to stdout: no file of its own appears, and grub.cfg is not truncated and refilled in place.
  const auto made = VFIRST_TRY(run_tool(run, "mkconfig", {}));
  if (made.code != 0) return failed(EIO, "grub-mkconfig failed ({}): {}", made.code, last_line(made.err));
  const auto checked = VFIRST_TRY(run_tool(run, "script-check", made.out));
  if (checked.code != 0) return failed(EIO, "grub-script-check refuses what grub-mkconfig made: {}", first_line(checked.err + checked.out));
  GrubFile file{now.path, made.out, GrubConfig::parse(made.out)};
  const auto faults = file.config.faults();
  if (!faults.empty())
    return refuse("a new {} would not carry our arguments: {}; does a file in etc/default/grub.d sort after zz-vfirst.cfg?",
                  now.path, faults.front());
  return file;
}

Status write_journal(Files& files, const Journal& journal) {
  const auto text = journal.text();
  if (const auto now = files.read(kJournal); now && *now == text) return {};
  const auto fresh = fmt::format("{}.tmp", kJournal);
  VFIRST_CHECK(files.create(fresh, text));
  return files.rename(fresh, kJournal);
}

Status install(Files& files, const GrubFile& now, const GrubFile& made, Journal& journal) {
  const auto kept = fmt::format("{}/grub.cfg.before", kSlotFolder);
  const auto mode = files.mode(now.path);
  if (!files.exists(kept)) {
    VFIRST_CHECK(files.create(kept + ".tmp", now.text, 0600));
    VFIRST_CHECK(files.rename(kept + ".tmp", kept));
  }
  journal.note(kept);
  journal.note(now.path, kept);
  VFIRST_CHECK(write_journal(files, journal));
  // Not the name NAME.new: that one grub-mkconfig takes for itself.
  const auto fresh = now.path + ".vfirst";
  if (files.exists(fresh)) VFIRST_CHECK(files.remove(fresh));      // of a run that was cut short
  VFIRST_CHECK(files.create(fresh, made.text, mode));
  VFIRST_CHECK(files.rename(fresh, now.path));
  VFIRST_CHECK(files.settle(now.path.substr(0, now.path.rfind('/'))));
  if (VFIRST_TRY(files.read(now.path)) != made.text) return failed(EIO, "{}: does not read back as written", now.path);
  return {};
}

Status fits(const GrubConfig& config, std::string_view ours, std::size_t limit) {
  for (const auto& entry : config.entries) {
    if (entry.recovery || (!entry.carries && !entry.generator.empty() && entry.generator != "10_linux")) continue;
    const auto bytes = entry.command_line_bytes(ours);
    if (bytes > limit)
      return refuse("entry '{}': its command line would have {} bytes, the kernel takes {}: {} of ours, {} that stand there already",
                    entry.title, bytes, limit, ours.size(), bytes - ours.size());
  }
  return {};
}

}  // namespace vfirst
