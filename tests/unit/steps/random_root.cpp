// SPDX-License-Identifier: GPL-2.0-or-later
// Root of a made-up host: on a carrier, on a file or directory of another mount, told by the kernel
// command line before it is mounted, or on something that nothing shows.
#include "unit/steps/random_host.hpp"

#include <fmt/format.h>

namespace vfirst::test {

// A live image: an overlay over a directory, or a file as a loop device, of a mount below.
void RandomHost::stacked_root(Dice& dice) {
  carrier(dice, "/run/live", filesystem);
  if (dice.one_in(2)) {
    story += ", overlay";
    mount("/run/up", "tmpfs tmpfs rw");
    mount("/", "overlay overlay rw,lowerdir=/run/live/root,upperdir=/run/up/u,workdir=/run/up/w");
    return;
  }
  story += ", loop";
  fake.sysfs.put("run/live/root.img", "");
  virtual_disk("loop0", {});
  fake.sysfs.put("sys/devices/virtual/block/loop0/loop/backing_file", "/run/live/root.img");
  mount("/", "squashfs /dev/loop0 ro");
}

void RandomHost::root_by_words(Dice& dice) {
  mount("/", "rootfs none rw");
  fake.sysfs.put("etc/initrd-release", "");
  story += ", early boot";
  const auto nic = [&]() -> const RandomFunction& {
    const auto& one = functions[nics_[dice.from(0, static_cast<unsigned>(nics_.size()) - 1)]];
    filesystem.insert(one.address);
    story += " " + one.port;
    return one;
  };
  const auto kind = dice.from(0, 6);
  // A server is behind that one too.
  if (kind < 5) default_route_ = false;
  switch (kind) {
    case 0: words_ = fmt::format("root=nfs:10.250.0.1:/srv ip={}:dhcp", nic().port); break;
    case 1: {
      const auto &one = nic(), &two = nic();
      words_ = fmt::format(
          "root=UUID=aa netroot=iscsi:10.250.0.1::::iqn.a bond=bond0:{},{} vlan=v0:bond0 "
          "ip=v0:dhcp",
          one.port, two.port);
      break;
    }
    case 2:
      fake.sysfs.put("sys/firmware/ibft/ethernet0/mac", nic().mac.str());
      words_ = "root=UUID=aa rd.iscsi.firmware=1 ip=ibft";
      break;
    case 3:
      words_ = fmt::format(
          "root=/dev/nfs nfsroot=10.250.0.1:/srv ip=10.250.0.5::10.250.0.1:255.255.255.0:h:{}:none",
          nic().port);
      break;
    case 4:
      words_ = fmt::format(
          "root=UUID=aa rd.nvmf.discover=tcp,10.250.0.1 ifname=root0:{} ip=root0:dhcp",
          nic().mac.str());
      break;
    case 5: words_ = "root=/dev/" + block_device(dice, filesystem); break;
    default:
      words_ = fmt::format("root=/dev/{0}:/dev/{1}", drive(0, filesystem), drive(1, filesystem));
  }
}

void RandomHost::hidden_root(Dice& dice) {
  story += ", hidden";
  switch (dice.from(0, 6)) {
    case 0:
      mount("/", fmt::format("ext4 /dev/{} rw", virtual_disk("ublkb0", {})));
      hidden = Hidden::any;
      break;
    case 1:
      // The device mapper without a device below.
      mount("/", fmt::format("xfs /dev/{} rw", virtual_disk("dm-9", {})));
      hidden = Hidden::any;
      break;
    case 2: mount("/", "nfs4 172.31.0.1:/srv rw,addr=172.31.0.1"), hidden = Hidden::network; break;
    case 3:
      mount("/", fmt::format("ext4 /dev/{} rw", virtual_disk("nbd0", {})));
      hidden = Hidden::network;
      break;
    case 4:
      mount("/", "rootfs none rw"), words_ = "root=UUID=5d3f";
      fake.sysfs.put("etc/initrd-release", "");
      hidden = Hidden::storage;
      break;
    case 5: mount("/", "fuse.new /dev/new0 rw"), hidden = Hidden::any; break;
    default:
      // A pool of which nothing says on which of the disks it lies.
      mount("/", "zfs rpool/ROOT rw");
      for (std::size_t i = 0; i < drives_.size(); ++i)
        drive(i, maybe_filesystem);
  }
  // So that the tree shows block devices at all.
  std::set<PciAddress> none;
  if (hidden != Hidden::nothing) disk(dice, none);
}

void RandomHost::root() {
  Dice dice(seed_ * 131 + 130);
  const auto kind = dice.from(0, 19);
  story += fmt::format("; root {}", kind);
  if (kind == 0)
    mount("/", "tmpfs tmpfs rw");
  else if (kind < 4)
    hidden_root(dice);
  else if (kind < 7)
    root_by_words(dice);
  else if (kind < 10)
    stacked_root(dice);
  else
    carrier(dice, "/", filesystem);
}

void RandomHost::more_roles() {
  auto dice = this->dice(kMoreRoles);
  if (!has(kMoreRoles)) return;
  if (dice.one_in(4)) {
    story += "; /boot";
    mount("/boot", "ext4 /dev/" + disk(dice, filesystem) + " rw");
  }
  if (dice.one_in(4)) {
    story += "; images";
    carrier(dice, "/var/lib/libvirt/images", filesystem);
  }
  if (dice.one_in(4)) {
    story += "; swap";
    fake.sysfs.put(
        "proc/swaps",
        "Filename Type Size Used Priority\n/dev/" + disk(dice, filesystem) + " partition 1 0 -2");
  }
}

}  // namespace vfirst::test
