// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/budget.hpp"

#include "base/byte_size.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

namespace {
// In gigabytes, with two decimals where the number is not whole. It is for people to compare, so it
// need not be exact.
std::string human(std::uint64_t kb) {
  if (kb % (1 << 20) == 0) return fmt::format("{}G", kb >> 20);
  if (kb < 1 << 20) return fmt::format("{}M", kb >> 10);
  return fmt::format("{:.2f}G", static_cast<double>(kb) / (1 << 20));
}
}  // namespace

std::uint64_t NodeBudget::free_kb() const {
  const auto kept = host_reserve + crashkernel + set_aside + page_structs + drivers;
  return kept < total ? total - kept : 0;
}

std::uint64_t NodeBudget::pages(std::uint64_t size_kb) const {
  const auto fit = free_kb() / size_kb;
  return frames_known ? std::min(fit, frames) : fit;
}

std::uint64_t NodeBudget::sure_pages(std::uint64_t size_kb) const {
  const auto fit = pages(size_kb);
  const auto pages_a_gigabyte = std::max<std::uint64_t>(kGigabyteKb / size_kb, 1);
  const auto lost = std::max(frames_lost, kFramesAtRisk) * pages_a_gigabyte;
  return frames_known ? std::min(fit, frames > lost ? frames - lost : 0) : fit;
}

std::string NodeBudget::sum(std::uint64_t size_kb) const {
  auto out = human(total);
  const auto less = [&](std::uint64_t kb, std::string_view what) {
    if (kb) out += fmt::format(" - {} {}", human(kb), what);
  };
  less(host_reserve, "host-reserve");
  less(crashkernel, "crashkernel");
  less(set_aside, set_aside_by);
  less(page_structs, "page structs");
  less(drivers, "drivers");
  out += fmt::format(" = {}", human(free_kb()));
  if (frames_known && sure_pages(size_kb) < free_kb() / size_kb)
    out += fmt::format(
        ", of which only {} contiguous pages are sure to be free at every boot",
        sure_pages(size_kb));
  return out;
}

}  // namespace vfirst
