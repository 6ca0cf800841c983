// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/crash_size.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "kargs/boot_memory.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>
#include <cstdlib>

namespace vfirst {

namespace {

std::uint64_t kb_of(std::string_view text) {
  return simulated::memparse(text) >> 10;
}

// parse_crashkernel_simple: a size with something behind it is none.
std::uint64_t plain_size_kb(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  std::strtoull(copy.c_str(), &end, 0);
  const std::string_view unit(end);
  const bool whole =
      unit.empty() || (unit.size() == 1 && std::string_view("KMGTPEkmgtpe").contains(unit[0]));
  return whole ? kb_of(text) : 0;
}

// crash_low_size_default of arch/x86/include/asm/crash_reserve.h; arm64 has 128M.
std::uint64_t low_by_default_kb(const CommandLine& line, const SimulatedMachine& machine) {
  if (!machine.x86()) return 128 << 10;
  const auto* bounce = line.last("swiotlb");
  return std::max<std::uint64_t>(256 << 10, (bounce ? bounce_buffers_kb(*bounce) : 0) + (8 << 10));
}

// crashkernel=auto of RHEL 8 (kernel/crash_core.c of its kernel); RHEL 7 takes less.
constexpr std::string_view kAuto = "1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M";

// parse_crashkernel_mem: the first range that the machine's memory lies in.
std::uint64_t size_in_ranges(std::string_view text, std::uint64_t total_kb) {
  constexpr std::uint64_t grain = 128 << 10;
  total_kb = (total_kb + grain - 1) / grain * grain;
  for (const auto part : split(text, ',')) {
    const auto dash = part.find('-'), colon = part.find(':');
    if (dash == part.npos || colon == part.npos || colon < dash) return 0;
    const auto end = part.substr(dash + 1, colon - dash - 1);
    if (total_kb >= kb_of(part.substr(0, dash)) && (end.empty() || total_kb < kb_of(end)))
      return kb_of(part.substr(colon + 1));
  }
  return 0;
}

}  // namespace

CrashSize crash_size(
    const CommandLine& line, std::uint64_t total_kb, const SimulatedMachine& machine) {
  // get_last_crashkernel: the last one of each form. A plain one makes `,high` and `,low` void.
  std::optional<std::string_view> plain, high, low;
  const KernelArg* cma = nullptr;
  for (const auto& arg : line.args()) {
    if (!arg.is("crashkernel") || !arg.value) continue;
    const auto form = crash_form(arg, machine);
    if (form == ",cma")
      cma = &arg;
    else
      (form == ",high" ? high : form == ",low" ? low : plain) = *arg.value;
  }
  CrashSize out;
  out.low_kb = low_by_default_kb(line, machine);
  if (plain) {
    if (*plain == "auto" && (machine.release_is_el(7) || machine.release_is_el(8))) plain = kAuto;
    const auto at = plain->find('@');
    if (at != plain->npos) out.at_kb = kb_of(plain->substr(at + 1));
    const auto size = plain->substr(0, at);
    out.size_kb = size.contains(':') ? size_in_ranges(size, total_kb) : plain_size_kb(size);
  } else if (high) {
    out.high = true;
    out.size_kb = kb_of(*high);
    if (low) out.low_kb = kb_of(*low);
  }
  // No crash kernel can have all memory.
  if (out.size_kb >= total_kb) out.size_kb = 0;
  if (out.at_kb == 0u) out.at_kb.reset();
  // arch_reserve_crashkernel of arch/x86/kernel/setup.c: without the other part nothing is kept.
  if (cma && out.size_kb) {
    out.cma_kb = kb_of(*cma->value);
    out.cma = *cma;
  }
  return out;
}

bool knows_crash_cma(const SimulatedMachine& machine) {
  return !machine.kernel.known() || machine.kernel >= KernelVersion{6, 17};
}

std::string_view crash_form(const KernelArg& arg, const SimulatedMachine& machine) {
  if (!arg.is("crashkernel") || !arg.value) return {};
  for (const std::string_view form : {",high", ",low"})
    if (arg.value->ends_with(form)) return form;
  return arg.value->ends_with(",cma") && knows_crash_cma(machine) ? ",cma" : "";
}

void void_crash_forms(
    const CommandLine& line, const SimulatedMachine& machine,
    std::vector<ArgumentVerdict>& verdicts) {
  const auto has = [&](std::string_view form) {
    return std::ranges::any_of(line.args(), [&](const KernelArg& arg) {
      return arg.is("crashkernel") && arg.value && crash_form(arg, machine) == form;
    });
  };
  for (auto& verdict : verdicts) {
    const auto form = crash_form(verdict.arg, machine);
    if (form.empty() || verdict.effect == Effect::ignored) continue;
    if (form != ",cma" && has("")) {
      verdict.effect = Effect::ignored;
      verdict.rule = fmt::format("a crashkernel= without {} makes it void", form);
    } else if (form == ",low" ? !has(",high") : form == ",cma" && !has("") && !has(",high")) {
      verdict.effect = Effect::ignored;
      verdict.rule =
          fmt::format("it counts only beside a crashkernel=SIZE{}", form == ",low" ? ",high" : "");
    }
  }
}

std::string crash_words(const CommandLine& line) {
  std::string out;
  for (const auto& arg : line.args())
    if (arg.is("crashkernel")) append_to_list(out, arg.value.value_or(""), " ");
  return out;
}

}  // namespace vfirst
