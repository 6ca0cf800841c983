// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The entry of a trial where GRUB reads entries of the Boot Loader Specification. GRUB counts no
// boots of such an entry, so this one is a script, boot/vfirst/trial.cfg, that custom.cfg reads: it
// adds its entry, and makes it the default, only where GRUB could write down that the trial was
// taken. When that fails, the host boots as it did before.

#include "base/result.hpp"
#include "host/files.hpp"
#include "kargs/arguments.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct GrubTrial {
  // Of its entry, and what GRUB's variable "default" is then.
  static constexpr std::string_view kId = "vfirst-trial";

  // Hash.
  std::string plan;
  // Ours among the words, without those that a trial alone has.
  Arguments arguments;
  // The folder of boot/vfirst as GRUB names it, without the device: "/vfirst", "/boot/vfirst".
  std::string folder;
  // As GRUB names it, what follows it on the line, and its initrds.
  std::string kernel;
  std::vector<std::string> words, initrds;
  // The users who may boot it, as the entry that it is a copy of names them ("$grub_users"); ""
  // where it names none.
  std::string users;

  std::string text() const;
  // Plan and arguments of such a script, and nothing else; nothing for any other text.
  static std::optional<GrubTrial> parse(std::string_view text);
};

// The file of the owner's own commands that a configuration reads (41_custom of grub-mkconfig).
std::string custom_beside(std::string_view config);
// What custom.cfg has to say for GRUB to read the script.
std::string grub_trial_hook(std::string_view folder);
// Takes every such hook out of a custom.cfg.
std::string without_grub_trial_hook(std::string_view custom);

// What the block says of a trial that was armed.
enum class GrubTry { none, armed, taken };
// `plan` is the script's. A block that is not there, or that cannot be read, says none.
GrubTry grub_try(const FileReader& files, std::string_view plan);
// The value of the block's variable vfirst_try in that state.
std::string_view grub_try_value(GrubTry state, std::string_view plan);

}  // namespace vfirst
