// SPDX-License-Identifier: GPL-2.0-or-later
// For Ignition (3.3 and later): the arguments that should be on the line, and those of an earlier
// plan that should not.
#include "export/target.hpp"

#include "base/words.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

std::string list(const std::vector<std::string>& words) {
  if (words.empty()) return "[]";
  return fmt::format("[\n      {}\n    ]", joined(words, ",\n      ", json_string));
}

Result<ExportPart> write_ignition(const ExportLine& line) {
  return ExportPart{
      "file",
      "config.ign",
      {},
      fmt::format(
          "{{\n  \"ignition\": {{\"version\": \"3.3.0\"}},\n  \"kernelArguments\": {{\n    "
          "\"shouldExist\": {},\n    \"shouldNotExist\": {}\n  }}\n}}\n",
          list(line.ours), list(line.gone))};
}

Result<std::vector<std::string>> read_ignition(std::string_view document) {
  return json_strings(document, "\"shouldExist\"");
}

}  // namespace

extern const ExportTarget kIgnition{
    .keeps = Keeps::order,
    .write = write_ignition,
    .read = read_ignition,
};

}  // namespace vfirst
