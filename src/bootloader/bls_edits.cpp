// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_edits.hpp"

#include "base/text.hpp"
#include "bootloader/environment_block.hpp"
#include "bootloader/slot.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool holds(std::string_view line, std::string_view ours) {
  const auto all = CommandLine::parse(line), wanted = CommandLine::parse(ours);
  return std::search(
             all.args().begin(), all.args().end(), wanted.args().begin(), wanted.args().end()) !=
         all.args().end();
}

// What is ours in a line that names no owner: `now`, or `next` where a change was cut short. Ours
// stand together, so the longer one that is there whole is the one.
const std::string& ours_in(std::string_view text, const std::string& now, const std::string& next) {
  return !next.empty() && holds(text, next) && (!holds(text, now) || next.size() > now.size())
             ? next
             : now;
}

CommandLine without(std::string_view text, std::string_view ours) {
  auto line = CommandLine::parse(text);
  auto own = CommandLine::parse(ours).args();
  std::reverse(own.begin(), own.end());
  line.remove(own);
  return line;
}

// What a file says without us, the words that were adopted included: its copy, where nothing else
// changed since; else those of the words behind the rest that the copy, or where we wrote without
// one the file, had to give up.
BlsEntry less(const BlsEntry& entry, const std::vector<KernelArg>& words) {
  return entry.without(words);
}
CommandLine less(CommandLine line, const std::vector<KernelArg>& words) {
  for (const auto& word : words)
    while (line.remove({word}) > 0) {
    }
  return line;
}
bool stands_in(const BlsEntry& entry, const KernelArg& word) {
  return less(entry, {word}) != entry;
}
bool stands_in(const CommandLine& line, const KernelArg& word) {
  return less(line, {word}) != line;
}
Result<BlsEntry> more(const BlsEntry& entry, const std::vector<KernelArg>& words) {
  return entry.with_options(words);
}
Result<CommandLine> more(CommandLine line, const std::vector<KernelArg>& words) {
  for (const auto& word : words)
    VFIRST_CHECK(line.append(word));
  return line;
}
template <class Text>
Result<Text> given_back(
    const Text& clean, const std::optional<Text>& copy, bool ours,
    const std::vector<KernelArg>& adopted) {
  std::vector<KernelArg> missing;
  bool covers = copy && less(*copy, adopted) == less(clean, adopted);
  for (const auto& word : adopted) {
    if (stands_in(clean, word))
      covers = covers && stands_in(*copy, word);
    else if (copy ? stands_in(*copy, word) : ours)
      missing.push_back(word);
  }
  if (covers) return *copy;
  return missing.empty() ? clean : more(clean, missing);
}

bool stands(std::string_view text, const std::string& own, const std::string& now) {
  return !own.empty() && own == now && holds(text, own);
}

struct Added {
  CommandLine line;
  std::vector<KernelArg> own;
};

Result<Added> add(CommandLine line, const std::vector<KernelArg>& arguments) {
  Added out{std::move(line), {}};
  const auto there = out.line.args();
  for (const auto& arg : arguments) {
    if (!is_positional(arg) && std::any_of(there.begin(), there.end(), [&](const KernelArg& other) {
          return other.is(arg.key) && other.value == arg.value;
        }))
      continue;
    VFIRST_CHECK(out.line.append(arg));
    out.own.push_back(arg);
  }
  return out;
}

// What a kernel that is installed later starts from: the arguments of an entry, less what belongs
// to one boot or one file.
std::string inherited(const BlsEntry& entry) {
  auto line = entry.without_own().options();
  for (std::size_t i = line.args().size(); i-- > 0;) {
    const auto& arg = line.args()[i];
    // GRUB's variables, and what 90-loaderentry.install appends itself.
    if (arg.raw.starts_with('$') || arg.key == "systemd.machine_id" || arg.key == "initrd" ||
        arg.key == "BOOT_IMAGE")
      line.erase(i);
  }
  return std::string(trimmed(line.str()));
}

// "tuned_params" of $tuned_params and ${tuned_params}; "" for what is no variable.
std::string_view variable_name(std::string_view word) {
  if (!word.starts_with('$')) return {};
  word.remove_prefix(1);
  if (!word.starts_with('{')) return word;
  return word.substr(1, word.find('}') - 1);
}

