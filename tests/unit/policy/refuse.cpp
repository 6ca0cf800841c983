// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_test.hpp"

namespace vfirst {

TEST_CASE("an unknown key is refused with the line and the nearest name", "[policy]") {
  CHECK(
      refusal("[cpu]\n; note\nisolat = yes\n") ==
      "50-host.ini:3: unknown key 'isolat' in [cpu]; did you mean 'isolate'?");
  CHECK(
      refusal("[pf a]\npci = *\nvf-driverr = keep\n") ==
      "50-host.ini:3: unknown key 'vf-driverr' in [pf a]; did you mean 'vf-driver'?");
  CHECK(refusal("[cpu]\nxyzzy = 1\n") == "50-host.ini:2: unknown key 'xyzzy' in [cpu]");
}

TEST_CASE("a key in the wrong section is sent to its own", "[policy]") {
  CHECK(
      refusal("[cpu]\nmax-cstate = 1\n") ==
      "50-host.ini:2: unknown key 'max-cstate' in [cpu]; it belongs in [power]");
  CHECK(
      refusal("[hugepages]\nnode01 = 1\n") ==
      "50-host.ini:2: unknown key 'node01' in [hugepages]; did you mean 'nodeN'?");
}

TEST_CASE("an unknown section is refused, even an empty one", "[policy]") {
  CHECK(
      refusal("[hugepage]\n") ==
      "50-host.ini:1: unknown section [hugepage]; did you mean [hugepages]?");
  CHECK(
      refusal("[CPU]\nisolate = yes\n") ==
      "50-host.ini:1: unknown section [CPU]; did you mean [cpu]?");
  CHECK(refusal("[cpu 0]\n") == "50-host.ini:1: [cpu] takes no name: 'cpu 0'");
  CHECK(refusal("[pf]\n") == "50-host.ini:1: [pf]: a PF section is [pf NAME]");
  CHECK(refusal("[vf a]\n") == "50-host.ini:1: [vf a]: a VF section is [vf NAME FIRST-LAST]");
  CHECK(
      refusal("[pf a/b]\n") ==
      "50-host.ini:1: [pf a/b]: 'a/b' is not a name: letters, digits, '_', '.' and '-'");
  CHECK(refusal("[]\n") == "50-host.ini:1: unknown section []");
}

TEST_CASE("bad values are refused with value and limit", "[policy]") {
  const auto pf = [](const std::string& line) {
    return refusal("[pf a]\npci = *\n" + line + "\n");
  };
  CHECK(pf("vf-vlan = 5000") == "50-host.ini:3: vf-vlan: 5000 is out of range: 0 to 4094");
  CHECK(pf("vf-vlan = 0") == "accepted");
  CHECK(pf("vf-vlan = 4094") == "accepted");
  CHECK(pf("vf-vlan = 4095") == "50-host.ini:3: vf-vlan: 4095 is out of range: 0 to 4094");
  CHECK(pf("vf-qos = 8") == "50-host.ini:3: vf-qos: 8 is out of range: 0 to 7");
  CHECK(pf("rx-usecs = 65536") == "50-host.ini:3: rx-usecs: 65536 is out of range: 0 to 65535");
  CHECK(pf("rx-usecs = -1") == "50-host.ini:3: rx-usecs: '-1' is not a number");
  CHECK(pf("vfs = 300") == "accepted");
  CHECK(pf("vfs = 65536") == "50-host.ini:3: vfs: 65536 is out of range: TotalVFs has 16 bits");
  CHECK(pf("vfs = all") == "50-host.ini:3: vfs: 'all' is not a number of VFs or max");
  CHECK(pf("expect = 0") == "50-host.ini:3: expect: 0 is out of range: 1 to 256");
  CHECK(pf("vf-driver = vfio") == "accepted");
  CHECK(
      pf("vf-driver = vfio,iavf") ==
      "50-host.ini:3: vf-driver: 'vfio,iavf' is not vfio, vfio-pci, keep, none or a driver's name");
  CHECK(pf("vf-migration = yes") == "50-host.ini:3: vf-migration: 'yes' is not required or wanted");
  CHECK(
      pf("vf-mac = 01:00:5e:00:00:01") ==
      "50-host.ini:3: vf-mac: 01:00:5e:00:00:01 is not a unicast address; a VF cannot have it");
  CHECK(
      pf("vf-mac = 52:54") ==
      "50-host.ini:3: vf-mac: '52:54' is not stable, auto or a MAC address");
  CHECK(
      pf("irq = locl") ==
      "50-host.ini:3: irq: 'locl' is not local-reserved, reserved or a CPU list");
  CHECK(pf("required = maybe") == "50-host.ini:3: required: 'maybe' is not yes or no");
  CHECK(
      pf("vendor = 8086x") ==
      "50-host.ini:3: vendor: '8086x' is not a PCI ID (up to four hexadecimal digits)");
  CHECK(pf("eswitch = switch") == "50-host.ini:3: eswitch: 'switch' is not legacy or switchdev");
  CHECK(refusal("[boot]\ntimeout = 0\n") == "50-host.ini:2: timeout: 0 is out of range: 1 to 600");
  CHECK(
      refusal("[boot]\ntimeout = 601\n") ==
      "50-host.ini:2: timeout: 601 is out of range: 1 to 600");
  CHECK(
      refusal("[hugepages]\nper-node = 101%\n") ==
      "50-host.ini:2: per-node: 101% is out of range: 1% to 100%");
  CHECK(
      refusal("[hugepages]\nper-node = 0%\n") ==
      "50-host.ini:2: per-node: 0% is out of range: 1% to 100%");
  CHECK(
      refusal("[hugepages]\nsize = 4K\n") ==
      "50-host.ini:2: size: '4K' is not 64K, 2M, 32M, 512M, 1G or 16G");
  CHECK(
      refusal("[iommu]\nmode = pt\n") ==
      "50-host.ini:2: mode: 'pt' is not passthrough, translated or off");
  CHECK(
      refusal("[cpu]\nreserved = 0-\n") ==
      "50-host.ini:2: reserved: CPU list '0-': '0-' is not a CPU, a range, N or all");
  CHECK(
      refusal("[power]\nmax-cstate = 10\n") ==
      "50-host.ini:2: max-cstate: '10' is not a C-state: 0 to 9, or any");
  CHECK(refusal("[cpu]\nisolate =\n") == "50-host.ini:2: 'isolate' in [cpu] has no value");
  CHECK(
      refusal("[cpu]\nisolate = yes # all of them\n") ==
      "50-host.ini:2: isolate: 'yes # all of them' is not yes, no or balanced (a comment begins "
      "with ';')");
}

TEST_CASE("a key that is set twice in a file is refused, under a repeated header too", "[policy]") {
  CHECK(
      refusal("[cpu]\nisolate = yes\nisolate = yes\n") ==
      "50-host.ini:3: 'isolate' in [cpu] is already set in line 2");
  CHECK(
      refusal("[cpu]\nisolate = yes\n[iommu]\nmode = off\n[ cpu ]\nisolate = no\n") ==
      "50-host.ini:6: 'isolate' in [cpu] is already set in line 2");
  CHECK(
      refusal("[match]\nvendor = x\nvendor = y\n") ==
      "50-host.ini:3: 'vendor' in [match] is already set in line 2");
  CHECK(
      refusal("[cpu]\nreserved = 0\nreserved-cores-per-node = 1\n") ==
      "50-host.ini:2: 'reserved' and 'reserved-cores-per-node' (line 3) both set the reserved "
      "CPUs; keep one");
}

TEST_CASE("what libinih would cut or pass over in silence is refused", "[policy]") {
  // 198 bytes and a newline are what its buffer of 200 takes.
  const auto line = [](std::size_t n) {
    return "[kernel]\nextra = " + std::string(n - 8, 'a') + "\n";
  };
  CHECK(refusal(line(198)) == "accepted");
  CHECK(refusal(line(199)) == "50-host.ini:2: the line has 199 bytes, the limit is 198");
  CHECK(refusal("[pf " + std::string(46, 'a') + "]\npci = *\n") == "accepted");
  CHECK(
      refusal("[pf " + std::string(47, 'a') + "]\npci = *\n") ==
      "50-host.ini:1: the section name has 50 bytes, the limit is 49");
  CHECK(
      refusal("[cpu]\n" + std::string(50, 'k') + " = 1\n") ==
      "50-host.ini:2: the key has 50 bytes, the limit is 49");
  CHECK(
      refusal("[cpu] isolate = yes\n") ==
      "50-host.ini:1: 'isolate = yes' after the ] would be ignored; write it on its own line");
  CHECK(refusal("[cpu] ; the CPUs\n") == "accepted");
  CHECK(refusal("[cpu\n") == "50-host.ini:1: '[cpu' has no closing ]");
  CHECK(
      refusal("isolate = yes\n") ==
      "50-host.ini:1: 'isolate = yes' stands before the first [section]");
  CHECK(refusal("[cpu]\nisolate\n") == "50-host.ini:2: neither a [section] nor 'key = value'");
  CHECK(
      refusal("[cpu]\nisolate\nisolat = yes\n") ==
      "50-host.ini:2: neither a [section] nor 'key = value'");
  CHECK(
      refusal("[cpu]\nisolate\n\x01\n") == "50-host.ini:2: neither a [section] nor 'key = value'");
  CHECK(refusal("[cpu]\n= yes\n") == "50-host.ini:2: there is no key before the '='");
  CHECK(
      refusal("\xef\xbb\xbf[cpu]\n") ==
      "50-host.ini:1: the file begins with a byte order mark; save it as UTF-8 without one");
  CHECK(
      refusal(std::string("[cpu]\nisolate = y\0es\n", 21)) ==
      "50-host.ini:2: the line holds a control character (0x00)");
  CHECK(refusal("[cpu]\r\nisolate = yes\r\n") == "accepted");
  CHECK(refusal("[cpu]\nisolate = yes") == "accepted");
}

TEST_CASE("an indented key does not become part of the value above it", "[policy]") {
  CHECK(
      refusal("[cpu]\nisolate = yes\n  reserved = 0\n") ==
      "50-host.ini:3: the line begins with a blank and would continue 'isolate'; begin it in the "
      "first column");
  CHECK(
      refusal("[cpu]\n  isolate = yes\n") ==
      "50-host.ini:2: the line begins with a blank; begin it in the first column");
  CHECK(
      refusal("[kernel]\nextra = a\n mitigations = off\n") ==
      "50-host.ini:3: the line begins with a blank and would continue 'extra'; begin it in the "
      "first column");
  CHECK(
      refusal("[kernel]\nextra = a\n isolate = yes\n") == "50-host.ini:2: extra: '=' has no name");
  CHECK(refusal("[cpu]\nisolate = yes\n ; a comment\n \n") == "accepted");
}

TEST_CASE("VF ranges of one PF must not overlap, and must fit it", "[policy][sriov]") {
  const std::string pf = "[pf up]\npci = *\nvfs = 8\n";
  CHECK(
      refusal(pf + "[vf up 0-3]\nvlan = 1\n[vf up 3-5]\nvlan = 2\n") ==
      "50-host.ini:6: [vf up 3-5] overlaps [vf up 0-3] (50-host.ini:4)");
  CHECK(refusal(pf + "[vf up 0-3]\nvlan = 1\n[vf up 4]\nvlan = 2\n") == "accepted");
  CHECK(
      refusal(pf + "[vf up 6-8]\nvlan = 1\n") ==
      "50-host.ini:4: [vf up 6-8]: the PF has 8 VFs (50-host.ini:3)");
  CHECK(
      refusal(pf + "[vf down 0]\nvlan = 1\n") ==
      "50-host.ini:4: [vf down 0]: there is no [pf down]");
  CHECK(
      refusal(pf + "[vf up 3-1]\nvlan = 1\n") ==
      "50-host.ini:4: [vf up 3-1]: 3-1 is out of range: 0 to 65534, the lower first");
  CHECK(
      refusal(pf + "[vf up x]\nvlan = 1\n") ==
      "50-host.ini:4: [vf up x]: 'x' is not a range of VFs (0-3, or 2)");
  CHECK(
      refusal(pf + "[vf up 0]\nmin-rate = 100\nmax-rate = 50\n") ==
      "50-host.ini:5: min-rate 100 is above the max-rate 50 of 50-host.ini:6");
}

TEST_CASE("a PF section that would match every PF is refused", "[policy][sriov]") {
  CHECK(
      refusal("[pf a]\nvfs = 4\n") ==
      "50-host.ini:1: [pf a] selects nothing; add pci, vendor, device, subsystem, driver, mac, "
      "slot, node, port or ifname");
}

TEST_CASE("extra refuses the arguments that another key decides", "[policy][kernel-arguments]") {
  const auto extra = [](const std::string& words) {
    return refusal("[kernel]\nextra = " + words + "\n");
  };
  CHECK(
      extra("skew_tick=1 isolcpus=2-3") ==
      "50-host.ini:2: extra: isolcpus=2-3 does not belong here: write 'isolate' and "
      "'reserved...' in [cpu]; the CPU lists are computed");
  CHECK(extra("nohz-full=2-3") != "accepted");
  CHECK(
      extra("mitigations=off") ==
      "50-host.ini:2: extra: mitigations=off does not belong here: write the key 'mitigations' in "
      "[kernel]");
  CHECK(
      extra("amd_iommu=on") ==
      "50-host.ini:2: extra: amd_iommu=on does not belong here: the kernel does not know this "
      "value; the AMD IOMMU is on by default");
  CHECK(extra("amd_iommu=force_enable") == "accepted");
  CHECK(extra("vfio-pci.ids=8086:10ca") != "accepted");
  CHECK(extra("a -- b") == "50-host.ini:2: extra: the kernel passes everything after '--' to init");
  CHECK(extra("dyndbg=\"file x +p\"") == "accepted");
  CHECK(
      extra("dyndbg=\"file x +p") ==
      "50-host.ini:2: extra: a double quote is not closed in its line");
  for (auto word :
       {"hugepages=4", "hugepagesz=1G", "default_hugepagesz=1G", "intel_iommu=on", "iommu=pt",
        "iommu.passthrough=1", "rcu_nocbs=1", "irqaffinity=0", "intel_idle.max_cstate=0",
        "processor.max_cstate=1", "root=/dev/sda1"})
    CHECK(extra(word) != "accepted");
}

}  // namespace vfirst
