// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

namespace vfirst {

std::span<const Option> common_options() {
  static const Option all[] = {
      {"--root", "Read and write under DIR (default /)", &Options::root, "DIR"},
      {"--policy", "Read this policy instead; repeatable", &Options::policy, "FILE|DIR"},
      {"--kernel", "Plan for this kernel release", &Options::kernel, "RELEASE"},
      {"--json", "Print one JSON document", &Options::json},
      {"-v,--verbose", "Say more on stderr", &Options::verbose},
  };
  return all;
}

}  // namespace vfirst
