// SPDX-License-Identifier: GPL-2.0-or-later
// What is written of a machine is read again as it was, and leads to the same plan.
#include "import/facts_document.hpp"
#include "machines/golden.hpp"
#include "report/facts_report.hpp"
#include "report/plan_report.hpp"
#include "unit/captures.hpp"

using namespace vfirst;

namespace {

Facts again(const Facts& facts) {
  auto read = read_facts_document("facts.json", facts_json(facts));
  if (!read) FAIL(read.error().what);
  return std::move(*read);
}

std::string text_of(const Result<Plan>& plan) {
  return plan ? plan_json(*plan) : plan.error().what;
}

}  // namespace

TEST_CASE(
    "every machine of tests/machines comes back from its document, and so does its plan",
    "[import][fleet]") {
  test::check_machines([](const Result<Plan>& plan, const Facts& facts) {
    CHECK(again(facts) == facts);
    CHECK(again(facts).fingerprint() == facts.fingerprint());
    (void)plan;
    return test::GoldenFiles{};
  });
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(VFIRST_TESTS_DIR) / "machines")) {
    if (!entry.is_directory()) continue;
    INFO(entry.path().filename().string());
    const test::MachineTree tree(entry.path() / "machine");
    const auto facts = read_facts(tree.root());
    REQUIRE(facts);
    const auto policy =
        parse_policy({{"policy.ini", test::content(entry.path() / "policy.ini")}}, {});
    REQUIRE(policy);
    CHECK(text_of(make_plan(again(*facts), *policy)) == text_of(make_plan(*facts, *policy)));
  }
}

TEST_CASE(
    "every captured machine comes back from its document, and so does its plan",
    "[import][fleet]") {
  const auto policy = parse_policy(
      {{"a.ini",
        "[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n[hugepages]\nsize = "
        "2M\nper-node = 50%\n[iommu]\nmode = passthrough\n"}},
      {});
  REQUIRE(policy);
  for (const auto& tree : test::Captures::all()) {
    INFO(tree.name);
    const auto root = Root::open(tree.path);
    REQUIRE(root);
    const auto facts = read_facts(*root, {.kernel = {}, .modules = {}, .names = true});
    REQUIRE(facts);
    CHECK(again(*facts) == *facts);
    CHECK(text_of(make_plan(again(*facts), *policy)) == text_of(make_plan(*facts, *policy)));
  }
}

