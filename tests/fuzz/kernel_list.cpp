// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel list that is read stays within its CPUs and is the same set when written literal, which
// every kernel reads.
#include "fuzz/property.hpp"

#include "kargs/cpulist.hpp"
#include "kargs/isolcpus.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vfirst;
  if (size == 0) return 0;
  const unsigned cpus = data[0] + 1u;
  const auto text = fuzz_text(data + 1, size - 1);
  if (const auto set = parse_kernel_list(text, cpus)) {
    must(set->empty() || *set->last() < cpus);
    must(parse_kernel_list(set->list(), cpus) == *set);
    must(CpuSet::parse_list(set->list()) == *set);
    // where both grammars read it, they agree
    if (const auto literal = CpuSet::parse_list(text)) must(*literal == *set);
  } else {
    must(!set.error().what.empty());
  }
  const auto split = split_isolcpus(text);
  must(split.list.size() <= text.size());
  return 0;
}
