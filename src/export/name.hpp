// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Names that stand in other programs' documents. A host name comes from the host and a file's name
// from the command line; neither may become a command, an option or a line of its own.

#include "base/result.hpp"

#include <string_view>

namespace vfirst {

// A letter or a digit, then letters, digits and . _ : - only. That is every host name, address and
// UUID, and nothing that means something to a shell, YAML, GRUB, iPXE or an option parser.
bool is_node_name(std::string_view name);
// A path or a URL, without blanks, quotes and other characters of scripts. A dash at its beginning
// would make it an option. `option` is the one that named it, for the error.
Status check_file_name(std::string_view option, std::string_view name);

}  // namespace vfirst
