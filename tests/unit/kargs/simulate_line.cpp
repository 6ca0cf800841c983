// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/simulate.hpp"
#include "unit/kargs/simulate.hpp"
#include "unit/rounds.hpp"

#include "kargs/known_words.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

namespace vfirst {

namespace {
std::string many(unsigned count, std::string_view text) {
  std::string out;
  for (unsigned i = 0; i < count; ++i)
    out += fmt::format("w{}{} ", i, text);
  return out;
}
Effect effect_of(std::string_view line) {
  return booted(line).arguments.at(0).effect;
}
}  // namespace

TEST_CASE("quotes around an argument or its value change nothing", "[kernel-arguments]") {
  const auto seen = booted("\"isolcpus=2-3\" note=\"a b\" nohz_full=\"2-3\"");
  CHECK(seen.isolated.list() == "2-3");
  CHECK(seen.nohz_full.list() == "2-3");
  CHECK(seen.init_variables == std::vector<std::string>{"note=a b"});
}

TEST_CASE("dashes in names are underscores", "[kernel-arguments]") {
  const auto seen = booted("nohz-full=2-3 rcu-nocbs=3 default-hugepagesz=1G");
  CHECK(seen.nohz_full.list() == "2-3");
  CHECK(seen.default_hugepage_kb == kBig);
  CHECK(seen.init_variables.empty());
}

TEST_CASE("what stands behind the dashes is init's", "[kernel-arguments]") {
  const auto seen = booted("isolcpus=2 -- isolcpus=3 hugepages=5 word");
  CHECK(seen.isolated.list() == "2");
  CHECK(seen.init_words == std::vector<std::string>{"isolcpus=3", "hugepages=5", "word"});
  // the kernel counts them later, and does not name them
  CHECK(seen.log.empty());
  REQUIRE(seen.arguments.size() == 4);
  CHECK(seen.arguments[1].arg.raw == "isolcpus=3");
  CHECK(seen.arguments[1].effect == Effect::ignored);
}

TEST_CASE("32 unknown words boot, one more panics", "[kernel-arguments]") {
  CHECK(booted(many(32, "")).boots());
  const auto dead = booted(many(33, ""));
  REQUIRE_FALSE(dead.boots());
  CHECK(dead.fatal.front().find("Too many boot init vars at `w32'") != std::string::npos);
  CHECK_FALSE(booted("-- " + many(33, "")).boots());
}

TEST_CASE(
    "31 unknown variables boot, one more panics; the same one twice counts once",
    "[kernel-arguments]") {
  CHECK(booted(many(31, "=1")).boots());
  CHECK(booted(many(31, "=1") + "w3=2 TERM=vt220 HOME=/root").boots());
  const auto dead = booted(many(32, "=1"));
  REQUIRE_FALSE(dead.boots());
  CHECK(dead.fatal.front().find("Too many boot env vars at `w31=1'") != std::string::npos);
  CHECK(logs(dead, "Kernel panic - not syncing: Too many boot env vars at `w31=1'"));
}

TEST_CASE("words with a dot are kept for modules and cost init nothing", "[kernel-arguments]") {
  const auto seen = booted(many(40, ".x=1"));
  CHECK(seen.boots());
  CHECK(seen.init_variables.empty());
}

TEST_CASE("a line longer than the kernel's buffer does not boot", "[kernel-arguments]") {
  const std::string long_line = "x.y=" + std::string(2043, 'a');
  CHECK(boots(CommandLine::parse(long_line), measured_machine()));
  const auto dead = boots(CommandLine::parse(long_line + "a"), measured_machine());
  REQUIRE_FALSE(dead);
  CHECK(dead.error().what.find("2048 bytes") != std::string::npos);
}

TEST_CASE(
    "what the kernel does not know is ignored, what init reads is not", "[kernel-arguments]") {
  CHECK(effect_of("isolcpu=2-3") == Effect::ignored);
  // without a value it is another word
  CHECK(effect_of("isolcpus") == Effect::ignored);
  CHECK(effect_of("splash") == Effect::effective);
  // what is not modelled is not judged
  CHECK(effect_of("BOOT_IMAGE=/vmlinuz") == Effect::not_judged);
  CHECK(effect_of("root=/dev/sda1") == Effect::not_judged);
  CHECK(effect_of("systemd.unit=rescue.target") == Effect::not_judged);
  CHECK(booted("ro quiet systemd.unit=rescue.target").worst() == Effect::not_judged);
  CHECK(booted("splash").init_words == std::vector<std::string>{"splash"});
  CHECK(booted("BOOT_IMAGE=/vmlinuz ro quiet").init_variables.empty());
}

TEST_CASE(
    "a value that the kernel refuses is ignored with the kernel's message, one that it takes is "
    "effective",
    "[kernel-arguments]") {
  const auto verdict = [](std::string_view line, SimulatedMachine machine = measured_machine()) {
    return booted(line, machine).arguments.at(0);
  };
  for (const auto good :
       {"idle=poll", "intel_idle.max_cstate=1", "processor.max_cstate=0x1",
        "mitigations=auto,nosmt", "transparent_hugepage=never", "numa_balancing=disable",
        "skew_tick=1", "tsc=reliable", "nmi_watchdog=0", "crashkernel=512M", "crashkernel=1G,high",
        "crashkernel=1G-4G:192M,4G-:256M", "crashkernel=256M@16M", "workqueue.unbound_cpus=0-1",
        "iommu=pt", "iommu=force,nomerge", "preempt=full", "panic=-1", "hugetlb_free_vmemmap=on"})
    CHECK(effect_of(good) == Effect::effective);
  for (const auto bad :
       {"idle=foo", "intel_idle.max_cstate=x", "mitigations=none", "transparent_hugepage=off",
        "numa_balancing=off", "crashkernel=auto", "crashkernel=1G-",
        "workqueue.unbound_cpus=0-9999", "iommu=on", "preempt=yes", "panic=soon"})
    CHECK(effect_of(bad) == Effect::ignored);
  CHECK(verdict("idle=foo").message == "Malformed early option 'idle'");
  CHECK(
      verdict("mitigations=none").message ==
      "Unsupported mitigations=none, system may still be vulnerable");
  auto machine = measured_machine();
  machine.release = "4.18.0-553.el8_10.x86_64";
  machine.kernel = KernelVersion::of(machine.release);
  CHECK(verdict("crashkernel=auto", machine).effect == Effect::effective);
  machine.release = "5.14.0-503.el9.x86_64";
  CHECK(verdict("crashkernel=auto", machine).effect == Effect::ignored);
  CHECK(effect_of("mitigations=auto;no_user_kernel") == Effect::ignored);
  CHECK(
      verdict("mitigations=auto;no_user_kernel", measured_machine({6, 17})).effect ==
      Effect::effective);
}

TEST_CASE(
    "crashkernel=SIZE,cma counts from 6.17 on, and beside another form", "[kernel-arguments]") {
  const auto effects = [](std::string_view line, KernelVersion kernel) {
    std::string out;
    for (const auto& verdict : booted(line, measured_machine(kernel)).arguments)
      out += verdict.effect == Effect::effective ? '+' : '-';
    return out;
  };
  CHECK(effects("crashkernel=256M crashkernel=512M,cma", {6, 17}) == "++");
  CHECK(effects("crashkernel=512M,cma crashkernel=256M,high", {6, 17}) == "++");
  CHECK(effects("crashkernel=512M,cma", {6, 17}) == "-");
  CHECK(effects("crashkernel=512M,cma crashkernel=128M,low", {6, 17}) == "--");
  // Older kernels take it for the last plain one, cannot read its size and keep nothing.
  CHECK(effects("crashkernel=256M crashkernel=512M,cma", {6, 16}) == "--");
  CHECK(effects("crashkernel=256M,high crashkernel=512M,cma", {6, 16}) == "--");
  CHECK(effects("crashkernel=512M,cma crashkernel=256M", {6, 16}) == "-+");
  // As a booted 6.12 says it.
  CHECK(
      booted("crashkernel=256M crashkernel=512M,cma").arguments[1].message ==
      "crashkernel: unrecognized char: ,");
}

TEST_CASE(
    "a word that the kernel looks for early is not called unknown, and init gets it too",
    "[kernel-arguments]") {
  const auto seen = booted("spectre_v2=off nospectre_v2 split_lock_detect=off");
  for (const auto& verdict : seen.arguments)
    CHECK(verdict.effect == Effect::not_judged);
  CHECK(seen.init_words == std::vector<std::string>{"nospectre_v2"});
  CHECK(seen.init_variables == std::vector<std::string>{"spectre_v2=off", "split_lock_detect=off"});
  auto arm = measured_machine();
  arm.architecture = "aarch64";
  CHECK(booted("tsx=off", arm).arguments[0].effect == Effect::ignored);
}

TEST_CASE(
    "only an unpatched kernel of a listed release is said not to know a word",
    "[kernel-arguments]") {
  const auto effect = [](const char* release) {
    auto machine = measured_machine();
    machine.release = release;
    machine.kernel = KernelVersion::of(release);
    return booted("pcie_acs_override=downstream", machine).arguments[0].effect;
  };
  for (const auto listed : {"6.12.0", "6.12.48+deb13-amd64", "6.1.0-38-amd64", "6.5.13", ""})
    CHECK(effect(listed) == Effect::ignored);
  for (const auto other :
       {"6.8.12-9-pve", "5.14.0-503.el9.x86_64", "6.8.0-45-generic", "6.11.4-301.fc41.x86_64",
        "7.0.1", "5.10.0-30-amd64", "6.12.9-liquorix-amd64x"})
    CHECK(effect(other) == Effect::not_judged);
}

TEST_CASE("an argument that came later than the kernel is ignored", "[kernel-arguments]") {
  CHECK(
      booted("workqueue.unbound_cpus=0-1", measured_machine({6, 1})).arguments[0].rule ==
      "only Linux 6.6 and later have it");
  CHECK(effect_of("workqueue.unbound_cpus=0-1") == Effect::effective);
}

TEST_CASE("an argument that Red Hat may have carried back is not judged", "[kernel-arguments]") {
  const auto on = [](const char* release, std::string_view line) {
    return booted(line, measured_machine(KernelVersion::of(release))).arguments[0].effect;
  };
  for (const auto line : {"workqueue.unbound_cpus=0-1", "amd_pstate=active"}) {
    CHECK(on("5.14.0-427.el9.x86_64", line) == Effect::not_judged);
    CHECK(on("5.14.0-1.el9.elrepo.x86_64", line) == Effect::ignored);
  }
  CHECK(on("6.12.0-55.el10.x86_64", "workqueue.unbound_cpus=0-1") == Effect::effective);
  constexpr auto kVectors = "mitigations=auto;no_user_kernel";
  CHECK(on("6.12.0-124.el10.x86_64", kVectors) == Effect::not_judged);
  CHECK(on("6.12.48+deb13-amd64", kVectors) == Effect::ignored);
}

TEST_CASE("every argument has its reader", "[kernel-arguments]") {
  const auto reader = [](std::string_view line) { return booted(line).arguments.at(0).reader; };
  CHECK(reader("isolcpus=1") == Reader::kernel);
  CHECK(reader("nosmt") == Reader::kernel);
  CHECK(reader("igb.max_vfs=2") == Reader::module);
  CHECK(reader("splash") == Reader::user_space);
  CHECK(reader("isolcpu=1") == Reader::init);
  // What init= drops was for init; what has a value stays.
  const auto dropped = booted("splash root=/dev/vda1 init=/bin/sh");
  CHECK(dropped.arguments[0].does != booted("splash").arguments[0].does);
  CHECK(dropped.arguments[1].does == booted("root=/dev/vda1").arguments[0].does);
}

TEST_CASE("init= drops the words before it", "[kernel-arguments]") {
  CHECK(booted("a b init=/bin/sh c").init_words == std::vector<std::string>{"c"});
}

TEST_CASE(
    "passthrough is what the last early word says; a vendor's unknown word is named",
    "[kernel-arguments]") {
  CHECK(booted("iommu=pt").passthrough == true);
  CHECK(booted("iommu=nopt iommu.passthrough=1").passthrough == true);
  CHECK(booted("iommu.passthrough=1 iommu=nopt").passthrough == false);
  CHECK_FALSE(booted("quiet").passthrough.has_value());
  CHECK(
      booted("iommu.strict=maybe").arguments[0].message == "Malformed early option 'iommu.strict'");
  CHECK(booted("amd_iommu=on").arguments[0].message == "AMD-Vi: Unknown option - 'on'");
  CHECK(effect_of("amd_iommu=on") == Effect::ignored);
  CHECK(effect_of("intel_iommu=on,sm_on") == Effect::effective);
  CHECK(effect_of("intel_iommu=on,wrong") == Effect::partial);
  auto arm = measured_machine();
  arm.architecture = "aarch64";
  CHECK_FALSE(booted("iommu=pt", arm).passthrough.has_value());
}

TEST_CASE("which of our arguments would be passed over in a line of others", "[kernel-arguments]") {
  const std::vector<KernelArg> ours = {
      *make_arg("isolcpus", "2-3"), *make_arg("nohz_full", "2-3"), *make_arg("hugepages", "0:1")};
  const auto machine = measured_machine();
  CHECK(not_effective(
            CommandLine::parse("ro isolcpus=2-3 nohz_full=2-3 hugepages=0:1"), ours, machine)
            .empty());
  const auto lost =
      not_effective(CommandLine::parse("isolcpus=1 isolcpus=2-3 nohz_full=2-3"), ours, machine);
  REQUIRE(lost.size() == 2);
  CHECK(lost[0].arg.raw == "isolcpus=2-3");
  CHECK(lost[0].effect == Effect::ignored);
  CHECK(lost[1].arg.raw == "hugepages=0:1");
  CHECK(lost[1].rule == "it is not in the command line");
}

TEST_CASE(
    "whatever the line says, the state is one that the machine can be in", "[kernel-arguments]") {
  constexpr std::string_view kWords[] = {
      "isolcpus=",
      "nohz_full=",
      "isolcpus=nohz,",
      "isolcpus=managed_irq,domain,",
      "rcu_nocbs=",
      "irqaffinity=",
      "hugepages=",
      "hugepagesz=",
      "default_hugepagesz=",
      "nr_cpus=",
      "maxcpus=",
      "possible_cpus=",
      "iommu=",
      "intel_iommu=",
      "word",
      "word=",
      "\"",
      "--",
      "init="};
  constexpr std::string_view kValues[] = {
      "",    "0",  "0-3",     "2-3",        "1,9",
      "all", "N",  "3-0",     "0:1,1:2",    "0:1,7:1",
      "0:",  "1G", "2M",      "0x40000000", "99999999999999999999",
      "1P",  "pt", "on,off,", "domian,2",   "a b"};
  std::mt19937 dice(1);
  const auto pick = [&](const auto& from) { return from[dice() % std::size(from)]; };
  for (unsigned round = 0; round < vfirst::test::rounds(20000); ++round) {
    auto machine = measured_machine({5, 4 + static_cast<unsigned>(dice() % 15)});
    if (dice() % 2) machine.kernel = {6, static_cast<unsigned>(dice() % 16)};
    if (dice() % 8 == 0) machine.nodes.clear();
    std::string line;
    for (auto n = dice() % 9; n > 0; --n)
      line += fmt::format("{}{} ", pick(kWords), pick(kValues));
    INFO(line);
    const auto parsed = CommandLine::parse(line);
    const auto seen = simulate(parsed, machine);
    REQUIRE(seen.arguments.size() >= parsed.args().size());
    REQUIRE(machine.possible.contains(seen.isolated));
    REQUIRE_FALSE(seen.isolated == machine.possible);
    REQUIRE(seen.irq_default.contains(0));
    std::uint64_t taken_kb = 0;
    for (const auto& pool : seen.hugepages)
      taken_kb += pool.size_kb * pool.pages;
    REQUIRE(taken_kb <= 8u << 20);
    for (const auto& verdict : seen.arguments)
      REQUIRE((verdict.effect <= Effect::not_judged || !verdict.rule.empty()));
    REQUIRE(simulate(parsed, machine) == seen);
  }
}

TEST_CASE(
    "every argument of the catalogue without a dot is a word that some kernel knows",
    "[kernel-arguments]") {
  for (const auto* word :
       {"isolcpus=1", "irqaffinity=1", "intel_iommu=on", "nosmt", "mitigations=off", "hugepages=1",
        "crashkernel=1M", "skew_tick=1", "nosoftlockup", "pcie_aspm=off"})
    CHECK(known_to_kernel(CommandLine::parse(word).args().front(), "x86_64"));
}

}  // namespace vfirst
