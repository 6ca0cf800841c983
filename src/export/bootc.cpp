// SPDX-License-Identifier: GPL-2.0-or-later
// For bootc: a file of the image with one argument per item. An installed host takes the same
// arguments by a command.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"
#include "kargs/arguments.hpp"
#include "kargs/loader_words.hpp"

namespace vfirst {

namespace {

// get_kargs_in_root in bootc_kargs.rs puts the lists together with Cmdline::add, which adds no
// argument that stands there already: the second hugepages=8 would be lost, and its size with it.
Status adds_all(const std::vector<std::string>& words) {
  Arguments earlier;
  for (const auto& word : words) {
    const Arguments argument(word);
    if (!argument.empty() && earlier.contains(argument.list().front()))
      return refuse("{}: stands there twice, and bootc keeps one of equal arguments", word);
    earlier = earlier.then(argument);
  }
  return {};
}

Result<ExportPart> write_bootc(const ExportLine& line) {
  VFIRST_CHECK(adds_all(line.ours));
  auto text = fmt::format(
      "# {}\n# On an installed host:\n#   {}\nkargs = [\n", line.title(),
      bootc_command_for(line.all_ours()));
  for (const auto& word : line.ours)
    text += fmt::format("  {},\n", json_string(word));
  text += "]\n";
  if (!line.architecture.empty())
    text += fmt::format("match-architectures = [{}]\n", json_string(line.architecture));
  return ExportPart{"file", "/usr/lib/bootc/kargs.d/50-vfirst.toml", {}, text};
}

Result<std::vector<std::string>> read_bootc(std::string_view document) {
  return json_strings(document, "\nkargs =");
}

}  // namespace

extern const ExportTarget kBootc{
    .keeps = Keeps::order,
    .write = write_bootc,
    .read = read_bootc,
};

}  // namespace vfirst
