// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/verify_report.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace vfirst;

namespace {

VerifyReport report() {
  VerifyReport r;
  r.release = "6.12.95";
  r.plan_hash = "abc";
  r.rows = {
      {"isolated CPUs", "2-3,6-7", "isolcpus=managed_irq,domain,2-3,6-7", "2-3,6-7", Verdict::ok,
       true, "sys/devices/system/cpu/isolated", ""},
      {"1G pages, node 0", "3", "hugepages=0:3,1:1", "2", Verdict::short_of, true,
       "HugeTLB: allocating 3 of page size 1.00 GiB failed node0. Only allocated 2 hugepages.",
       "node 0 had no third gigabyte in one piece: ask for less"}};
  r.receipt = {
      2,
      14,
      14,
      *VfDriver::parse("vfio-pci"),
      {{0, 1 << 20, 2, 2}, {1, 1 << 20, 2, 2}},
      CpuSet{2, 3, 6, 7},
      1.94,
      "libvirtd"};
  return r;
}

}  // namespace

TEST_CASE("the receipt is one line that can be pasted into a ticket", "[report]") {
  CHECK(
      receipt_line(report().receipt) ==
      "vfirst: 2 PFs, 14/14 VFs on vfio-pci, 4/4 1G pages (2+2), cpus 2-3,6-7 isolated, ready "
      "1.9 s before libvirtd");
  CHECK(receipt_line({}) == "vfirst: nothing planned");
  Receipt late{1, 2, 1, {}, {{0, 2048, 64, 60}}, {}, -0.5, "libvirtd"};
  CHECK(
      receipt_line(late) ==
      "vfirst: 1 PF, 1/2 VFs with their drivers, 60/64 2M pages, ready 0.5 s after libvirtd");
}

TEST_CASE("a miss shows the kernel's own words and the cause beneath its row", "[report]") {
  CHECK(
      verify_text(report(), false) ==
      "  verdict  what              wanted   got      asked with\n"
      "  ok       isolated CPUs     2-3,6-7  2-3,6-7  isolcpus=managed_irq,domain,2-3,6-7\n"
      "  short    1G pages, node 0  3        2        hugepages=0:3,1:1\n"
      "      seen:  HugeTLB: allocating 3 of page size 1.00 GiB failed node0. Only allocated 2 "
      "hugepages.\n"
      "      cause: node 0 had no third gigabyte in one piece: ask for less\n"
      "\n"
      "red: 1 of 2 as wanted\n" +
          receipt_line(report().receipt) + "\n");
}

TEST_CASE("a row that is as wanted may have something to say, too", "[report]") {
  auto r = report();
  r.rows = {
      {"early boot", "complete", "vfirst boot", "complete in the real root", Verdict::ok, true,
       "run/vfirst/result.json", "the initramfs lacked igb"}};
  const auto text = verify_text(r, false);
  CHECK(text.find("\n      cause: the initramfs lacked igb\n") != std::string::npos);
  CHECK(text.find("seen:") == std::string::npos);
  CHECK(text.find("green: 1 of 1") != std::string::npos);
}

TEST_CASE("colour changes no character that is printed", "[report]") {
  auto text = verify_text(report(), true);
  CHECK(text.find("\033[31m  short") != std::string::npos);
  for (std::size_t at; (at = text.find('\033')) != std::string::npos;)
    text.erase(at, text.find('m', at) - at + 1);
  CHECK(text == verify_text(report(), false));
}

TEST_CASE("verify's JSON holds every row and the receipt", "[report]") {
  const auto json = nlohmann::json::parse(verify_json(report()));
  CHECK(json["schema"] == "vfirst.verify/1");
  CHECK(json["green"] == false);
  CHECK(json["rows"][1]["verdict"] == "short");
  CHECK(json["rows"][1]["evidence"].get<std::string>().starts_with("HugeTLB"));
  CHECK(json["receipt"]["pages"][1]["got"] == 2);
}

TEST_CASE("a best-effort miss, or what no file tells, does not make the report red", "[report]") {
  auto r = report();
  r.rows[1].required = false;
  CHECK(r.green());
  r.rows[1].required = true;
  r.rows[1].verdict = Verdict::unknown;
  CHECK(r.green());
  r.rows[1].verdict = Verdict::ignored;
  CHECK_FALSE(r.green());
}
