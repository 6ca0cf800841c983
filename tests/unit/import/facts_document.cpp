// SPDX-License-Identifier: GPL-2.0-or-later
// What a facts document may say, and how a wrong one is refused. That what is written is read again
// is unit/fleet/round_trip.cpp's.
#include "import/document.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

constexpr std::string_view kCpus =
    R"("cpu": {"online": "0-1", "cpus": [{"id": 0, "siblings": "0-1"}, {"id": 1, )"
    R"("siblings": "0-1"}]})";
constexpr std::string_view kRest =
    R"("memory": {"total_kb": 8000000}, "numa": [{"id": 0, "cpus": "0-1", )"
    R"("total_kb": 8000000}], "pci": [])";

std::string document(
    std::string_view cpus = kCpus, std::string_view rest = kRest, std::string_view more = "") {
  return fmt::format(R"({{"schema": "vfirst.facts/1", {}, {}{}}})", cpus, rest, more);
}
std::string refusal(const std::string& text) {
  const auto facts = read_document("r.json", text);
  return facts ? "accepted" : facts.error().what;
}

}  // namespace

TEST_CASE(
    "a document needs CPUs, memory, nodes and PCI functions, and what else it leaves out is not "
    "known",
    "[facts][import][cpu]") {
  const auto facts = read_document("r.json", document());
  REQUIRE(facts);
  CHECK(facts->cpu.online == CpuSet{0, 1});
  CHECK(facts->numa.front().total_kb == 8000000);
  CHECK(facts->numa.front().memory_known);
  CHECK_FALSE(facts->cpu.gigabyte_pages);
  CHECK(facts->kernels.empty());
  CHECK(refusal(R"({"schema": "vfirst.facts/1"})") == "r.json: a facts document without 'cpu'");
  CHECK(refusal(document(R"("cpu": {"cpus": []})")) == "r.json: /cpu: the CPUs without 'online'");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": [{"siblings": "0"}]})")) ==
      "r.json: /cpu/cpus/0: a CPU without 'id'");
}

TEST_CASE(
    "members that this version does not know are passed over, whatever is in them",
    "[facts][import]") {
  const auto facts = read_document(
      "r.json", document(
                    kCpus, kRest,
                    R"(, "later": {"cpu": [1, {"online": null}], "x": 1.5}, "also": [[], {}], )"
                    R"("dmi": {"new": "x", "product": "R760"}, "third": null)"));
  REQUIRE(facts);
  CHECK(facts->dmi.product == "R760");
}

TEST_CASE("a wrong value is refused in one line with the file and the place", "[facts][import]") {
  CHECK(
      refusal(document(R"("cpu": {"online": "0-", "cpus": []})")) ==
      "r.json: /cpu/online: '0-', not a CPU list");
  CHECK(
      refusal(document(R"("cpu": {"online": 3, "cpus": []})")) ==
      "r.json: /cpu/online: 3, not a CPU list");
  CHECK(
      refusal(document(R"("cpu": {"online": null, "cpus": []})")) ==
      "r.json: /cpu/online: null, not a CPU list");
  CHECK(
      refusal(document(
          R"("cpu": {"online": "0", "cpus": [{"id": 0, "siblings": "0", "kind": "huge"}]})")) ==
      "r.json: /cpu/cpus/0/kind: 'huge', not a kind of CPU");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": [{"id": 16384}]})")) ==
      "r.json: /cpu/cpus/0/id: 16384, not a CPU number");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": [{"id": -1}]})")) ==
      "r.json: /cpu/cpus/0/id: -1, not a CPU number");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": [{"id": 1.5}]})")) ==
      "r.json: /cpu/cpus/0/id: 1.5, not a CPU number");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": {}})")) ==
      "r.json: /cpu/cpus: an object, not a list");
  CHECK(
      refusal(document(kCpus, R"("memory": [], "numa": [], "pci": [])")) ==
      "r.json: /memory: a list, not the memory");
  CHECK(
      refusal(document(kCpus, R"("memory": {"page_kb": 0}, "numa": [], "pci": [])")) ==
      "r.json: /memory/page_kb: 0, not 4, 16 or 64");
  CHECK(
      refusal(
          document(kCpus, R"("memory": {"total_kb": 17592186044417}, "numa": [], "pci": [])")) ==
      "r.json: /memory/total_kb: 17592186044417, not an amount in kB");
  CHECK(
      refusal(document(
          kCpus, R"("memory": {}, "numa": [], "pci": [{"address": "3b:00", "class": "020000", )"
                 R"("vendor": "8086", "device": "1592"}])")) ==
      "r.json: /pci/0/address: '3b:00', not a PCI address");
  CHECK(
      refusal(document(
          kCpus, R"("memory": {}, "numa": [], "pci": [{"address": "3b:00.0", "class": "1020000", )"
                 R"("vendor": "8086", "device": "1592"}])")) ==
      "r.json: /pci/0/class: '1020000', not a hexadecimal number");
  CHECK(
      refusal(document(
          kCpus, kRest, R"(, "kernels": [{"release": "6.12", "config": {"A/B": "y", "C": 1}}])")) ==
      "r.json: /kernels/0/config/C: 1, not a text");
}

