// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/name.hpp"
#include "export/target.hpp"
#include "export/words.hpp"
#include "unit/plan/machine.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

using Words = std::vector<std::string>;

constexpr auto kText =
    "[cpu]\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = 24\n[iommu]\nmode = passthrough\n";

Facts machine() {
  auto facts = Machine{.nodes = 2, .cores = 8, .threads = 2}.facts();
  facts.pci = {nic("0000:3b:00.0", 0), nic("0000:af:00.0", 1)};
  facts.critical = {{bdf("0000:af:00.0"), "default route"}};
  facts.hostname = "host-a";
  return facts;
}

const ExportFormat& format(std::string_view name) {
  return *std::ranges::find(
      export_formats(), name, [](const ExportFormat& f) { return std::string_view(f.name); });
}

std::string exported(
    std::string_view name, const ExportWish& wish = {}, const std::string& text = kText) {
  const auto facts = machine();
  const auto made = export_as(format(name), plan(facts, text), facts, wish);
  return made ? made->document : made.error().what;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

ExportLine line(Words ours) {
  ExportLine out;
  out.ours = std::move(ours);
  out.node = "host-a";
  out.mac = "52-54-00-00-00-af";
  out.kernel = "vmlinuz";
  out.initrd = "initrd.img";
  out.plan = "0123456789abcdef";
  out.architecture = "x86_64";
  return out;
}

}  // namespace

TEST_CASE(
    "every format is read back as the kernel's own words, or refuses the one that it cannot "
    "carry",
    "[kernel-arguments][export]") {
  const Words odd{
      "plain",
      "isolcpus=managed_irq,domain,2-3",
      "memmap=1G$4G",
      "a;b",
      "a&b",
      "a|b",
      "a<b>c",
      "a{b}",
      "${net0/mac}",
      "#x",
      "||",
      "~isolcpus",
      "{{tag}}",
      "{%x%}",
      "glob=*",
      "one=?",
      "back\\slash",
      "it's",
      "quoted=\"a b\"",
      "\"whole=a b\"",
      "comma=\"a,b\"",
      "end\\",
      "%h",
      "@file",
      "=x",
      "[x]",
      "!x"};
  for (const auto& target : export_formats()) {
    if (!target.target) continue;
    INFO(target.name);
    unsigned carried = 0;
    for (const auto& word : odd) {
      INFO(word);
      const auto written = target.target->write(line({"first=1", word, "last=2"}));
      if (!written) {
        // by name
        CHECK(holds(written.error().what, word));
        continue;
      }
      const auto read = target.target->read(written->text);
      REQUIRE(read);
      CHECK(*read == Words{"first=1", word, "last=2"});
      ++carried;
    }
    CHECK(carried >= 8);
  }
}

TEST_CASE(
    "equal arguments are refused for bootc, which keeps one of them",
    "[kernel-arguments][export][hugepages]") {
  const Words pools{"hugepagesz=1G", "hugepages=8", "hugepagesz=2M", "hugepages=8"};
  const auto& target = *format("bootc").target;
  const auto refused = target.write(line(pools));
  REQUIRE_FALSE(refused);
  CHECK(
      refused.error().what ==
      "hugepages=8: stands there twice, and bootc keeps one of equal arguments");
  CHECK(target.write(line({"hugepagesz=1G", "hugepages=8", "hugepagesz=2M", "hugepages=9"})));
  CHECK(format("ignition").target->write(line(pools)));
}

TEST_CASE(
    "what others put on the line stands before ours, and may not make it void",
    "[kernel-arguments][export]") {
  CHECK(exported("cmdline", {.pool = {}, .vf = {}, .with = "root=/dev/vda1 ro"})
            .starts_with("root=/dev/vda1 ro intel_iommu=on iommu=pt "));
  const auto refused = exported("cmdline", {.pool = {}, .vf = {}, .with = "isolcpus=5"});
  CHECK(holds(refused, "isolcpus=5"));
  CHECK(holds(refused, "first"));
  CHECK(holds(
      exported("bootc", {.pool = {}, .vf = {}, .with = "quiet"}),
      "--with: this format adds arguments to an existing command line"));
}

