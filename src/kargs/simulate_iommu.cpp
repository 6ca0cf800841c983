// SPDX-License-Identifier: GPL-2.0-or-later
// iommu=, iommu.passthrough=, intel_iommu=, amd_iommu=: arch/x86/kernel/pci-dma.c,
// drivers/iommu/iommu.c, intel/iommu.c, amd/init.c. The kernel compares only the beginning of a
// word, so `onward` counts as `on`.
#include "base/text.hpp"
#include "base/words.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>
#include <array>

namespace vfirst::simulated {

namespace {

constexpr std::array<std::string_view, 10> kIntel = {
    "on",     "off",    "igfx_off", "intgpu_off", "forcedac",
    "strict", "sp_off", "sm_on",    "sm_off",     "tboot_noforce"};
constexpr std::array<std::string_view, 9> kAmd = {
    "fullflush", "force_enable", "off",         "force_isolation", "pgtbl_v1",
    "pgtbl_v2",  "irtcachedis",  "nohugepages", "v2_pgsizes_only"};

// iommu_setup in arch/x86/kernel/pci-dma.c, and what it hands on to gart_parse_options.
constexpr std::array<std::string_view, 22> kX86 = {
    "off",      "force",       "noforce", "biomerge",   "panic",   "nopanic", "merge", "nomerge",
    "forcesac", "allowdac",    "nodac",   "usedac",     "soft",    "pt",      "nopt",  "fullflush",
    "leak",     "nofullflush", "noagp",   "noaperture", "allowed", "memaper"};

bool any_of_begins(std::string_view value, const auto& known) {
  return std::ranges::any_of(split(value, ','), [&](std::string_view word) {
    return std::ranges::any_of(known, [&](std::string_view one) { return word.starts_with(one); });
  });
}

Answer malformed(std::string_view key) {
  return {
      true, Effect::ignored, "nothing", "the kernel cannot read this value",
      fmt::format("Malformed early option '{}'", key)};
}

// kstrtobool: the first letter decides; after an o, the second.
std::optional<bool> truth(std::string_view value) {
  const auto text = lowered(value);
  if (text.starts_with('y') || text.starts_with('t') || text.starts_with('1') ||
      text.starts_with("on"))
    return true;
  if (text.starts_with('n') || text.starts_with('f') || text.starts_with('0') ||
      text.starts_with("of"))
    return false;
  return std::nullopt;
}

}  // namespace

std::optional<Answer> Iommu::read(const KernelArg& arg) {
  const bool x86 =
      machine_.architecture.starts_with("x86") || machine_.architecture.starts_with("i");
  if (arg.is("iommu") && x86) return x86_words(arg);
  if (arg.is("iommu.passthrough")) return passthrough(arg);
  if ((arg.is("iommu.strict") || arg.is("iommu.forcedac")) && !(arg.value && truth(*arg.value)))
    return malformed(arg.key);
  if (arg.is("intel_iommu") && arg.value && !machine_.options_off.contains("CONFIG_INTEL_IOMMU"))
    return vendor_words(*arg.value, true);
  if (arg.is("amd_iommu") && arg.value && !machine_.options_off.contains("CONFIG_AMD_IOMMU"))
    return vendor_words(*arg.value, false);
  return std::nullopt;
}

Answer Iommu::passthrough(const KernelArg& arg) {
  const auto on = arg.value ? truth(*arg.value) : std::nullopt;
  if (!on) return malformed(arg.key);
  passthrough_ = on;
  return {
      true,
      Effect::effective,
      *on ? "the host's own DMA is not translated" : "the host's own DMA is translated",
      {},
      {}};
}

Answer Iommu::x86_words(const KernelArg& arg) {
  if (!arg.value) return malformed(arg.key);
  std::string does;
  for (const auto word : split(*arg.value, ',')) {
    // The kernel returns 1 at this word, which counts as an error.
    if (word.starts_with("usedac")) return malformed(arg.key);
    if (word.starts_with("pt")) passthrough_ = true, does = "the host's own DMA is not translated";
    if (word.starts_with("nopt")) passthrough_ = false, does = "the host's own DMA is translated";
    if (word.starts_with("off")) off_ = true, does = "no IOMMU";
  }
  if (does.empty() && !any_of_begins(*arg.value, kX86))
    return {true, Effect::ignored, "nothing", "the kernel does not take this value", {}};
  return {true, Effect::effective, does.empty() ? "read by the IOMMU drivers" : does, {}, {}};
}

Answer Iommu::vendor_words(std::string_view value, bool intel) {
  Answer answer;
  std::size_t known = 0;
  while (!value.empty()) {
    const auto in = [&](const auto& words) {
      return std::ranges::any_of(
          words, [&](std::string_view word) { return value.starts_with(word); });
    };
    if (intel && value.starts_with("off"))
      off_ = true, answer.does = "the IOMMU is off";
    else if (intel && value.starts_with("on"))
      off_ = false, answer.does = "the IOMMU is on, if the firmware has a DMAR table";
    if (intel ? in(kIntel) : in(kAmd)) {
      ++known;
    } else {
      append_to_list(
          answer.message,
          fmt::format("{}: Unknown option - '{}'", intel ? "DMAR" : "AMD-Vi", value), "\n");
    }
    value.remove_prefix(std::min(value.find(','), value.size()));
    value.remove_prefix(std::min(value.find_first_not_of(','), value.size()));
  }
  if (answer.message.empty()) return answer;
  answer.effect = known ? Effect::partial : Effect::ignored;
  answer.rule = "the driver does not know this value";
  if (answer.does.empty()) answer.does = "nothing";
  return answer;
}

void Iommu::finish(Simulation& out) const {
  out.passthrough = passthrough_;
  out.iommu_off = off_;
}

}  // namespace vfirst::simulated
