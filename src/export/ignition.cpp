// SPDX-License-Identifier: GPL-2.0-or-later
// For Ignition (3.3 and later): what should be on the line, and what an earlier plan left there.
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

std::string list(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += fmt::format("{}\n      {}", out.empty() ? "" : ",", json_string(word));
  return out.empty() ? "[]" : fmt::format("[{}\n    ]", out);
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

const ExportTarget kIgnition{Keeps::order, false,          false,        false,
                             false,        write_ignition, read_ignition};

}  // namespace vfirst