TEST_CASE(
    "a host is known by the name that the facts have, or the one that is asked for",
    "[kernel-arguments][export]") {
  CHECK(holds(exported("ironic"), "node set host-a "));
  CHECK(holds(exported("ironic", {.pool = {}, .vf = {}, .node = "n7"}), "node set n7 "));
  CHECK(holds(
      exported("ironic", {.pool = {}, .vf = {}, .node = "n 7"}),
      "ironic: --node 'n 7' cannot be a node's name: only letters, digits and . _ : - are "
      "allowed"));
  auto facts = machine();
  facts.hostname.clear();
  const auto nameless = export_as(format("ironic"), plan(facts, kText), facts, {});
  REQUIRE_FALSE(nameless);
  CHECK(
      nameless.error().what ==
      "ironic: the host has no name in these facts; give one with --node NAME");
}

TEST_CASE("a file for one MAC address is the boot port's", "[kernel-arguments][export][network]") {
  const auto facts = machine();
  const auto made = export_as(format("grub-netboot"), plan(facts, kText), facts, {});
  REQUIRE(made);
  CHECK(made->parts[0].name == "grub.cfg-01-52-54-00-00-00-af");
  const auto other = export_as(
      format("pxelinux"), plan(facts, kText), facts,
      {.pool = {}, .vf = {}, .mac = MacAddress::parse("02:00:00:00:00:01").value()});
  REQUIRE(other);
  CHECK(other->parts[0].name == "pxelinux.cfg/01-02-00-00-00-00-01");
  auto lost = facts;
  lost.critical.clear();
  CHECK_FALSE(export_as(format("pxelinux"), plan(lost, kText), lost, {}));
}

TEST_CASE(
    "where the order is not kept, one hugepage size is said by its default",
    "[kernel-arguments][export][hugepages]") {
  CHECK(
      order_safe(
          {"a", "default_hugepagesz=1G", "hugepagesz=1G", "hugepages=0:24,1:24", "hugepagesz=2M",
           "hugepages=0", "b"}) == Words{"a", "default_hugepagesz=1G", "hugepages=0:24,1:24", "b"});
  CHECK(order_safe({"a", "b"}) == Words{"a", "b"});
  const auto two = order_safe({"hugepagesz=1G", "hugepages=2", "hugepagesz=2M", "hugepages=64"});
  REQUIRE_FALSE(two);
  CHECK(
      two.error().what ==
      "pages of 2 sizes (1G, 2M): the kernel assigns the counts by their order, which this format "
      "does not keep");
  for (const auto* name : {"cobbler", "talos"}) {
    INFO(name);
    CHECK(holds(exported(name), "default_hugepagesz=1G"));
    CHECK_FALSE(holds(exported(name), " hugepagesz="));
    CHECK_FALSE(holds(exported(name), "\"hugepagesz="));
  }
  CHECK(holds(exported("ipxe"), " hugepagesz=1G hugepages="));
}

TEST_CASE(
    "what a format does to the order is simulated, and refused where the kernel would end "
    "otherwise",
    "[kernel-arguments][export]") {
  // A target that claims to keep nothing and reads its own document as it stands, with words that
  // only their order makes right.
  auto target = *format("cobbler").target;
  const auto facts = machine();
  auto p = plan(facts, "[iommu]\nmode = passthrough\n");
  p.kargs.push_back({*make_arg("isolcpus", "managed_irq,domain,2-3"), "", {}});
  p.kargs.push_back({*make_arg("isolcpus", "4"), "", {}});
  // equal keys stay in their order: the first one wins as before
  CHECK(export_arguments(target, p, facts, {}));
  p.kargs.push_back({*make_arg("hugepagesz", "2M"), "", {}});
  p.kargs.push_back({*make_arg("hugepages", "64"), "", {}});
  p.kargs.push_back({*make_arg("default_hugepagesz", "1G"), "", {}});
  // said by the default, 2M would become it
  const auto made = export_arguments(target, p, facts, {});
  REQUIRE_FALSE(made);
  CHECK(holds(made.error().what, "this format would pass '"));
}

TEST_CASE("ignition takes away what an earlier plan left", "[kernel-arguments][export]") {
  auto facts = machine();
  facts.boot.own_arguments = {"iommu=pt isolcpus=managed_irq,domain,1"};
  const auto made = export_as(format("ignition"), plan(facts, kText), facts, {});
  REQUIRE(made);
  const auto json = nlohmann::json::parse(made->document);
  CHECK(json["ignition"]["version"] == "3.3.0");
  CHECK(json["kernelArguments"]["shouldExist"][0] == "intel_iommu=on");
  CHECK(
      json["kernelArguments"]["shouldNotExist"] == nlohmann::json{"isolcpus=managed_irq,domain,1"});
}

