// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/host_words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

std::string told(const std::vector<HostWord>& words) {
  std::string out;
  for (const auto& [word, line] : words)
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", line, word);
  return out;
}

std::string told(const std::vector<Difference>& all) {
  std::string out;
  for (const auto& one : all)
    out += one.str() + "\n";
  return out;
}

}  // namespace

TEST_CASE(
    "arguments of one host are found in each file's own quoting",
    "[values][facts][kernel-arguments]") {
  CHECK(
      told(host_arguments("root=UUID=1f ro isolcpus=managed_irq,domain,2-15 quiet\n")) ==
      "1:isolcpus=managed_irq,domain,2-15");
  CHECK(
      told(host_arguments(
          "GRUB_TIMEOUT=0\nGRUB_CMDLINE_LINUX=\"console=ttyS0 nohz_full=2-3 rcu-nocbs=2-3\"\n")) ==
      "2:nohz_full=2-3 2:rcu-nocbs=2-3");
  CHECK(told(host_arguments("GRUB_CMDLINE_LINUX_DEFAULT=hugepages=16\n")) == "1:hugepages=16");
  CHECK(
      told(host_arguments("kargs = [\"hugepages=0:24,1:24\", \"iommu=pt\"]\n")) ==
      "1:hugepages=0:24,1:24");
  CHECK(
      told(host_arguments("ifname=boot0:52:54:00:12:34:56 BOOTIF=01-52-54-00-12-34-56\n")) ==
      "1:ifname=boot0:52:54:00:12:34:56 1:BOOTIF=01-52-54-00-12-34-56");
}

TEST_CASE("arguments that fit every machine are not", "[values][facts][kernel-arguments]") {
  CHECK(told(host_arguments("intel_iommu=on iommu=pt default_hugepagesz=1G hugepagesz=1G "
                            "hugepages=0 ip=dhcp irqaffinity=$cpus"))
            .empty());
  CHECK(told(host_arguments("# isolcpus=2-3\n  #GRUB_CMDLINE_LINUX=\"hugepages=4\"\n")).empty());
  CHECK(told(host_arguments("GRUB_CMDLINE_LINUX_DEFAULT=\"quiet $vfirst_args\"\n")).empty());
}

TEST_CASE("a word that every menu entry repeats is told once", "[values][facts]") {
  CHECK(
      told(host_arguments("linux /a isolcpus=1\nlinux /b isolcpus=1\nlinux /c isolcpus=2\n")) ==
      "1:isolcpus=1 3:isolcpus=2");
}

TEST_CASE("a policy in words fits every host", "[values][facts][policy]") {
  CHECK(told(host_values(
                 "50.ini",
                 "[cpu]\nreserved-cores-per-node = 1\n[pf a]\nvendor = 8086\nirq = "
                 "local-reserved\nvf-mac = stable\n[kernel]\nextra = skew_tick=1\n"))
            .empty());
}

TEST_CASE(
    "CPU lists and addresses without a [match] are named with their line", "[values][facts][cpu]") {
  CHECK(
      told(host_values(
          "50.ini",
          "[cpu]\nreserved = 0-1\n[pf a]\nmac = 52:54:00:00:00:01\nirq = 2-5\n[vf a "
          "0]\nmac = 02:00:00:00:00:01\n[kernel]\nextra = kthread_cpus=0\n")) ==
      "50.ini:2: [cpu] reserved = 0-1 fits only one model, and no [match] says which\n"
      "50.ini:4: [pf a] mac = 52:54:00:00:00:01 fits only one host, and no [match] says which\n"
      "50.ini:5: [pf a] irq = 2-5 fits only one model, and no [match] says which\n"
      "50.ini:7: [vf a 0] mac = 02:00:00:00:00:01 fits only one host, and no [match] says which\n");
}

TEST_CASE(
    "a [match] of a model is enough for a CPU list, a MAC needs one of a host",
    "[values][facts][cpu]") {
  const std::string body = "[cpu]\nreserved = 0-1\n[pf a]\nvf-mac = 52:54:00:00:00:01\n";
  CHECK(
      told(host_values("60.ini", "[match]\nproduct = R760*\n" + body)) ==
      "60.ini:6: [pf a] vf-mac = 52:54:00:00:00:01 fits only one host, and no [match] says "
      "which\n");
  CHECK(told(host_values("60.ini", "[match]\nserial = ABC123\n" + body)).empty());
}
