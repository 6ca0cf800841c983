# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree of a small host for tests of the whole program: four CPUs on two cores, one node, one NIC with SR-IOV.

With `grub` it boots with GRUB, so that apply works on it.
"""
import pathlib

POLICY = """[cpu]
reserved-cores-per-node = 1
isolate = yes
[pf up]
vendor = 8086
vfs = 2
vf-driver = vfio-pci
"""
NIC = "sys/bus/pci/devices/0000:3b:00.0/"
MAC = "52:54:00:00:00:01"
BOOT_CFG = """set vfirst_fragment=2
set vfirst_args=
source $vfirst_folder/$vfirst_slot.cfg
export vfirst_args
menuentry 'Linux' {
\tlinux /vmlinuz root=/dev/vda1 ro quiet $vfirst_args
}
"""


def files(grub=False):
    """Path to text, below the root."""
    out = {
        "sys/devices/system/node/node0/cpulist": "0-3\n",
        "sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 16777216 kB\nNode 0 MemFree: 16000000 kB\n",
        "proc/meminfo": "MemTotal: 16777216 kB\n",
        "proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Test\nflags\t\t: fpu pdpe1gb\n\n",
        "etc/vfirst/policy.d/50-host.ini": POLICY,
    }
    for name in ("possible", "present", "online"):
        out[f"sys/devices/system/cpu/{name}"] = "0-3\n"
    for i in range(4):
        topology = f"sys/devices/system/cpu/cpu{i}/topology/"
        out[topology + "physical_package_id"] = "0\n"
        out[topology + "core_id"] = f"{i % 2}\n"
        out[topology + "thread_siblings_list"] = f"{i % 2},{i % 2 + 2}\n"
    for name, value in {
        "vendor": "0x8086", "device": "0x10c9", "subsystem_vendor": "0x8086", "subsystem_device": "0x0001",
        "class": "0x020000",
        "numa_node": "0", "sriov_totalvfs": "7", "sriov_numvfs": "0", "sriov_offset": "128", "sriov_stride": "2",
        "sriov_vf_device": "10ca", "sriov_drivers_autoprobe": "1", "net/ens1/address": MAC,
    }.items():
        out[NIC + name] = value + "\n"
    if grub:
        out["boot/grub/grub.cfg"] = BOOT_CFG
        out["proc/self/mountinfo"] = "29 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
        out["proc/cmdline"] = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet\n"
    return out


def write(root, grub=False, **other):
    """`other`: more files, or other contents, by path; bytes or text."""
    for name, text in (files(grub) | other).items():
        path = pathlib.Path(root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o644)
    return pathlib.Path(root)
