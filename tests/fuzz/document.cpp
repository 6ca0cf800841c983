// SPDX-License-Identifier: GPL-2.0-or-later
// A document that is accepted is written as one that is accepted and says the same, and can be
// planned for; a refusal is one line that names the document.
#include "fuzz/property.hpp"

#include "import/document.hpp"
#include "import/facts_document.hpp"
#include "plan/plan.hpp"
#include "policy/parse.hpp"
#include "report/facts_report.hpp"
#include "report/plan_report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vfirst;
  const auto facts = read_document("a.json", fuzz_text(data, size));
  if (!facts) {
    must(
        facts.error().what.starts_with("a.json: ") &&
        facts.error().what.find('\n') == std::string::npos);
    return 0;
  }
  const auto again = read_facts_document("b.json", facts_json(*facts));
  must(again.has_value());
  must(*again == *facts);
  static const auto policy = parse_policy(
      {{"p.ini",
        "[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n[hugepages]\nsize = "
        "1G\nper-node = 50%\n[iommu]\nmode = passthrough\n"
        "[pf up]\nvendor = 8086\nvfs = 2\nvf-driver = vfio-pci\nvf-mac = stable\nirq "
        "= local-reserved\n"}},
      {});
  must(policy.has_value());
  if (const auto plan = make_plan(*facts, *policy)) must(!plan_json(*plan).empty());
  return 0;
}
