// SPDX-License-Identifier: GPL-2.0-or-later
// What root and the other filesystems of a made-up host lie on.
#include "unit/steps/random_host.hpp"

#include <fmt/format.h>

namespace vfirst::test {

namespace {

// Another one for each number below 676: "sdca".
std::string scsi_disk(unsigned number) {
  return fmt::format(
      "sd{}{}", static_cast<char>('a' + number / 26 % 26), static_cast<char>('a' + number % 26));
}

}  // namespace

void RandomHost::mount(const std::string& point, const std::string& rest) {
  mounts_ += fmt::format("{} 1 0:{} / {} rw - {}\n", 25 + count_, 22 + count_, point, rest);
  ++count_;
}

// A namespace of a drive, with or without a partition. `part`: "p1" for one.
std::string RandomHost::drive(std::size_t which, std::set<PciAddress>& on, std::string_view part) {
  const auto& function = functions[drives_[which % drives_.size()]];
  const auto number = function.ifindex;
  const auto disk = fmt::format("nvme{}n1", number);
  const auto below = fmt::format("nvme/nvme{}/{}", number, disk);
  on.insert(function.address);
  fake.sysfs.symlink("sys/class/block/" + disk, device_link(function, below));
  if (part.empty()) return disk;
  const auto name = disk + std::string(part);
  fake.sysfs.symlink("sys/class/block/" + name, device_link(function, below + "/" + name));
  return name;
}

// A disk of this machine: SATA, SAS, NVMe, or a namespace behind a VF.
std::string RandomHost::disk(Dice& dice, std::set<PciAddress>& on) {
  const auto which = dice.from(0, 5);
  if (which < 2) {
    const auto& controller = functions[controllers_[which]];
    const auto name = fmt::format("sd{}", which ? "b" : "a");
    on.insert(controller.address);
    fake.sysfs.symlink(
        "sys/class/block/" + name,
        device_link(
            controller, fmt::format("host{0}/target{0}:0:0/{0}:0:0:0/block/{1}", which, name)));
    return name;
  }
  for (const auto index : drives_) {
    const auto& pf = functions[index];
    if (which != 2 || !pf.existing) continue;
    const auto one = vf(pf, 0);
    const auto name = fmt::format("nvme{}n1", 80 + pf.ifindex);
    on.insert(pf.address);
    on.insert(one);
    fake.sysfs.symlink(
        "sys/class/block/" + name,
        fmt::format(
            "../../devices/{}/{}/nvme/nvme{}/{}", pf.above, one.str(), 80 + pf.ifindex, name));
    return name;
  }
  return drive(dice.from(0, 2), on, dice.one_in(2) ? "p1" : "");
}

std::string RandomHost::virtual_disk(
    const std::string& name, const std::vector<std::string>& slaves) {
  fake.sysfs.symlink("sys/class/block/" + name, "../../devices/virtual/block/" + name);
  for (const auto& slave : slaves)
    fake.sysfs.symlink(
        fmt::format("sys/devices/virtual/block/{}/slaves/{}", name, slave), "../" + slave);
  return name;
}

std::string RandomHost::iscsi_disk(Dice& dice, std::set<PciAddress>& on) {
  const auto number = ++count_;
  const auto name = scsi_disk(number);
  const auto host = fmt::format("host{}", 20 + number);
  if (dice.one_in(6)) {
    // The card's own engine logs in.
    const auto& nic = functions[nics_[dice.from(0, static_cast<unsigned>(nics_.size()) - 1)]];
    on.insert(nic.address);
    fake.sysfs.symlink(
        "sys/class/block/" + name,
        device_link(
            nic, fmt::format("{}/session{}/target9:0:0/9:0:0:1/block/{}", host, number, name)));
    return name;
  }
  fake.sysfs.symlink(
      "sys/class/block/" + name,
      fmt::format(
          "../../devices/platform/{}/session{}/target9:0:0/9:0:0:1/block/{}", host, number, name));
  const auto connection = fmt::format("sys/class/iscsi_connection/connection{}:0/", number);
  const auto adapter = fmt::format("sys/devices/platform/{0}/iscsi_host/{0}/", host);
  switch (dice.from(0, 3)) {
    case 0: fake.sysfs.put(connection + "address", way(dice, on).server); break;
    case 1: fake.sysfs.put(connection + "persistent_address", way(dice, on).server); break;
    case 2: fake.sysfs.put(adapter + "netdev", stack(dice, on)); break;
    default: {
      const auto net = way(dice, on);
      fake.sysfs.put(adapter + "netdev", "<NULL>");
      fake.sysfs.put(connection + "address", net.server);
      fake.sysfs.put(adapter + "ipaddress", net.own);
      routes_ += fmt::format(
          "local 255 {}/{} {}\n", net.own, net.own.find(':') == net.own.npos ? 32 : 128,
          stack(dice, on));
    }
  }
  return name;
}

// NVMe over TCP or RDMA, over one controller or two, as native multipath or under nvme-fabrics.
std::string RandomHost::fabric_disk(Dice& dice, std::set<PciAddress>& on) {
  const auto number = 200 + ++count_;
  const auto name = fmt::format("nvme{}n1", number);
  const bool native = dice.one_in(2);
  const auto paths = native ? dice.from(1, 2) : 1;
  const auto subsystem = fmt::format("sys/devices/virtual/nvme-subsystem/nvme-subsys{}", number);
  for (unsigned i = 0; i < paths; ++i) {
    const auto controller = fmt::format("nvme{}", number + 300 * i);
    const auto at = "sys/devices/virtual/nvme-fabrics/ctl/" + controller;
    std::string address;
    switch (dice.from(0, 3)) {
      case 0: address = fmt::format("traddr={},trsvcid=4420", way(dice, on).server); break;
      case 1:
        address = fmt::format("traddr=172.30.0.1,trsvcid=4420,host_iface={}", stack(dice, on));
        break;
      case 2: {
        const auto net = way(dice, on);
        routes_ += fmt::format(
            "local 255 {}/{} {}\n", net.own, net.own.find(':') == net.own.npos ? 32 : 128,
            stack(dice, on));
        address = fmt::format("traddr={},trsvcid=4420,host_traddr={}", net.server, net.own);
        break;
      }
      default: address = fmt::format("traddr={},trsvcid=4420", way(dice, on).server);
    }
    fake.sysfs.put(at + "/transport", dice.of({"tcp", "rdma"}));
    fake.sysfs.put(at + "/address", address);
    if (native)
      fake.sysfs.symlink(subsystem + "/" + controller, "../../nvme-fabrics/ctl/" + controller);
  }
  if (native) {
    const auto short_name = subsystem.substr(subsystem.rfind('/') + 1);
    fake.sysfs.symlink(
        "sys/class/nvme-subsystem/" + short_name,
        "../../devices/virtual/nvme-subsystem/" + short_name);
    fake.sysfs.symlink(
        "sys/class/block/" + name,
        fmt::format("../../devices/virtual/nvme-subsystem/{}/{}", short_name, name));
  } else {
    fake.sysfs.symlink(
        "sys/class/block/" + name,
        fmt::format("../../devices/virtual/nvme-fabrics/ctl/nvme{}/{}", number, name));
  }
  return name;
}

std::string RandomHost::block_device(Dice& dice, std::set<PciAddress>& on) {
  switch (dice.from(0, 8)) {
    case 0: return iscsi_disk(dice, on);
    case 1: return fabric_disk(dice, on);
    // LVM, LUKS or dm-multipath; md; one on the other.
    case 2: return virtual_disk(fmt::format("dm-{}", ++count_), {disk(dice, on), disk(dice, on)});
    case 3:
      return virtual_disk(
          fmt::format("dm-{}", ++count_), {iscsi_disk(dice, on), iscsi_disk(dice, on)});
    case 4: return virtual_disk(fmt::format("md{}", ++count_), {disk(dice, on), disk(dice, on)});
    case 5: {
      const auto raid =
          virtual_disk(fmt::format("md{}", ++count_), {disk(dice, on), fabric_disk(dice, on)});
      return virtual_disk(fmt::format("dm-{}", ++count_), {raid});
    }
    case 6: {
      // Two controllers of one NVMe subsystem.
      const auto number = 400 + ++count_;
      const auto name = fmt::format("nvme{}n1", number);
      const auto at = fmt::format("sys/devices/virtual/nvme-subsystem/nvme-subsys{}", number);
      for (unsigned i = 0; i < 2; ++i) {
        const auto& pf = functions[drives_[i]];
        on.insert(pf.address);
        fake.sysfs.symlink(
            fmt::format("{}/nvme{}", at, pf.ifindex),
            fmt::format("../../../{}/{}/nvme/nvme{}", pf.above, pf.address.str(), pf.ifindex));
      }
      fake.sysfs.symlink(
          "sys/class/block/" + name,
          fmt::format("../../devices/virtual/nvme-subsystem/nvme-subsys{}/{}", number, name));
      return name;
    }
    case 7: {
      // FCoE on a VLAN of its own.
      const auto vlan = floor(dice, "fcoe", {stack(dice, on)});
      const auto name = scsi_disk(++count_);
      fake.sysfs.symlink(
          "sys/class/block/" + name,
          fmt::format(
              "../../devices/virtual/net/{}/ctlr_0/host30/rport-30:0-0/target30:0:0/30:0:0:0/"
              "block/{}",
              vlan, name));
      return name;
    }
    default: return disk(dice, on);
  }
}

void RandomHost::pool(Dice& dice, const std::string& point, std::set<PciAddress>& on) {
  const auto one = drive(0, on), other = drive(1, on);
  const auto id = ++count_;
  const auto kind = dice.from(0, 2);
  if (kind == 0) return mount(point, fmt::format("bcachefs /dev/{}:/dev/{} rw", one, other));
  // A disk belongs to one pool.
  if (kind == 1 || zfs_) {
    mount(point, fmt::format("btrfs /dev/{} rw", one));
    for (const auto& name : {one, other})
      fake.sysfs.symlink(fmt::format("sys/fs/btrfs/{}/devices/{}", id, name), "x");
    return;
  }
  zfs_ = true;
  mount(point, fmt::format("zfs pool{}/ROOT rw", id));
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& function = functions[drives_[i]];
    fake.sysfs.put(
        fmt::format("{0}/nvme/nvme{1}/nvme{1}n1/dev", folder(function), function.ifindex),
        fmt::format("259:{}", i));
    fake.sysfs.put(
        fmt::format("run/udev/data/b259:{}", i),
        fmt::format("E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=pool{}", id));
  }
}