TEST_CASE(
    "a policy goes into the initramfs where the boot program can put it there",
    "[kernel-arguments][export][provisioning][policy]") {
  const ExportWish wish{.pool = {}, .vf = {}, .host_policy = "policy/host-a.ini"};
  CHECK(holds(
      exported("ipxe", wish),
      "\ninitrd policy/host-a.ini /etc/vfirst/policy.d/90-host.ini\nboot\n"));
  CHECK(holds(
      exported("grub-netboot", wish),
      " newc:/etc/vfirst/policy.d/90-host.ini:/policy/host-a.ini   # GRUB 2.12 or later\n"));
  CHECK(holds(
      exported("pxelinux", wish),
      "--host-policy: this format cannot put a file into the initramfs"));
}

TEST_CASE(
    "no name of a host or a file can be a command, an option or a line of its own",
    "[kernel-arguments][export]") {
  for (const auto* name :
       {"$(id)", "`id`",      "a;id",          "a|id",   "a&id", "a>f",   "a b",  "a\nid", "a'b",
        "a\"b",  "-x",        "--x",           ".a",     "a/b",  "{{a}}", "${a}", "#a",    "*",
        "a\x1b", "a\xc2\x85", "a\xe2\x80\xa8", "caf\xe9"}) {
    INFO(name);
    CHECK_FALSE(is_node_name(name));
    auto facts = machine();
    facts.hostname = name;
    for (const auto& each : export_formats()) {
      if (!each.target) continue;
      INFO(each.name);
      const auto made = export_as(each, plan(facts, kText), facts, {});
      REQUIRE_FALSE(made);
      CHECK(holds(made.error().what, "cannot be a node's name"));
      CHECK(holds(made.error().what, "--node NAME"));
      // another name helps
      CHECK(export_as(each, plan(facts, kText), facts, {.pool = {}, .vf = {}, .node = "n7"}));
    }
    if (name != std::string_view("a&id") && name != std::string_view(".a") &&
        name != std::string_view("a/b"))
      CHECK_FALSE(check_file_name("--linux", name));
  }
  for (const auto* name : {"a", "host-a.example.org", "fe80::1", "00_node", "N7"})
    CHECK(is_node_name(name));
  CHECK_FALSE(is_node_name(""));
  for (const auto* name :
       {"vmlinuz", "http://srv:8080/a/vmlinuz?x=1&y=2", "(tftp)/vmlinuz", "http://[fe80::1]/k", ""})
    CHECK(check_file_name("--linux", name));
}

TEST_CASE(
    "an argument of an earlier plan that cannot be written is refused",
    "[kernel-arguments][export]") {
  auto facts = machine();
  facts.boot.own_arguments = {"caf\xe9=1"};
  const auto made = export_as(format("ignition"), plan(facts, kText), facts, {});
  REQUIRE_FALSE(made);
  CHECK(holds(made.error().what, "printable ASCII"));
}

TEST_CASE(
    "every file of the folder that writes a format has its line in the table",
    "[kernel-arguments][export]") {
  std::vector<std::string> defined;
  const auto folder = std::filesystem::path(VFIRST_TESTS_DIR).parent_path() / "src/export";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path());
    for (std::string text; std::getline(in, text);)
      if (text.starts_with("extern const ExportTarget k")) defined.push_back(text);
  }
  const auto with_target = std::ranges::count_if(
      export_formats(), [](const ExportFormat& each) { return each.target != nullptr; });
  INFO(fmt::format("{}", fmt::join(defined, "\n")));
  // A line without its file does not link.
  CHECK(defined.size() == static_cast<std::size_t>(with_target));
}

TEST_CASE("quoting of shells, CSV and JSON", "[kernel-arguments][export]") {
  for (const auto* word : {"", "a", "a b", "it's", "\"", "$x", "a\\b", "a,b", ";"}) {
    INFO(word);
    CHECK(shell_words(shell_word(word)) == Words{word});
    CHECK(csv_fields(csv_field(word)) == Words{word});
    CHECK(json_strings("k [" + json_string(word) + "]", "k") == Words{word});
    CHECK(nlohmann::json::parse(json_string(word)) == word);
  }
  CHECK(shell_words("a 'b c'\"d \\\" e\"\\ f") == Words{"a", "b cd \" e f"});
  CHECK_FALSE(shell_words("a 'b"));
  CHECK_FALSE(shell_words("a \"b"));
  CHECK_FALSE(csv_fields("\"a"));
  CHECK_FALSE(json_strings("k [\"a", "k"));
  CHECK_FALSE(yaml_items("k:\n  - \"a", "k:"));
  // YAML ends a line at each of these.
  CHECK(json_string("\xc2\x85\xe2\x80\xa8\x7f") == R"("\u0085\u2028\u007f")");
}
