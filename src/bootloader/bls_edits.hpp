// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What every file would say with these arguments in it: entries, /etc/kernel/cmdline, grubenv.
// Reads, writes nothing.

#include "bootloader/bls_menu.hpp"
#include "bootloader/bls_state.hpp"
#include "host/loader_paths.hpp"
#include "host/root.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct BlsEdit {
  // as it is named now
  std::string path;
  // as the journal names it: without a boot counter
  std::string id;
  // what it says, less our arguments, and should say
  std::string now, without, text;
  bool exists = true;
  // not there before us
  bool made = false;
  bool changes() const { return !exists || now != text; }
};

struct BlsEdits {
  // the normal ones, those of a half removed trial not
  std::vector<BlsEdit> entries;
  // none or one
  std::vector<BlsEdit> kernel_cmdline;
  // none or one; rewritten in place
  std::vector<BlsEdit> environment;
  // ours in these two, as `text` has them
  std::string kernel_cmdline_own, kernelopts_own;
  // ... and as `now` has them
  std::string kernel_cmdline_now, kernelopts_now;
  // kernelopts less ours
  std::string kernelopts_without;
  std::vector<std::string> notes;
  // entries that hold them themselves
  std::size_t carriers = 0;

  bool any() const;
};

// `arguments` empty: everything without ours. Refused where one of the files cannot take them.
// Adopted words are out of each file but for `remove`, which puts them back where they stood.
enum class Purpose { write, remove };
Result<BlsEdits> bls_edits(
    const Files& files, const Root& root, const BlsMenu& menu, const BlsState& state,
    const std::vector<KernelArg>& arguments, Purpose purpose = Purpose::write);

// What this loader does to a command line before the kernel has it: words it would change are
// refused.
Status loader_can_carry(const BootFacts& boot, std::string_view arguments);
// No entry's command line goes past `limit` bytes; `more` is what the trial's entry has besides.
Status bls_fits(
    const Files& files, const Root& root, const BootFacts& boot, const BlsMenu& menu,
    const BlsEdits& edits, std::string_view more, std::size_t limit);

// The block that GRUB keeps beside its configuration, links followed (on UEFI it may lie on the
// ESP); "" : there is none.
std::string grub_environment_path(const Files& files, const Root& root);

}  // namespace vfirst
