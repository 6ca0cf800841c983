// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Values of module parameters: how the kernel reads them, and how it shows them in sysfs.

#include <optional>
#include <string>
#include <string_view>

namespace vfirst {

// A module's name as sysfs spells it: with '_'.
std::string module_file_name(std::string_view name);

// kstrtobool (lib/kstrtox.c): the first letter decides; after an o, the second.
std::optional<bool> module_truth(std::string_view text);

// Is `shown`, the text of a file under sys/module/NAME/parameters, what `asked` on the command line
// comes to? Booleans are shown as Y and N, numbers as decimals, arrays with commas
// (kernel/params.c). A path or another text is shown as it was given.
bool module_value_shown(std::string_view asked, std::string_view shown);

}  // namespace vfirst
