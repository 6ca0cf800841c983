// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/capture.hpp"
#include "facts/readers.hpp"
#include "host/recording_root.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

TEST_CASE("a machine without neighbours has none", "[facts]") {
  CHECK(facts::read_neighbours(TempTree{}.root()).empty());
}

TEST_CASE("a configuration file in /etc hides the one of the same name in /usr", "[facts]") {
  const TempTree tree{
      {"usr/lib/modprobe.d/igb.conf", "options igb max_vfs=2\n"},
      {"etc/modprobe.d/igb.conf", "options igb max_vfs=3\n"}};
  const auto all = facts::read_neighbours(tree.root());
  REQUIRE(all.size() == 1);
  CHECK(all[0].file == "etc/modprobe.d/igb.conf");
  CHECK(all[0].value == "3");
}

TEST_CASE("a capture holds the neighbours, and not the passwords beside them", "[facts]") {
  const TempTree tree{
      {"etc/NetworkManager/system-connections/up.nmconnection",
       "[connection]\ninterface-name=ens1\n[802-1x]\npassword=secret\n[sriov]\ntotal-vfs=4\n"},
      {"etc/netplan/50.yaml",
       "network:\n  ethernets:\n    ens1:\n      auth:\n        password: \"secret\"\n      "
       "virtual-function-count: 8\n"},
      {"etc/driverctl.d/pci-0000:3b:10.0", "igbvf\n"}};
  const RecordingRoot recording(tree.root());
  const auto seen = facts::read_neighbours(recording);
  CHECK(seen.size() == 3);
  TempTree copy;
  for (const auto& [path, entry] : recording.entries()) {
    CHECK(entry.content.find("secret") == std::string::npos);
    if (entry.kind == RecordingRoot::Entry::Kind::file) copy.add(path, entry.content);
  }
  CHECK(facts::read_neighbours(copy.root()) == seen);
}
