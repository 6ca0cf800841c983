// SPDX-License-Identifier: GPL-2.0-or-later
// The command line alone: proc/cmdline, QEMU's -append, /etc/kernel/cmdline.
#include "export/target.hpp"

#include "export/words.hpp"
#include "kargs/command_line.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_cmdline(const ExportLine& line) {
  return ExportPart{"cmdline", line.node, {}, line.whole() + "\n"};
}

}  // namespace

Result<std::vector<std::string>> kernel_words(std::string_view line) {
  std::vector<std::string> out;
  const auto parsed = CommandLine::parse(line);
  for (const auto& arg : parsed.args())
    out.push_back(arg.raw);
  if (!parsed.init_part().empty())
    return refuse("{}: what follows is for init", parsed.init_part());
  return out;
}

extern const ExportTarget kCmdline{
    .keeps = Keeps::order,
    .whole_line = true,
    .write = write_cmdline,
    .read = kernel_words,
};

}  // namespace vfirst
