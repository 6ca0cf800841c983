// SPDX-License-Identifier: GPL-2.0-or-later
// fleet_facts DIR COUNT: facts documents of servers that nobody has, made from the shapes of
// tests/machines: other numbers of CPUs, nodes, PFs and further PCI functions, other MACs and
// serial numbers. The same ones each time.
#include "facts/read.hpp"
#include "machines/machine_tree.hpp"
#include "report/facts_report.hpp"

#include <algorithm>
#include <cstdio>
#include <random>

namespace {

using namespace vfirst;

struct Model {
  const char* product;
  // cores of each node
  unsigned nodes, cores, threads, pfs;
};
constexpr Model kModels[] = {
    {"PowerEdge R760", 2, 32, 2, 2},
    {"PowerEdge R660", 2, 16, 2, 4},
    {"ProLiant DL385 Gen11", 8, 12, 2, 2},
    {"ThinkSystem SR635", 1, 24, 2, 1},
    {"SYS-121H", 2, 24, 1, 2},
    {"X11-edge", 1, 8, 2, 2},
};
constexpr unsigned kMostPfs = 4;

unsigned pick(std::mt19937& random, std::initializer_list<unsigned> of) {
  return of.begin()[random() % of.size()];
}

// CPU numbers as Linux gives them: the first threads of all cores, then the second ones.
void lay_out(Facts& facts, unsigned nodes, unsigned cores, unsigned threads) {
  auto& cpu = facts.cpu;
  const auto all = nodes * cores;
  cpu.online = cpu.present = cpu.possible = CpuSet::range(0, all * threads - 1);
  cpu.cpus.clear();
  facts.numa.clear();
  for (unsigned id = 0; id < all * threads; ++id) {
    const auto core = id % all, node = core / cores;
    CpuSet siblings, l3 = CpuSet::range(node * cores, (node + 1) * cores - 1);
    for (unsigned t = 0; t < threads; ++t)
      siblings.insert(t * all + core);
    if (threads == 2) l3 |= CpuSet::range(all + node * cores, all + (node + 1) * cores - 1);
    cpu.cpus.push_back(
        {.id = id,
         .package = static_cast<int>(node * 2 / nodes),
         .die = 0,
         .core = static_cast<int>(core % cores),
         .node = static_cast<int>(node),
         .siblings = siblings,
         .l3 = l3});
  }
}

void give_memory(
    Facts& facts, unsigned nodes, unsigned cores, unsigned threads, std::uint64_t node_gib) {
  facts.memory.total_kb = 0;
  for (unsigned id = 0; id < nodes; ++id) {
    NumaNode node;
    node.id = id;
    node.cpus = CpuSet::range(id * cores, (id + 1) * cores - 1);
    if (threads == 2)
      node.cpus |= CpuSet::range((nodes + id) * cores, (nodes + id + 1) * cores - 1);
    node.total_kb = (node_gib << 20) - (2 << 20);
    node.free_kb = node.total_kb / 2;
    node.gigabyte_frames = node_gib - 3;
    for (unsigned other = 0; other < nodes; ++other)
      node.distances.push_back(other == id ? 10 : 21);
    facts.memory.total_kb += node.total_kb;
    facts.numa.push_back(std::move(node));
  }
}

void plug_in(Facts& facts, const PciFunction& pf, unsigned pfs, unsigned others, unsigned host) {
  facts.pci.clear();
  facts.iommu.groups.clear();
  const auto nodes = static_cast<unsigned>(facts.numa.size());
  const auto add = [&](PciFunction function, unsigned bus, unsigned node) {
    function.address = {0, static_cast<std::uint8_t>(bus), 0, 0};
    function.node = static_cast<int>(node);
    function.iommu_group = static_cast<unsigned>(facts.pci.size());
    facts.iommu.groups.push_back({*function.iommu_group, "DMA-FQ", {function.address}});
    facts.pci.push_back(std::move(function));
  };
  // bridges, root ports, uncore devices
  PciFunction other;
  other.vendor = 0x8086;
  other.device = 0x347a;
  other.class_code = 0x060400;
  for (unsigned n = 0; n < others; ++n)
    add(other, n, n % nodes);
  for (unsigned n = 0; n < pfs; ++n) {
    auto function = pf;
    auto& port = function.ports.front();
    port.name = fmt::format("ens{}f0", n + 1);
    port.mac = port.permanent_mac = MacAddress{
        {0xb4, 0x96, 0x91, static_cast<std::uint8_t>(host >> 8), static_cast<std::uint8_t>(host),
         static_cast<std::uint8_t>(n)}};
    port.up = true;
    add(std::move(function), 0x80 + n * 0x10, n % nodes);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  namespace fs = std::filesystem;
  const fs::path out = argv[1];
  std::vector<Facts> shapes;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(fs::path(VFIRST_TESTS_DIR) / "machines"))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::ranges::sort(folders);
  for (const auto& folder : folders) {
    const test::MachineTree tree(folder / "machine");
    auto facts = read_facts(tree.root());
    if (!facts) return 1;
    const bool has_port = std::ranges::any_of(
        facts->pci, [](const PciFunction& f) { return f.sriov && !f.ports.empty(); });
    if (has_port) shapes.push_back(std::move(*facts));
  }
  if (shapes.empty()) return 1;
  // NOLINT: the same hosts each time
  std::mt19937 random(1);
  const auto count = static_cast<unsigned>(std::atoi(argv[2]));
  for (unsigned n = 0; n < count; ++n) {
    auto facts = shapes[n % shapes.size()];
    const auto& model = kModels[random() % std::size(kModels)];
    const auto pf = *std::ranges::find_if(
        facts.pci, [](const PciFunction& f) { return f.sriov && !f.ports.empty(); });
    const auto cores =
        std::max(2u, model.cores + pick(random, {0, 0, 4, 8}) - pick(random, {0, 0, 2, 4}));
    lay_out(facts, model.nodes, cores, model.threads);
    give_memory(facts, model.nodes, cores, model.threads, pick(random, {64, 96, 128, 256, 512}));
    plug_in(facts, pf, std::min(model.pfs, kMostPfs), pick(random, {20, 40, 60}), n);
    facts.hostname = fmt::format("node{:05}", n);
    facts.dmi = {"Some Vendor", model.product, fmt::format("SN{:07}", n * 37), "0ABC"};
    std::ofstream(out / (facts.hostname + ".json")) << facts_json(facts);
  }
  return 0;
}