Status edit_kernelopts(
    const Files& files, const Root& root, const BlsState& state,
    const std::vector<KernelArg>& arguments, Purpose purpose, BlsEdits& out) {
  const auto path = grub_environment_path(files, root);
  if (path.empty() && arguments.empty()) return {};
  if (path.empty())
    return refuse(
        "the entries' options are $kernelopts, and boot/grub2/grubenv, which holds it, is not "
        "there; run grub2-mkconfig first");
  auto now = VFIRST_TRY(files.read(path));
  auto block = EnvironmentBlock::parse(now);
  if (!block)
    return refuse(
        "{}: {}; add them with: grubby --update-kernel=ALL --args=...", path, block.error().what);
  const std::string value(block->value("kernelopts"));
  if (value.empty())
    return refuse(
        "the entries' options are $kernelopts, which {} does not set; run grub2-mkconfig first",
        path);
  if (value != state.kernelopts_before)
    out.kernelopts_now = ours_in(value, state.kernelopts, state.kernelopts_wanted);
  const auto clean = without(value, out.kernelopts_now);
  out.kernelopts_without = clean.str();
  const auto adopted = CommandLine::parse(state.adopted).args();
  const auto copy = state.kernelopts_before.empty()
                        ? std::nullopt
                        : std::optional(CommandLine::parse(state.kernelopts_before));
  const auto back = VFIRST_TRY(given_back(clean, copy, false, adopted));
  BlsEdit edit{path, path, now, {}, {}, true, false};
  VFIRST_CHECK(block->set("kernelopts", back.str()));
  edit.without = block->bytes();
  auto added = VFIRST_TRY(add(purpose == Purpose::remove ? back : less(clean, adopted), arguments));
  out.kernelopts_own = spelled(added.own);
  if (auto set = block->set("kernelopts", added.line.str()); !set)
    return refuse("{}: {}", path, set.error().what);
  edit.text = stands(value, out.kernelopts_own, out.kernelopts_now) && less(clean, adopted) == clean
                  ? edit.now
                  : block->bytes();
  out.environment.push_back(std::move(edit));
  return {};
}

Status edit_kernel_cmdline(
    const Files& files, const BlsMenu& menu, const BlsState& state,
    const std::vector<KernelArg>& arguments, Purpose purpose, BlsEdits& out) {
  const auto* journal = state.find(kKernelCmdline);
  const auto adopted = CommandLine::parse(state.adopted).args();
  const auto kept =
      journal ? files.read(journal->copy) : Result<std::string>(std::unexpected(Error{}));
  BlsEdit edit{std::string(kKernelCmdline),  std::string(kKernelCmdline), {}, {}, {},
               files.exists(kKernelCmdline), journal && journal->made};
  if (edit.exists) {
    edit.now = VFIRST_TRY(files.read(kKernelCmdline));
    // One that says what it said before us has none of ours, an adopted word's likeness or not.
    if (!kept || *kept != edit.now)
      out.kernel_cmdline_now = ours_in(edit.now, state.kernel_cmdline, state.kernel_cmdline_wanted);
    edit.without = without(edit.now, out.kernel_cmdline_now).str();
  } else {
    // kernel-install would take the line of the running kernel, a trial's one boot and all.
    // Debian's and Fedora's hooks have the same three places, in this order. /usr/lib is not ours
    // to shadow: our own hook adds to its line.
    if (arguments.empty() || files.exists("usr/lib/kernel/cmdline")) return {};
    const BlsItem* newest = nullptr;
    for (const auto& item : menu.items)
      if (item.normal() && !item.variable && (!newest || boots_before(item, *newest)))
        newest = &item;
    if (!newest) return {};
    edit.without = inherited(newest->entry) + "\n";
    edit.made = true;
  }
  const auto clean = CommandLine::parse(edit.without);
  const auto back = VFIRST_TRY(given_back(
      clean, kept ? std::optional(CommandLine::parse(*kept)) : std::nullopt, false, adopted));
  edit.without = back.str();
  auto added = VFIRST_TRY(add(purpose == Purpose::remove ? back : less(clean, adopted), arguments));
  out.kernel_cmdline_own = spelled(added.own);
  edit.text = stands(edit.now, out.kernel_cmdline_own, out.kernel_cmdline_now) &&
                      less(clean, adopted) == clean
                  ? edit.now
                  : added.line.str();
  out.kernel_cmdline.push_back(std::move(edit));
  return {};
}

}  // namespace

bool BlsEdits::any() const {
  const auto changes = [](const std::vector<BlsEdit>& edits) {
    return std::any_of(edits.begin(), edits.end(), [](const BlsEdit& e) { return e.changes(); });
  };
  return changes(entries) || changes(kernel_cmdline) || changes(environment);
}

std::string grub_environment_path(const Files& files, const Root& root) {
  for (std::string path : {std::string("boot/grub2/grubenv"), std::string("boot/grub/grubenv")}) {
    if (!files.exists(path)) continue;
    // RHEL 8 on UEFI: a link to the ESP. A rename would replace the link, and an overwrite does not
    // follow it.
    return root.link(path) ? root.real_path(path) : path;
  }
  return {};
}