void RandomHost::network_filesystem(
    Dice& dice, const std::string& point, std::set<PciAddress>& on) {
  const auto net = way(dice, on);
  const auto address =
      net.server.find(':') == net.server.npos ? net.server : "[" + net.server + "]";
  switch (dice.from(0, 4)) {
    case 0:
      mount(
          point,
          fmt::format(
              "nfs {}:/srv rw,vers=3,mountaddr={},addr={}", address, net.server, net.server));
      break;
    case 1:
      mount(
          point,
          fmt::format(
              "nfs4 {}:/srv rw,vers=4.2,clientaddr={},addr={}", address, net.own, net.server));
      break;
    case 2: mount(point, fmt::format("cifs //{}/srv rw,addr={}", address, net.server)); break;
    case 3: mount(point, fmt::format("ceph {}:6789:/ rw,name=admin", address)); break;
    default: mount(point, fmt::format("9p {} rw,trans=tcp", net.server));
  }
}

void RandomHost::carrier(Dice& dice, const std::string& point, std::set<PciAddress>& on) {
  switch (dice.from(0, 3)) {
    case 0: return network_filesystem(dice, point, on);
    case 1: return pool(dice, point, on);
    default:
      mount(point, fmt::format("{} /dev/{} rw", dice.of({"ext4", "xfs"}), block_device(dice, on)));
  }
}

}  // namespace vfirst::test
