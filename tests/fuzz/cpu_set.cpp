// SPDX-License-Identifier: GPL-2.0-or-later
// A CPU list or mask that is read prints as one that reads back as the same set.
#include "fuzz/property.hpp"

#include "base/cpu_set.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using vfirst::CpuSet;
  const auto text = fuzz_text(data, size);
  for (const auto& set : {CpuSet::parse_list(text), CpuSet::parse_mask(text)}) {
    if (!set) continue;
    must(CpuSet::parse_list(set->list()) == *set);
    must(CpuSet::parse_mask(set->mask()) == *set);
    must(CpuSet::parse_list(set->list())->list() == set->list());
    must(set->size() == set->members().size());
    must(set->empty() || (set->contains(*set->first()) && set->contains(*set->last())));
    must((*set - *set).empty() && (*set | *set) == *set && (*set & *set) == *set);
  }
  return 0;
}
