// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/loader_facts.hpp"

#include "kargs/command_line.hpp"

#include <algorithm>

namespace vfirst {

void add_own_arguments(const Backend* backend, BootFacts& boot) {
  if (backend)
    if (auto state = backend->state()) boot.own_arguments = std::move(state->own);
  std::ranges::sort(boot.own_arguments, std::ranges::greater{}, &std::string::size);
}

void add_own_arguments(const Root& root, BootFacts& boot) {
  DiskFiles files(root);
  const auto backend = backend_for(files, root, boot);
  add_own_arguments(backend ? backend->get() : nullptr, boot);
}

void add_sources(const Root& root, BootFacts& boot) {
  DiskFiles files(root);
  const auto backend = backend_for(files, root, boot);
  if (!backend) return;
  for (const auto& arg : CommandLine::parse(boot.cmdline).args()) {
    std::vector<std::string> lines;
    for (const auto& source : (*backend)->sources(arg.raw))
      lines.push_back(source.str());
    if (!lines.empty()) boot.sources[arg.raw] = std::move(lines);
  }
}

void tell_sources(
    Plan& plan, const std::function<std::vector<std::string>(std::string_view word)>& sources) {
  for (const auto& [word, finding] : plan.foreign) {
    const auto lines = sources(word);
    if (!lines.empty())
      plan.findings[finding].message +=
          fmt::format(" ({}), or let vfirst apply --adopt take it over", fmt::join(lines, ", "));
  }
}

void tell_noted_sources(Plan& plan, const BootFacts& boot) {
  tell_sources(plan, [&](std::string_view word) {
    const auto lines = boot.sources.find(std::string(word));
    return lines == boot.sources.end() ? std::vector<std::string>() : lines->second;
  });
}

}  // namespace vfirst
