// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/survival.hpp"

#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::facts;
using vfirst::test::TempTree;
using Kept = Survival::Kept;

namespace {

struct Seen {
  TempTree tree;
  explicit Seen(const std::string& mounts) { tree.add("proc/self/mountinfo", mounts); }
  Kept kept(std::string_view path) const { return survives_reboot(tree.root(), path).kept; }
  std::string why(std::string_view path) const { return survives_reboot(tree.root(), path).why; }
};

const std::string kOnDisk = "29 1 254:1 / / rw shared:1 - ext4 /dev/vda1 rw\n";

}  // namespace

TEST_CASE("a disk keeps what is written, and so does a server", "[facts]") {
  CHECK(Seen(kOnDisk).kept("var/lib/vfirst") == Kept::yes);
  CHECK(Seen("29 1 0:40 / / rw - zfs rpool/ROOT/debian rw\n").kept("boot") == Kept::yes);
  CHECK(Seen("29 1 0:40 / / rw - nfs4 10.0.0.1:/srv rw\n").kept("boot") == Kept::yes);
  CHECK(Seen(kOnDisk + "30 29 0:50 / /run rw - tmpfs tmpfs rw\n").kept("boot") == Kept::yes);
}

TEST_CASE("memory keeps nothing: tmpfs, ramfs, a RAM disk", "[facts]") {
  const Seen volatile_state(kOnDisk + "40 29 0:30 / /var rw - tmpfs tmpfs rw\n");
  CHECK(volatile_state.kept("var/lib/vfirst") == Kept::no);
  CHECK(volatile_state.why("var/lib/vfirst") == "in memory (tmpfs on /var)");
  CHECK(volatile_state.kept("boot/vfirst") == Kept::yes);
  CHECK(Seen("1 1 0:2 / / rw - rootfs rootfs rw\n").kept("boot") == Kept::no);
  Seen ram("29 1 1:0 / / rw - ext4 /dev/ram0 rw\n");
  ram.tree.add("sys/dev/block/1:0", "-> ../../devices/virtual/block/ram0");
  CHECK(ram.why("boot") == "in memory (/dev/ram0)");
}

TEST_CASE("an overlay is as good as its upper directory", "[facts]") {
  const std::string overlay =
      "30 1 0:26 / / rw - overlay overlayroot "
      "rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/up,"
      "workdir=/media/root-rw/work\n";
  const Seen memory(overlay + "31 30 0:25 / /media/root-rw rw - tmpfs tmpfs-root rw\n");
  CHECK(memory.kept("boot") == Kept::no);
  CHECK(
      memory.why("boot") ==
      "on an overlay (/) whose upper directory /media/root-rw/up is in memory (tmpfs on "
      "/media/root-rw)");
  Seen disk(overlay + "31 30 254:2 / /media/root-rw rw - ext4 /dev/vda2 rw\n");
  CHECK(disk.kept("boot") == Kept::unknown);
  disk.tree.add("media/root-rw/up/", "");
  CHECK(disk.kept("boot") == Kept::yes);
  // The initramfs's own name for it says nothing in the real root.
  const Seen hidden("30 1 0:26 / / rw - overlay /cow rw,lowerdir=/r,upperdir=/cow/upper\n");
  CHECK(hidden.kept("boot") == Kept::unknown);
  CHECK(
      hidden.why("boot") ==
      "on an overlay (/) whose upper directory /cow/upper is not shown any more");
  CHECK(Seen("30 1 0:26 / / ro - overlay x ro,lowerdir=/a:/b\n").kept("boot") == Kept::unknown);
  // A disk mounted for /boot alone keeps what is there.
  CHECK(
      Seen(overlay + "33 30 254:3 / /boot rw - ext4 /dev/vda3 rw\n").kept("boot/vfirst") ==
      Kept::yes);
}

TEST_CASE(
    "a snapshot of a live image keeps its changes where its loop device's file is", "[facts]") {
  Seen live(
      "29 1 253:0 / / rw - ext4 /dev/mapper/live-rw rw\n30 29 0:22 / /run rw - tmpfs tmpfs rw\n");
  live.tree.add(
      {{"sys/dev/block/253:0", "-> ../../devices/virtual/block/dm-0"},
       {"sys/class/block/dm-0", "-> ../../devices/virtual/block/dm-0"},
       {"sys/devices/virtual/block/dm-0/slaves/loop1/x", ""},
       {"sys/devices/virtual/block/dm-0/slaves/loop2/x", ""},
       {"sys/class/block/loop1/loop/backing_file", "/run/initramfs/live/rootfs.img\n"},
       {"sys/class/block/loop2/loop/backing_file", "/run/overlay\n"}});
  CHECK(live.kept("boot") == Kept::no);
  CHECK(live.why("boot").ends_with("is in memory (tmpfs on /run)"));
  live.tree.add("sys/class/block/loop1/loop/backing_file", "/overlay (deleted)\n");
  live.tree.add("sys/class/block/loop2/loop/backing_file", "/overlay (deleted)\n");
  CHECK(live.kept("boot") == Kept::unknown);
  // LVM on a disk
  Seen lvm("29 1 253:0 / / rw - xfs /dev/mapper/vg-root rw\n");
  lvm.tree.add(
      {{"sys/dev/block/253:0", "-> ../../devices/virtual/block/dm-0"},
       {"sys/class/block/dm-0", "-> ../../devices/virtual/block/dm-0"},
       {"sys/devices/virtual/block/dm-0/slaves/sda2/x", ""}});
  CHECK(lvm.kept("boot") == Kept::yes);
}

TEST_CASE("what nobody knows is not said to be kept", "[facts]") {
  const TempTree empty;
  CHECK(survives_reboot(empty.root(), "boot").kept == Kept::unknown);
  CHECK(Seen("29 1 0:40 / / rw - fuse.unionfs unionfs rw\n").kept("boot") == Kept::unknown);
  CHECK(Seen("29 1 0:40 / / rw - aufs none rw,br=/cow\n").kept("boot") == Kept::unknown);
}

TEST_CASE("of several places the least kept one is named", "[facts]") {
  const Seen host(
      kOnDisk + "40 29 0:30 / /boot rw - tmpfs tmpfs rw\n41 29 0:31 / /efi rw - fuse.x x rw\n");
  const auto least = [&](std::vector<std::string> paths) {
    return least_kept(host.tree.root(), paths).path;
  };
  CHECK(least({"var", "etc"}).empty());
  CHECK(least({}).empty());
  CHECK(least({"var", "efi", "boot"}) == "boot");
  CHECK(least({"var", "efi", "etc"}) == "efi");
}
