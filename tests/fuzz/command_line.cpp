// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes are a command line: written back as they were, and after an argument was appended and
// removed again.
#include "fuzz/property.hpp"

#include "kargs/command_line.hpp"
#include "kargs/conflicts.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vfirst;
  const auto text = fuzz_text(data, size);
  auto line = CommandLine::parse(text);
  must(line.str() == text);
  for (const auto& arg : line.args()) {
    const auto made = make_arg(arg.key, arg.value);
    if (!made) continue;
    const auto alone = CommandLine::parse(made->raw).args();
    must(alone.size() == 1 && alone[0].key == arg.key && alone[0].value == arg.value);
  }
  const auto before = line.args();
  const std::string init(line.init_part());
  const auto own = *make_arg("vfirst.fuzz", "a b");
  if (line.append(own)) {
    const auto again = CommandLine::parse(line.str());
    must(again.args() == line.args() && again.init_part() == init);
    must(line.remove({own}) == 1);
    must(line.args() == before);
    if (init.empty() || !before.empty())
      must(
          line.str() == text || text.find("--") != std::string_view::npos ||
          text.find('\0') != std::string_view::npos);
  }
  const auto conflicts = foreign_conflicts(
      line, CommandLine::parse(
                "isolcpus=2-3 nohz_full=2-3 default_hugepagesz=1G hugepagesz=1G hugepages=4")
                .args());
  for (const auto& conflict : conflicts)
    must(std::find(before.begin(), before.end(), conflict.foreign) != before.end());
  return 0;
}
