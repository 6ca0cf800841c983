// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/keys.hpp"
#include "policy/table.hpp"

#include "base/text.hpp"
#include "kargs/command_line.hpp"

namespace vfirst {

namespace {

// The longest line that inih reads.
constexpr std::size_t kLine = 198;

// "key = value". A list that is too long for one line continues on lines that begin with a blank.
std::string assignment(std::string_view key, std::string_view value, bool lines) {
  auto out = fmt::format("{} = {}", key, value);
  if (out.size() <= kLine) return out + '\n';
  out = fmt::format("{}=", key);
  if (!lines) return out + std::string(value) + '\n';
  std::vector<std::string> pieces;
  for (const auto& arg : CommandLine::parse(value).args()) {
    const auto regions =
        key == "extra" ? std::vector<std::string_view>{arg.raw} : split(arg.raw, ',');
    for (std::size_t i = 0; i < regions.size(); ++i)
      pieces.push_back(std::string(regions[i]) + (i + 1 < regions.size() ? "," : ""));
  }
  auto room = kLine - out.size();
  for (bool first = true; const auto& piece : pieces) {
    if (!first && piece.size() + 1 > room) out += '\n', room = kLine;
    if (!first) out += ' ', --room;
    out += piece;
    room -= std::min(room, piece.size());
    first = false;
  }
  return out + '\n';
}

template <class Section>
std::string body(
    std::span<const KeyRow<Section>> rows, const Section& section, std::string_view prefix = {}) {
  std::string out;
  for (const auto& row : rows)
    if (const auto text = row.print(section))
      out += assignment(fmt::format("{}{}", prefix, row.info.key), *text, row.lines);
  return out;
}

std::string headed(const std::string& header, const std::string& body) {
  return body.empty() ? std::string() : fmt::format("[{}]\n{}\n", header, body);
}

}  // namespace

std::string print_policy(const Policy& policy) {
  auto pages = body(hugepage_rows(), policy.hugepages);
  for (const auto& [node, request] : policy.hugepages.nodes)
    pages += assignment(fmt::format("node{}", node), value::print(request.value), false);
  auto out = headed("cpu", body(cpu_rows(), policy.cpu)) + headed("hugepages", pages) +
             headed("iommu", body(iommu_rows(), policy.iommu)) +
             headed("power", body(power_rows(), policy.power)) +
             headed("kernel", body(kernel_rows(), policy.kernel));
  for (const auto& module : policy.modules) {
    std::string values;
    for (const auto& [name, value] : module.parameters)
      values += assignment(name, value.value, false);
    out += headed("module " + module.name, values);
  }
  for (const auto& pf : policy.pfs)
    out += headed("pf " + pf.name, body(pf_rows(), pf) + body(vf_rows(), pf.vf, "vf-"));
  for (const auto& range : policy.vf_ranges) {
    const auto span = range.first == range.last ? std::to_string(range.first)
                                                : fmt::format("{}-{}", range.first, range.last);
    out += fmt::format("[vf {} {}]\n{}\n", range.pf, span, body(vf_rows(), range.vf));
  }
  return out + headed("boot", body(boot_rows(), policy.boot));
}

}  // namespace vfirst
