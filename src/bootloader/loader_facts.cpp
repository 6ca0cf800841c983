// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/loader_facts.hpp"

#include "base/text.hpp"
#include "kargs/command_line.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// "etc/default/grub:6", as a facts document has it.
Origin origin_of(const std::string& place) {
  const auto colon = place.rfind(':');
  const auto line =
      colon == place.npos ? std::nullopt : parse_number(std::string_view(place).substr(colon + 1));
  return line ? Origin{place.substr(0, colon), static_cast<unsigned>(*line)} : Origin{place, 0};
}

}  // namespace

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

void add_finding_sources(
    Plan& plan, const std::function<std::vector<Origin>(std::string_view word)>& sources_of) {
  for (const auto& word : plan.foreign) {
    const auto sources = sources_of(word);
    if (sources.empty()) continue;
    for (auto& finding : plan.findings) {
      if (finding.code != kForeignArgument || finding.subject != Subject::argument(word)) continue;
      finding.sources = sources;
      finding.remedy = "vfirst apply --adopt can take it over";
    }
  }
}

void add_noted_sources(Plan& plan, const BootFacts& boot) {
  add_finding_sources(plan, [&](std::string_view word) {
    std::vector<Origin> out;
    if (const auto noted = boot.sources.find(std::string(word)); noted != boot.sources.end())
      for (const auto& place : noted->second)
        out.push_back(origin_of(place));
    return out;
  });
}

}  // namespace vfirst