TEST_CASE("what is there twice is refused, and so is what no machine has", "[facts][import]") {
  CHECK(refusal(document(kCpus, kRest, R"(, "pci": [])")) == "r.json: /pci: this is there twice");
  CHECK(
      refusal(document(
          kCpus, kRest,
          R"(, "kernels": [{"release": "6.12", "config": {"A/B": "y", "A/B": "n"}}])")) ==
      "r.json: /kernels/0/config/A~1B: this is there twice");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": [{"id": 0, "siblings": "0"}, {"id": 0, )"
                       R"("siblings": "0"}]})")) == "r.json: /cpu/cpus: CPU 0 is there twice");
  CHECK(
      refusal(document(R"("cpu": {"online": "0-2", "cpus": [{"id": 0, "siblings": "0"}]})")) ==
      "r.json: /cpu/cpus: has CPUs 0, /cpu/online is 0-2");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": [{"id": 0, "siblings": "1"}]})")) ==
      "r.json: /cpu/cpus: CPU 0 is not among its siblings, '1'");
  CHECK(
      refusal(document(R"("cpu": {"online": "0", "cpus": [{"id": 0, "siblings": "0,9"}]})")) ==
      "r.json: /cpu/cpus: sibling 9 of CPU 0 is not online");
  CHECK(
      refusal(document(R"("cpu": {"online": "", "cpus": []})")) ==
      "r.json: /cpu/online: no CPU is online");
  CHECK(
      refusal(document(
          kCpus, R"("memory": {}, "numa": [{"id": 0, "cpus": "0"}, {"id": 0}], "pci": [])")) ==
      "r.json: /numa: node 0 is there twice");
  CHECK(
      refusal(document(
          kCpus, R"("memory": {}, "numa": [{"id": 0, "cpus": "0"}, {"id": 1, "cpus": "0-1"}], )"
                 R"("pci": [])")) == "r.json: /numa: CPUs 0 are in two nodes");
}

TEST_CASE("text that is no JSON, and JSON that is no facts, are refused", "[facts][import]") {
  CHECK(refusal("") == "r.json: it is empty");
  CHECK(
      refusal("[]") ==
      "r.json: neither facts (from vfirst facts --json) nor an inspection by Ironic");
  CHECK(
      refusal(R"({"schema": "vfirst.facts/2"})") ==
      "r.json: /schema: 'vfirst.facts/2', not a schema that this vfirst reads (vfirst.facts/1)");
  CHECK(
      refusal(R"({"schema": "vfirst.plan/1"})") ==
      "r.json: /schema: 'vfirst.plan/1', not a schema that this vfirst reads (vfirst.facts/1)");
  CHECK(refusal(R"("vfirst.facts/1")") == "r.json: 'vfirst.facts/1', not a facts document");
  CHECK(
      refusal(R"({"schema": "vfirst.facts/1",)").starts_with("r.json: /schema: not JSON at byte "));
  CHECK(refusal(document().substr(0, 100)).starts_with("r.json: /cpu/cpus/"));
  CHECK(refusal(document() + "}").starts_with("r.json: not JSON at byte "));
  CHECK(refusal("{\"schema\": \"vfirst.facts/1\", \"hostname\": \"\xff\"}")
            .starts_with("r.json: /hostname: not JSON at byte "));
}
