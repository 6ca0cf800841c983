// SPDX-License-Identifier: GPL-2.0-or-later
// The guests that are defined here against the plan's hugepages: those that ask for pages of
// another size, for more than there are, or for none, and need what the pages leave.
#include "base/words.hpp"
#include "plan/draft.hpp"

#include <algorithm>
#include <map>

namespace vfirst {

namespace {

std::string size_text(std::uint64_t kb) {
  return ByteSize::kib(kb).str();
}
std::string amount_in_gib(std::uint64_t kb) {
  return fmt::format("{:.1f}G", static_cast<double>(kb) / (1 << 20));
}

class Guests {
 public:
  explicit Guests(Draft& draft) : draft_(draft) {
    for (const auto& pages : draft.plan.hugepages) {
      size_kb_ = pages.size_kb;
      planned_kb_ += pages.pages * pages.size_kb;
    }
    // Those that others ask for.
    std::uint64_t size = 0;
    for (const auto& arg : draft.next.line.args()) {
      if (arg.is("hugepagesz"))
        if (const auto named = ByteSize::parse(arg.value.value_or(""))) size = named->kb();
      if (arg.is("hugepages") && arg.value != "0") sizes_.push_back(size);
    }
  }

  void check() {
    other_sizes();
    pages_in_use();
    more_than_planned();
    without_pages();
  }

 private:
  bool has(std::uint64_t size_kb) const {
    return size_kb == 0 || size_kb == size_kb_ ||
           std::ranges::find(sizes_, size_kb) != sizes_.end();
  }

  void other_sizes() {
    for (const auto& guest : draft_.facts.guests)
      if (guest.page_kb && !has(*guest.page_kb))
        draft_.add_finding(
            Severity::warning, "guest-page-size", Subject::file("/" + guest.file),
            fmt::format(
                "guest {} asks for hugepages of {}, and the plan reserves none of that size, only "
                "{}: it will not start",
                guest.name, size_text(*guest.page_kb), size_text(size_kb_)),
            {{"/" + guest.file, 0}}, {Subject::argument("hugepages")});
  }

  // Whoever has them: guests that run now and are defined elsewhere, DPDK.
  void pages_in_use() {
    std::map<std::uint64_t, std::uint64_t> used;
    for (const auto& node : draft_.facts.numa)
      for (const auto& pool : node.pools)
        if (pool.pages > pool.free && !has(pool.size_kb))
          used[pool.size_kb] += (pool.pages - pool.free) * pool.size_kb;
    for (const auto& [size, kb] : used)
      draft_.add_finding(
          Severity::note, "hugepages-in-use", Subject::argument("hugepages"),
          fmt::format(
              "{} of hugepages of {} are in use in this boot, and the next one reserves none of "
              "that size, only {}",
              amount_in_gib(kb), size_text(size), size_text(size_kb_)));
  }

  static void add_file(std::vector<Origin>& files, const DefinedGuest& guest) {
    const Origin file{"/" + guest.file, 0};
    if (std::ranges::find(files, file) == files.end()) files.push_back(file);
  }

  static std::string starting(std::uint64_t count) {
    return plural(count, "guest") +
           (count == 1 ? " that starts by itself" : " that start by themselves");
  }

  void more_than_planned() {
    std::uint64_t need = 0, count = 0;
    std::vector<Origin> files;
    for (const auto& guest : draft_.facts.guests)
      if (guest.autostart && guest.page_kb && (*guest.page_kb == 0 || *guest.page_kb == size_kb_)) {
        need += guest.memory_kb;
        ++count;
        add_file(files, guest);
      }
    if (need <= planned_kb_) return;
    const auto missing = (need - planned_kb_ + size_kb_ - 1) / size_kb_;
    draft_.add_finding(
        Severity::warning, "guests-exceed-pages", Subject::argument("hugepages"),
        fmt::format(
            "{} need{} {} of hugepages, and the plan has {}: {} more of {} would do",
            starting(count), count == 1 ? "s" : "", amount_in_gib(need), amount_in_gib(planned_kb_),
            plural(missing, "page"), size_text(size_kb_)),
        std::move(files));
  }

  void without_pages() {
    std::uint64_t need = 0, count = 0, spare = 0;
    std::vector<Origin> files;
    for (const auto& guest : draft_.facts.guests)
      if (guest.autostart && !guest.page_kb) {
        need += guest.memory_kb;
        ++count;
        add_file(files, guest);
      }
    for (const auto& [_, kb] : draft_.spare_kb)
      spare += kb;
    if (need <= spare) return;
    const auto less = (need - spare + size_kb_ - 1) / size_kb_;
    draft_.add_finding(
        Severity::warning, "guests-without-pages", Subject::argument("hugepages"),
        fmt::format(
            "{} {} no hugepages and need{} {}, and the pages leave {} beside the host's reserve: "
            "plan {} of {} less, or give {} hugepages",
            starting(count), count == 1 ? "has" : "have", count == 1 ? "s" : "",
            amount_in_gib(need), amount_in_gib(spare), plural(less, "page"), size_text(size_kb_),
            count == 1 ? "it" : "them"),
        std::move(files));
  }

  Draft& draft_;
  std::uint64_t size_kb_ = 0, planned_kb_ = 0;
  std::vector<std::uint64_t> sizes_;
};

}  // namespace

void guest_findings(Draft& draft) {
  if (!draft.plan.hugepages.empty()) Guests(draft).check();
}

}  // namespace vfirst
