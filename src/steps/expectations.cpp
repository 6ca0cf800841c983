// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel did with its arguments, read where each shows its effect.
#include "base/kernel_paths.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "facts/hugepage_pool.hpp"
#include "facts/iort.hpp"
#include "host/kmsg.hpp"
#include "kargs/command_line.hpp"
#include "plan/idle_states.hpp"
#include "steps/expectation_check.hpp"

#include <algorithm>

namespace vfirst {

namespace {

struct Missing {
  // The arguments that were asked for and that the kernel was not booted with.
  std::string words;
  // The arguments with the same keys that it was booted with.
  std::string instead;
};

// The text between words may differ, key and value may not.
Missing missing_words(const Root& root, const std::vector<KernelArg>& asked) {
  const auto line = CommandLine::parse(root.read(kernel_paths::kCommandLine).value_or(""));
  Missing missing;
  for (const auto& word : asked) {
    const auto has = [&](const KernelArg& arg) {
      return same_key(arg.key, word.key) && arg.value == word.value;
    };
    if (std::ranges::any_of(line.args(), has)) continue;
    append_to_list(missing.words, word.raw, " ");
    if (const auto* other = line.first(word.key)) append_to_list(missing.instead, other->raw, " ");
  }
  return missing;
}

}  // namespace

VerifyRow ExpectationCheck::run() {
  std::visit(
      Overloaded{
          [&](const WantIsolated& x) { isolated(x); },
          [&](const WantNohzFull& x) {
            cpus(
                "tickless CPUs", x.cpus, kernel_paths::kTicklessCpus,
                {"Housekeeping:", "nohz_full", "NO_HZ"});
          },
          [&](const WantIrqAffinity& x) { irq_affinity(x); },
          [&](const WantPages& x) { pages(x); },
          [&](const WantDefaultHugepage& x) { default_page(x); },
          [&](const WantIommu& x) { iommu(x); },
          [&](const WantIommuPassthrough&) { passthrough(); },
          [&](const WantMaxCstate& x) { idle_states(x); },
          [&](const WantWorkCpus& x) { work_cpus(x); },
          [&](const WantShown& x) { shown(x); },
          [&](const WantFrequency& x) { frequency(x); },
          [&](const WantArg& x) { argument(x); },
      },
      expectation_.want);
  return row_;
}

bool ExpectationCheck::given() const {
  return missing_words(root_, expectation_.asked).words.empty();
}

void ExpectationCheck::judge(bool ok, std::initializer_list<std::string_view> words, Verdict miss) {
  if (ok) {
    row_.verdict = Verdict::ok;
    return;
  }
  row_.verdict = miss;
  if (const auto missing = missing_words(root_, expectation_.asked); !missing.words.empty()) {
    row_.verdict = Verdict::failed;
    // The loader's arguments are those of another plan: the hardware or the policy has changed
    // since.
    row_.cause = missing.instead.empty()
                     ? fmt::format(
                           "this kernel was not booted with {}: the host was not rebooted since, "
                           "or the boot loader left it out",
                           missing.words)
                     : fmt::format(
                           "this kernel was booted with {}, but this machine needs {}: run "
                           "vfirst apply, then reboot",
                           missing.instead, missing.words);
    return;
  }
  for (const auto word : words)
    if (const auto line = newest(log_, {word})) {
      row_.evidence = *line;
      row_.cause = "the kernel was given the argument but did not follow it; its message says why";
      return;
    }
  const auto key = expectation_.asked.empty() ? std::string() : expectation_.asked.front().key;
  if (const auto line = newest(log_, {"Unknown kernel command line parameters", key});
      line && !key.empty()) {
    row_.evidence = *line;
    row_.cause = "this kernel does not know the argument";
    return;
  }
  row_.cause =
      "the kernel was given the argument but did not follow it, and its log does not say why";
}

void ExpectationCheck::cpus(
    const char* subject, const CpuSet& wanted, std::string_view file,
    std::initializer_list<std::string_view> words) {
  row_.subject = subject;
  row_.wanted = wanted.list();
  row_.evidence = file;
  const auto text = root_.read(file);
  if (!text) {
    row_.cause = "this kernel does not show it";
    return judge_absent(words);
  }
  const auto now =
      CpuSet::parse_list(trimmed(*text) == "(null)" ? std::string_view() : trimmed(*text));
  row_.got = now ? now->list() : *text;
  judge(
      now && *now == wanted, words,
      now && !now->empty() && wanted.contains(*now) ? Verdict::short_of : Verdict::ignored);
  if (row_.got.empty()) row_.got = "none";
}

void ExpectationCheck::judge_absent(std::initializer_list<std::string_view> words) {
  if (!given()) return judge(false, words);
  row_.verdict = Verdict::unknown;
}

void ExpectationCheck::pages(const WantPages& x) {
  row_.subject = fmt::format("{} pages, node {}", ByteSize::kib(x.size_kb).str(), x.node);
  row_.wanted = std::to_string(x.pages);
  row_.evidence = hugepage_pool(root_, x.node, x.size_kb) + "/nr_hugepages";
  const auto now = root_.number(row_.evidence);
  row_.got = now ? std::to_string(*now) : "no such page size";
  judge(
      now && *now >= x.pages, {"HugeTLB: allocating", "HugeTLB: Invalid", "HugeTLB: ", "hugepages"},
      now && *now > 0 ? Verdict::short_of : Verdict::ignored);
  if (row_.verdict == Verdict::ok && *now > x.pages)
    row_.cause = "more than planned: something else reserves pages too";
}

void ExpectationCheck::default_page(const WantDefaultHugepage& x) {
  row_.subject = "default huge page";
  row_.wanted = fmt::format("{} kB", x.size_kb);
  row_.evidence = fmt::format("{}: Hugepagesize", kernel_paths::kMemory);
  const auto text = root_.read(kernel_paths::kMemory).value_or("");
  for (const auto line : split(text, '\n'))
    if (line.starts_with("Hugepagesize:")) row_.got = trimmed(line.substr(13));
  judge(row_.got == row_.wanted, {"default_hugepagesz", "HugeTLB: "});
}

void ExpectationCheck::iommu(const WantIommu& x) {
  row_.subject = "IOMMU";
  row_.wanted = x.active ? "on" : "off";
  row_.evidence = kernel_paths::kIommuUnits;
  const auto units = root_.list(kernel_paths::kIommuUnits).value_or(std::vector<std::string>{});
  const auto groups =
      root_.list(kernel_paths::kIommuGroups).value_or(std::vector<std::string>{}).size();
  const bool on = !units.empty() || groups > 0;
  row_.got = on ? fmt::format("on, {} groups", groups) : "off";
  judge(
      on == x.active,
      {"DMAR: IOMMU disabled", "AMD-Vi: disabled", "DMAR: ", "AMD-Vi: ", "arm-smmu"},
      Verdict::failed);
  if (row_.verdict == Verdict::ok || !x.active) return;
  const auto line = CommandLine::parse(root_.read(kernel_paths::kCommandLine).value_or(""));
  for (const auto* key : {"intel_iommu", "amd_iommu", "iommu"})
    if (const auto* arg = line.last(key); arg && arg->value == "off") {
      row_.cause = fmt::format("{} on the kernel command line turns it off", arg->raw);
      return;
    }
  const auto table = [&](std::string_view name) {
    return root_.exists(fmt::format("{}/{}", kernel_paths::kAcpiTables, name));
  };
  const bool smmu = facts::has_smmu(root_), tables = table("DMAR") || table("IVRS");
  if (!tables && !smmu && root_.exists(kernel_paths::kAcpiTables))
    row_.cause =
        "the firmware shows no IOMMU (no DMAR or IVRS table, no SMMU in an IORT table): turn on "
        "VT-d / AMD-Vi / SMMU in the BIOS";
  else if (smmu)
    row_.cause =
        "the firmware shows an SMMU but the kernel does not use it: its lines with arm-smmu in the "
        "kernel log may say why";
  else if (tables && missing_words(root_, expectation_.asked).words.empty())
    row_.cause =
        "the firmware shows an IOMMU but the kernel does not use it: check that intel_iommu=on "
        "is on the command line";
}

void ExpectationCheck::passthrough() {
  row_.subject = "host DMA passthrough";
  row_.wanted = "identity";
  row_.evidence = fmt::format("{}/*/type", kernel_paths::kIommuGroups);
  std::size_t identity = 0, all = 0;
  for (const auto& group :
       root_.list(kernel_paths::kIommuGroups).value_or(std::vector<std::string>{}))
    if (const auto type =
            root_.read(fmt::format("{}/{}/type", kernel_paths::kIommuGroups, group))) {
      ++all;
      if (*type == "identity") ++identity;
    }
  row_.got = all ? fmt::format("identity in {} of {} groups", identity, all) : "no IOMMU group";
  if (all == 0 && !root_.exists(kernel_paths::kIommuGroups)) return;
  // Single devices (untrusted ports, some graphics) keep a translated domain under iommu=pt; that
  // is the kernel's rule.
  judge(identity > 0, {"iommu: Default domain type"});
  if (all == 0) row_.cause = "the IOMMU is off";
}

// The deepest state that the kernel can enter. Without an idle driver the kernel only halts.
void ExpectationCheck::idle_states(const WantMaxCstate& x) {
  row_.subject = "deepest idle state";
  row_.wanted =
      x.state ? fmt::format("{} (state {})", x.name, *x.state) : fmt::format("C{}", x.deepest);
  row_.evidence = "sys/devices/system/cpu/cpu0/cpuidle";
  const auto states = root_.list(row_.evidence);
  const auto driver = root_.read(kernel_paths::kIdleDriver).value_or("none");
  if (!states || states->empty()) {
    if (!root_.exists("sys/devices/system/cpu/cpuidle")) return;
    row_.got = fmt::format("no idle driver ({})", driver);
    row_.evidence = kernel_paths::kIdleDriver;
    return judge(driver == "none", {"intel_idle", "ACPI: processor"});
  }
  unsigned deepest = 0, last = 0;
  std::string name = "POLL";
  for (const auto& state : *states) {
    const auto number = parse_number(state.substr(std::min<std::size_t>(5, state.size())));
    const auto at = fmt::format("{}/{}", row_.evidence, state);
    // Switched off at run time: 1 by an administrator, 2 by the driver.
    if (!number || root_.number(at + "/disable").value_or(0) != 0) continue;
    const auto text = root_.read(at + "/name").value_or("");
    deepest = std::max(deepest, cstate_number(trimmed(text)));
    if (*number >= last) last = static_cast<unsigned>(*number), name = trimmed(text);
  }
  // Another driver has other states: only the C-number tells, then.
  const bool same_table = x.state && driver == "intel_idle";
  row_.got = x.state ? fmt::format("{} (state {})", name, last) : name;
  judge(same_table ? last <= *x.state : deepest <= x.deepest, {"intel_idle", "ACPI: processor"});
}

// Its effect shows nowhere; that it stands in the line and that the kernel did not complain is
// all that can be known.
void ExpectationCheck::argument(const WantArg& x) {
  row_.subject = fmt::format("argument {}", x.arg.raw);
  row_.wanted = x.arg.raw;
  row_.evidence = kernel_paths::kCommandLine;
  const bool there = missing_words(root_, {x.arg}).words.empty();
  row_.got = there ? "given" : "not given";
  const auto unknown = newest(log_, {"Unknown kernel command line parameters", x.arg.key});
  if (there && unknown) {
    row_.verdict = Verdict::ignored;
    row_.evidence = *unknown;
    row_.cause = "this kernel does not know the argument";
    return;
  }
  judge(there, {});
  if (there) row_.got = "given (its effect is not visible)";
}

VerifyRow check_expectation(
    const Expectation& expectation, const Root& root, const std::vector<std::string>& log) {
  return ExpectationCheck(expectation, root, log).run();
}

}  // namespace vfirst