TEST_CASE(
    "each member of the facts comes back, those too that no machine here has", "[import][fleet]") {
  Facts facts;
  facts.hostname = "node-7";
  facts.dmi = {"Dell Inc.", "PowerEdge R760", "S\"\\/\n\xc3\xa4", "0ABC", "Grace A02"};
  facts.cpu = {
      .architecture = "aarch64",
      .vendor = "arm",
      .model = "0xd40",
      .possible = {0, 1, 2},
      .present = {0, 1},
      .online = {0, 1},
      .isolated = {1},
      .nohz_full = {1},
      .cpus =
          {{.id = 0,
            .package = 0,
            .die = 1,
            .core = 2,
            .node = 3,
            .siblings = {0},
            .l3 = {0, 1},
            .kind = Cpu::Kind::performance},
           {.id = 1, .siblings = {1}, .l3 = {}, .kind = Cpu::Kind::efficiency}},
      .gigabyte_pages = false,
      .smt_active = true,
      .smt_bugs = std::vector<std::string>{"mds", "l1tf"},
      .idle_driver = "psci_idle",
      .idle_states = {{"WFI", 1}, {"cpu-sleep-0", 200}},
      .clocksource = "arch_sys_counter",
      .frequency_driver = "cppc_cpufreq",
      .sev_snp = false,
      .snp_declined = "etc/modprobe.d/kvm.conf:3",
      .soc = "jep106:036b:0241",
      .topology_source = "guessed"};
  facts.memory = {
      .total_kb = 1,
      .page_kb = 64,
      .default_hugepage_kb = 2,
      .hugepage_sizes_kb = {3, 4},
      .crashkernel_bytes = 5,
      .crash_ranges = {{1, 2}},
      .zfs_arc_kb = 6};
  facts.numa = {
      {.id = 3,
       .cpus = {0},
       .total_kb = 1,
       .free_kb = 1,
       .distances = {10, 20},
       .pools = {{2048, 3, 2}},
       .gigabyte_frames = 7,
       .memory_known = true,
       .ranges = {{0, 1}, {4, 8}},
       .at_boot = false,
       .slow = true,
       .late_kb = 5},
      {.id = 9,
       .cpus = {},
       .distances = {},
       .pools = {},
       .gigabyte_frames = {},
       .memory_known = false}};
  PciFunction pf;
  pf.address = *PciAddress::parse("10000:3b:00.1");
  pf.class_code = 0x020000, pf.vendor = 0x8086, pf.device = 0x1592, pf.subsystem_vendor = 1,
  pf.subsystem_device = 0xfffe;
  pf.name = "E810", pf.driver = "ice", pf.modalias = "pci:v", pf.node = 3, pf.iommu_group = 4,
  pf.link = {16000, 8}, pf.link_capable = {32000, 16};
  pf.ari = pf.acs = true, pf.msix_vectors = 2048, pf.slot = "4-1", pf.bridges = {{0, 1, 2, 3}};
  pf.sriov = Sriov{
      .total_vfs = 8,
      .num_vfs = 1,
      .offset = 8,
      .stride = 2,
      .vf_device = 0x1889,
      .vf_bar_bytes = {1, 2},
      .bars_assigned = false,
      .autoprobe = true,
      .vfs = {{0, 0x3b, 1, 0}},
      .last_bus = 0x3c};
  pf.nvme = NvmePrimary{
      .id = 0x41,
      .manages = true,
      .queues = {.total = 8, .primary = 1, .most = 2, .step = 3},
      .interrupts = {.total = 4, .primary = 5, .most = 6, .step = 7}};
  pf.ports = {
      {.name = "p0",
       .mac = MacAddress{{2, 0, 0, 0, 0, 1}},
       .permanent_mac = MacAddress{{2, 0, 0, 0, 0, 2}},
       .mac_origin = MacOrigin::set,
       .phys_port_name = "p0",
       .dev_port = 0,
       .speed_mbps = 25000,
       .up = true}};
  pf.node_guid = Guid{0x5c25730300bfa320};
  PciFunction vf;
  vf.address = *PciAddress::parse("10000:3b:01.0");
  vf.physfn = pf.address, vf.sriov_known = false;
  facts.pci = {pf, vf};
  facts.ice_packages = {"lib/firmware/intel/ice/ddp/ice.pkg.xz"};
  facts.iommu = {
      .tables_known = true,
      .dmar = true,
      .ivrs = true,
      .iort = true,
      .units = {"dmar0"},
      .groups = {{4, "DMA-FQ", {pf.address}}}};
  facts.kernels = {
      {.release = "6.12.95-a",
       .version = {6, 12},
       .running = true,
       .config_known = true,
       .config = {},
       .modules_known = true,
       .modules = {{"vfio", ModuleState::builtin}, {"ice", ModuleState::loadable}},
       .vfio_modules = {{"0000:3b:00.0", {"mlx5_vfio_pci", "vfio_pci"}}},
       .parameters = {{"kvm_intel", {"nested", "ple_gap"}}}},
      {.release = "5.14.0",
       .version = {5, 14},
       .config_known = true,
       .config = {{"CONFIG_CMDLINE", "a \"b\""}},
       .modules = {{"x", ModuleState::missing}},
       .vfio_modules = {},
       .parameters = {}}};
  facts.boot = {
      .loader = Loader::grub_bls,
      .evidence = "boot/grub2/grub.cfg",
      .copies_for = Loader::systemd_boot,
      .signs = {{Loader::grub, "boot/grub/grub.cfg"}, {Loader::uki, "efi/EFI/Linux/x.efi"}},
      .doubt = "nothing says which",
      .uefi = true,
      .secure_boot = true,
      .filesystem = "ext4",
      .device = "vda1",
      .data_journal = true,
      .esp = "boot/efi",
      .entry_folders = {"boot/efi/loader/entries", "boot/loader/entries"},
      .cmdline = "ro isolcpus=1",
      .next =
          {.title = "Debian",
           .source = "boot/grub/grub.cfg:7",
           .before = "ro",
           .behind = "quiet",
           .doubt = "none"},
      .own_arguments = {"iommu=pt"},
      .sources = {{"isolcpus=1", {"etc/default/grub:6", "etc/default/grub:9"}}}};
  facts.critical = {{pf.address, "default route"}, {pf.address, "swap", true}};
  using Reach = UnknownCarrier::Reach;
  for (const auto reach : {Reach::storage, Reach::network, Reach::any})
    facts.unknown_carriers.push_back({reach, "root filesystem", "NBD: nobody knows"});
  using enum Neighbour::Tool;
  for (const auto tool :
       {link, network_manager, netplan, driverctl, udev, modprobe, irqbalance, networkd, unit,
        interfaces, sysfs_conf, os_net_config, tuned, systemd, cgroup, nova, kubelet, libvirt})
    facts.neighbours.push_back({tool, "etc/x", 3, "key", "value", 2, {}});
  using enum DeviceMatch::Kind;
  for (const auto kind : {name, original_name, mac, path, driver, pci, vendor, device, other})
    facts.neighbours.front().match.push_back({kind, {"a*"}, kind == pci});
  facts.guests = {
      {"web", "etc/libvirt/qemu/web.xml", 16, 2048, true}, {"db", "etc/pve/1.conf", 4, {}, false}};
  facts.gaps = {"this", "that"};
  CHECK(again(facts) == facts);
  for (const auto origin :
       {MacOrigin::unknown, MacOrigin::permanent, MacOrigin::random, MacOrigin::stolen}) {
    facts.pci[0].ports[0].mac_origin = origin;
    CHECK(again(facts) == facts);
  }
  for (const auto loader :
       {Loader::none, Loader::grub, Loader::systemd_boot, Loader::uki, Loader::ostree}) {
    facts.boot.loader = loader;
    CHECK(again(facts).boot.loader == loader);
  }
  // A text that was no UTF-8 is readable again, with U+FFFD in it.
  facts.dmi.serial =
      "A\xff"
      "B";
  CHECK(
      again(facts).dmi.serial ==
      "A\xef\xbf\xbd"
      "B");
}
