// SPDX-License-Identifier: GPL-2.0-or-later
// What the controllers of NVMe devices with SR-IOV can hand out to their VFs. Only the controller
// itself tells that, to root; a capture has it as a file.
#include "host/nvme.hpp"
#include "base/text.hpp"
#include "facts/readers.hpp"
#include "host/own_paths.hpp"

namespace vfirst::facts {

namespace {

std::string capture_line(const PciAddress& pf, const NvmePrimary& one) {
  auto out = fmt::format("{} {} {:d}", pf.str(), one.id, one.manages);
  for (const auto* part : {&one.queues, &one.interrupts})
    out += fmt::format(" {} {} {} {}", part->total, part->primary, part->most, part->step);
  return out + '\n';
}

std::optional<NvmePrimary> from_capture_line(const std::vector<std::string_view>& parts) {
  if (parts.size() != 11) return std::nullopt;
  std::vector<unsigned> numbers;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto number = parse_number(parts[i]);
    if (!number || *number > 0xffff) return std::nullopt;
    numbers.push_back(static_cast<unsigned>(*number));
  }
  const auto part = [&](std::size_t at) {
    return FlexibleResources{numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]};
  };
  return NvmePrimary{numbers[0], numbers[1] != 0, part(2), part(6)};
}

bool has_controllers(const PciFunction& f) {
  return f.sriov && !f.is_vf() && f.class_code >> 8 == 0x0108 && f.driver == "nvme";
}

}  // namespace

void read_nvme(const Root& root, Facts& facts) {
  if (!root.is_host()) {
    const auto text = root.read(kCapturedNvme).value_or("");
    for (const auto line : split(text, '\n')) {
      const auto parts = words(line);
      for (auto& function : facts.pci)
        if (has_controllers(function) && !parts.empty() && parts[0] == function.address.str())
          function.nvme = from_capture_line(parts);
    }
    return;
  }
  std::string text;
  for (auto& function : facts.pci) {
    if (!has_controllers(function)) continue;
    if (const auto answer = read_nvme_primary(root, function.address)) {
      function.nvme = *answer;
      text += capture_line(function.address, *answer);
    }
  }
  if (!text.empty()) root.remember(kCapturedNvme, text);
}

}  // namespace vfirst::facts
