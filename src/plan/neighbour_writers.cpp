// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/neighbour_writers.hpp"

#include "base/text.hpp"
#include "plan/device_match.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using Tool = Neighbour::Tool;

// Who writes the number, in a sentence about it.
struct WriterWords {
  Tool tool;
  const char *code, *who;
};
constexpr WriterWords kWriters[] = {
    {Tool::unit, "neighbour-unit", "this line"},
    {Tool::interfaces, "neighbour-interfaces", "ifupdown"},
    {Tool::sysfs_conf, "neighbour-sysfs", "sysfsutils"},
    {Tool::os_net_config, "neighbour-os-net-config", "os-net-config"},
};

class Writers {
 public:
  explicit Writers(Draft& draft) : draft_(draft) {}

  void add() {
    for (const auto& n : draft_.facts.neighbours) {
      if (n.tool == Tool::tuned) tuned(n);
      for (const auto& writer : kWriters)
        if (n.tool == writer.tool)
          for (const auto& pf : draft_.pfs)
            number(writer, n, pf);
    }
  }

 private:
  void warn(
      const Neighbour& n, const char* code, std::string text, std::vector<Subject> related = {}) {
    const auto file = "/" + n.file;
    draft_.add_finding(
        Severity::warning, code, Subject::file(file), std::move(text), {{file, n.line}},
        std::move(related));
  }

  // The kernel takes the number that is there without a word. Any other number it refuses, until
  // somebody writes 0.
  void number(const WriterWords& writer, const Neighbour& n, const ChosenPf& pf) {
    if (!pf.manage_vfs || answer(n.match, *pf.function) == Answer::no) return;
    const auto count = parse_number(n.value);
    if (count == std::optional<std::uint64_t>(pf.vfs)) return;
    // Any device, and any number: a script whose words only its shell knows.
    const bool certain = count && answer(n.match, *pf.function) == Answer::yes;
    warn(
        n, writer.code,
        fmt::format(
            "{} {} {} to sriov_numvfs of {} at each boot, but {} VFs are planned{}: remove it",
            writer.who, certain ? "writes" : "may write", count ? n.value : "a number",
            pf.function->address.str(), pf.vfs,
            count == std::optional<std::uint64_t>(0) ? ", and 0 removes all of them" : ""),
        {Subject::device(pf.function->address)});
  }

  void tuned(const Neighbour& n) {
    if (n.key == "isolated_cores") return tuned_cores(n);
    // Of an argument that counts once, the two would give two.
    for (const auto& theirs : split_arguments(n.value))
      for (const auto& ours : draft_.plan.kargs)
        if (ours.key == theirs.key && ours.raw != theirs.raw && counts_once(ours.key))
          warn(
              n, "neighbour-tuned",
              fmt::format(
                  "TuneD's active profile adds {} to the kernel's command line, and {} is planned: "
                  "leave it to one of the two (run: tuned-adm profile NAME)",
                  theirs.raw, ours.raw),
              {Subject::argument(ours.key)});
  }

  // Pages of several sizes, and consoles, are said several times.
  static bool counts_once(std::string_view key) {
    return key != "hugepagesz" && key != "hugepages" && key != "console" && key != "pci";
  }

  // TuneD moves tasks and interrupts off these cores (plugin_scheduler.py), and its bootloader
  // plugin isolates them.
  void tuned_cores(const Neighbour& n) {
    if (draft_.plan.isolated.empty()) return;
    const auto cores = CpuSet::parse_list(n.value);
    if (!cores || *cores == draft_.plan.isolated) return;
    warn(
        n, "neighbour-tuned",
        fmt::format(
            "TuneD's active profile isolates CPUs {}, but {} are planned: write "
            "isolated_cores={}, or take a profile that isolates none",
            cores->list(), draft_.plan.isolated.list(), draft_.plan.isolated.list()));
  }

  Draft& draft_;
};

}  // namespace

void writer_findings(Draft& draft) {
  Writers(draft).add();
}

}  // namespace vfirst