Result<BlsEdits> bls_edits(
    const Files& files, const Root& root, const BlsMenu& menu, const BlsState& state,
    const std::vector<KernelArg>& arguments, Purpose purpose) {
  BlsEdits out;
  bool variable = false;
  const auto adopted = CommandLine::parse(state.adopted).args();
  for (const auto& item : menu.items) {
    if (item.trial) continue;
    const auto id = fmt::format("{}/{}.conf", menu.folder, item.name.id);
    auto now = item.entry.text();
    const auto clean = item.entry.without_own();
    const auto* kept = state.find(id);
    const auto copy = kept ? files.read(kept->copy) : Result<std::string>(std::unexpected(Error{}));
    const auto back =
        item.normal()
            ? VFIRST_TRY(given_back(
                  clean,
                  copy ? std::optional(BlsEntry::parse(*copy, item.entry.reader())) : std::nullopt,
                  !item.entry.own().empty(), adopted))
            : clean;
    const auto base = purpose == Purpose::remove ? back : clean.without(adopted);
    BlsEdit edit{item.path, id, now, back.text(), {}, true, false};
    if (item.normal() && item.variable) {
      variable = true;
      edit.text = base.text();
    } else if (item.normal()) {
      std::vector<std::string> there;
      auto with = base.with_own(arguments, &there);
      if (!with) return refuse("{}: {}", item.path, with.error().what);
      // Where the same words of ours stand together already they stay there, whatever was put
      // behind them.
      const auto own = spelled(with->own());
      const bool stand = base == clean && own == spelled(item.entry.own()) &&
                         holds(item.entry.options().str(), own);
      edit.text = stand ? edit.now : with->text();
      ++out.carriers;
      if (!there.empty())
        out.notes.push_back(sentence(fmt::format(
            "{}: {} stands there already and is not ours", item.path, fmt::join(there, " "))));
    } else {
      // One that became a rescue entry, or another's, after we wrote it.
      edit.text = edit.without;
      if (!arguments.empty() && item.left_alone != kRescue && item.left_alone != kNoLinux)
        out.notes.push_back(sentence(
            fmt::format("{}: {} and boots without these arguments", item.path, item.left_alone)));
    }
    out.entries.push_back(std::move(edit));
  }
  if (variable || !state.kernelopts.empty() || !state.kernelopts_wanted.empty())
    VFIRST_CHECK(edit_kernelopts(
        files, root, state, variable ? arguments : std::vector<KernelArg>{}, purpose, out));
  // Where every entry has $kernelopts, so has a new one.
  if (out.carriers > 0 || files.exists(kKernelCmdline))
    VFIRST_CHECK(edit_kernel_cmdline(files, menu, state, arguments, purpose, out));
  if (!arguments.empty() && out.carriers == 0 && !variable)
    return refuse(
        "{}: none of its {} entries is one that vfirst writes: {} {}", menu.folder,
        menu.items.size(), menu.items.front().path, menu.items.front().left_alone);
  return out;
}

Status loader_can_carry(const BootFacts& boot, std::string_view arguments) {
  const auto line = CommandLine::parse(arguments);
  if (!line.init_part().empty())
    return refuse("kernel arguments hold a -- : what follows is for init");
  for (const auto& arg : line.args())
    for (const unsigned char c : arg.raw)
      if (c < 0x20 || c >= 0x7f)
        return refuse("{}: the boot loader carries printable ASCII only", arg.raw);
  if (boot.loader != Loader::grub_bls) return {};
  VFIRST_CHECK(grub_can_carry(arguments));
  // blscfg pastes the options into a script of GRUB's and runs that (blscfg.c, create_entry).
  for (const auto& arg : line.args())
    for (const char c : arg.raw)
      if (std::string_view(";&|<>{}$#").find(c) != std::string_view::npos)
        return refuse("{}: GRUB would take {} in an entry for its own", arg.raw, c);
  return {};
}

Status bls_fits(
    const Files& files, const Root& root, const BootFacts& boot, const BlsMenu& menu,
    const BlsEdits& edits, std::string_view more, std::size_t limit) {
  const auto path = grub_environment_path(files, root);
  auto block = path.empty() ? std::string() : files.read(path).value_or("");
  if (!edits.environment.empty()) block = edits.environment.front().text;
  for (const auto& edit : edits.entries) {
    const auto item = std::find_if(menu.items.begin(), menu.items.end(), [&](const BlsItem& i) {
      return i.path == edit.path;
    });
    if (item == menu.items.end() || !item->normal()) continue;
    const auto entry = BlsEntry::parse(
        edit.text, boot.loader == Loader::grub_bls ? BlsReader::grub : BlsReader::systemd_boot);
    std::size_t bytes = more.empty() ? 0 : 1 + more.size(), ours = bytes;
    for (const auto& arg : entry.own())
      ours += 1 + arg.raw.size();
    const auto options = entry.options();
    bytes += options.bytes();
    if (boot.loader == Loader::grub_bls)
      for (const auto& arg : options.args())
        if (const auto name = variable_name(arg.raw); !name.empty())
          bytes = bytes - arg.raw.size() + environment_value(block, name).size();
    if (boot.loader == Loader::grub_bls)
      bytes += std::string_view("BOOT_IMAGE=(hd0,gpt2) ").size() + entry.value("linux").size();
    else
      // systemd-boot's way to name them
      for (const auto& initrd : entry.values("initrd"))
        bytes += std::string_view("initrd= ").size() + initrd.size();
    if (bytes > limit)
      return refuse(
          "{}: its command line would have {} bytes, the kernel takes {}: {} of ours, {} that "
          "stand there already",
          edit.path, bytes, limit, ours, bytes - ours);
  }
  return {};
}

}  // namespace vfirst
