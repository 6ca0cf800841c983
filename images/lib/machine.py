#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One emulated machine: what it is made of, QEMU's command line for it, and a run of it.

This is the one home of QEMU's command line. images/try, tests/vm, tests/bench and tests/grub describe their machines
with the classes below. The file lies here because the demo must run without the tests folder.

As a program it serves shell scripts:
  machine.py boots DISK DIR MOST          boots DISK until the guest powers off, at most MOST times. The machine is the
                                          demo's; environment variables change it (class Demo). A row a boot is added to
                                          DIR/boots.tsv: its name, how it ended, its seconds.
  machine.py run LOG SECONDS DESCRIPTION  one run of a machine that is described in JSON. Prints how it ended.
"""
import ctypes
import dataclasses
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time

QEMU = "qemu-system-x86_64"
OVMF = "/usr/share/OVMF/OVMF_{}_4M.{}"
ARM_QEMU = "qemu-system-aarch64"
ARM_FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
# An Intel to match the IOMMU, of a model that the kernel knows to be free of Meltdown and Spectre: page-table isolation
# flushes the emulator's TLB at every system call and doubles the time of a boot (117 s against 65 s).
INTEL = "max,vendor=GenuineIntel,family=6,model=54,stepping=1,-svm"
# A Zen 5. It needs none of the slow mitigations either.
AMD = "max,vendor=AuthenticAMD,family=26,model=2,stepping=1"
# A server's core that has all three base pages, and no pointer authentication, which is slow to emulate.
ARM = "neoverse-n1"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


# ---- what a machine is made of ----
@dataclasses.dataclass
class Igb:
    """A network port with SR-IOV (7 VFs). It sits behind a PCIe root port of its own."""
    number: int = 1               # of the port among the machine's ports; the last byte of its MAC address
    node: int | None = None       # the NUMA node whose host bridge it is behind; None: no NUMA node
    network: str = "user,restrict=on"
    mac: str = ""                 # "": 52:54:00:76:66:NUMBER
    bootindex: int | None = None


@dataclasses.dataclass
class Nvme:
    """A disk controller with SR-IOV. It has no disk, unless `namespace` is one (a raw file)."""
    vfs: int = 4
    number: int = 0
    node: int | None = None
    vectors: int = 0              # MSI-X vectors; 0: one more than VFs
    namespace: str = ""           # shared by the PF and its VFs


@dataclasses.dataclass
class VirtioPf:
    """A virtio network port with SR-IOV (`sriov-pf=`): QEMU 11 has it, 10.0 has not. Its VFs are functions of the same
    device. It sits behind a PCIe root port of its own."""
    number: int = 1               # of the port among the machine's ports; the last byte of its MAC address
    vfs: int = 2                  # at most 7
    node: int | None = None
    network: str = "user,restrict=on"


@dataclasses.dataclass
class EmptyPort:
    """A PCIe root port without a card. It moves the bus numbers of the cards behind it."""
    node: int | None = None


@dataclasses.dataclass
class Nic:
    """A virtio network port without SR-IOV."""
    name: str
    mac: str
    network: str = "user,restrict=on"
    bootindex: int | None = None


@dataclasses.dataclass
class Disk:
    """Writes reach the file in the order in which the guest made them; those of a killed QEMU stay (cache=unsafe)."""
    file: str
    format: str = "raw"
    name: str = "root"
    serial: str = ""              # /dev/disk/by-id/virtio-SERIAL
    bootindex: int | None = None
    discard: bool = False
    read_only: bool = False
    snapshot: bool = False        # what is written is thrown away with the run
    ide: bool = False


@dataclasses.dataclass
class Machine:
    """A description; JSON holds it whole (to_json, from_json)."""
    smp: str = "4,cores=4"
    cpu: str = INTEL
    memory: str = "2G"            # of the machine or, where it has NUMA nodes, of each node
    nodes: int = 0                # NUMA nodes, each with its share of the CPUs; 0: the machine says nothing about nodes
    empty_node: int | None = None  # this node has no memory
    bridges: bool = True          # each node has a PCIe host bridge of its own
    chipset: str = "q35"          # q35 | pc | virt: an arm64 board, whose `cpu` is ARM
    iommu: str = ""               # intel | amd | smmuv3 (virt) | "" for none
    firmware: str = "bios"        # bios (virt: none, a device tree) | uefi | secure: UEFI that enforces Secure Boot
    variables: str = ""           # file of the UEFI variables; "": OVMF's own
    keep_variables: bool = False  # the guest's changes of the UEFI variables stay in that file
    cards: list = dataclasses.field(default_factory=list)   # Igb, Nvme, VirtioPf, EmptyPort, as their root ports stand
    nics: list = dataclasses.field(default_factory=list)
    disks: list = dataclasses.field(default_factory=list)
    kernel: str = ""              # boots this kernel instead of a disk
    initrd: str = ""
    cmdline: str = ""
    smbios: list = dataclasses.field(default_factory=list)  # "type=1,version=7"
    watchdog: bool = False        # an i6300esb that resets the machine
    job_port: bool = False        # a virtio port, vfirst.job; whoever starts the run adds QEMU's chardev `job`
    panic_device: bool = False    # the guest's kernel tells QEMU when it panics
    restarts: bool = False        # a reset begins the next boot; otherwise it ends the run
    extra: list = dataclasses.field(default_factory=list)   # more of QEMU's arguments
    qemu: str = QEMU              # the program

    def to_json(self):
        value = dataclasses.asdict(self)
        for name in ("cards", "nics", "disks"):
            value[name] = [{"kind": type(one).__name__, **dataclasses.asdict(one)} for one in getattr(self, name)]
        return json.dumps(value, indent=1) + "\n"

    @staticmethod
    def from_json(text):
        kinds = {kind.__name__: kind for kind in (Igb, Nvme, VirtioPf, EmptyPort, Nic, Disk)}
        value = json.loads(text)
        for name, usual in (("cards", "Igb"), ("nics", "Nic"), ("disks", "Disk")):
            value[name] = [kinds[one.pop("kind", usual)](**one) for one in value.get(name, [])]
        return Machine(**value)


# ---- QEMU's command line ----
def bytes_of(size):
    """"8G" in bytes."""
    return int(size[:-1]) << {"M": 20, "G": 30}[size[-1]]


def numa_arguments(machine):
    """Of a machine with NUMA nodes: their CPUs and memory; and the memory of all of them, in bytes."""
    words, total = [], 0
    share = int(machine.smp.split(",")[0]) // machine.nodes
    for node in range(machine.nodes):
        cpus = f"cpus={share * node}-{share * node + share - 1}"
        if node == machine.empty_node:
            words += ["-numa", f"node,nodeid={node},{cpus}"]
        else:
            words += ["-object", f"memory-backend-ram,id=mem{node},size={machine.memory},reserve=off",
                      "-numa", f"node,nodeid={node},memdev=mem{node},{cpus}"]
            total += bytes_of(machine.memory)
    if machine.nodes > 1:
        words += ["-numa", "dist,src=0,dst=1,val=21"]
    return words, total


def card_arguments(card, port):
    """A root port, the port-th of the machine, and the card in it."""
    bus = "pcie.0" if card.node is None else f"host{card.node}"
    words = ["-device", f"pcie-root-port,id=port{port},bus={bus},chassis={port},slot={port}"]
    if isinstance(card, Igb):
        mac = card.mac or f"52:54:00:76:66:{card.number:02x}"
        words += ["-netdev", f"{card.network.replace(',', f',id=net{card.number},', 1)}",
                  "-device", f"igb,bus=port{port},netdev=net{card.number},romfile=,mac={mac}" + bootindex(card)]
    elif isinstance(card, VirtioPf):
        # QEMU wants the VFs before their PF.
        for function in range(card.vfs, -1, -1):
            net = f"net{card.number}" + (f"vf{function - 1}" if function else "")
            role = f"sriov-pf=pf{card.number}" if function else f"id=pf{card.number}"
            words += ["-netdev", f"{card.network.replace(',', f',id={net},', 1)}",
                      "-device", f"virtio-net-pci,bus=port{port},addr=0x0.0x{function:x},netdev={net},romfile=,"
                      f"mac=52:54:00:76:{0x66 + function:02x}:{card.number:02x},disable-legacy=on,{role}"]
    elif isinstance(card, Nvme):
        vectors = card.vectors or card.vfs + 1
        words += ["-device", f"nvme-subsys,id=subsys{card.number}",
                  "-device", f"nvme,id=nvme{card.number},bus=port{port},serial=vfirst-nvme{card.number or ''},"
                  f"subsys=subsys{card.number},"
                  f"sriov_max_vfs={card.vfs},sriov_vq_flexible={2 * card.vfs},sriov_vi_flexible={card.vfs},"
                  f"max_ioqpairs={2 * card.vfs + 2},msix_qsize={vectors}"]
        if card.namespace:
            words += ["-drive", f"id=space{card.number},file={card.namespace},format=raw,if=none",
                      "-device", f"nvme-ns,drive=space{card.number},bus=nvme{card.number},nsid=1,shared=on"]
    return words


def bootindex(device):
    return "" if device.bootindex is None else f",bootindex={device.bootindex}"


def disk_arguments(disk, bus):
    drive = f"id={disk.name},file={disk.file},format={disk.format},cache=unsafe"
    drive += ",discard=unmap" * disk.discard + ",readonly=on" * disk.read_only + ",snapshot=on" * disk.snapshot
    if disk.ide:
        return ["-drive", f"if=ide,{drive}"]
    serial = f",serial={disk.serial}" if disk.serial else ""
    return ["-drive", f"if=none,{drive}",
            "-device", f"virtio-blk-pci,bus={bus},drive={disk.name}{bootindex(disk)}{serial}"]


def firmware_arguments(machine):
    if machine.firmware == "bios":
        return []
    if machine.chipset == "virt":
        return ["-bios", ARM_FIRMWARE]
    secure = machine.firmware == "secure"
    variables = machine.variables or OVMF.format("VARS", "ms.fd" if secure else "fd")
    kept = "" if machine.keep_variables else ",snapshot=on"
    # Secure Boot: the variables can be written only from system management mode, so no kernel switches it off.
    words = ["-global", "driver=cfi.pflash01,property=secure,value=on"] if secure else []
    code = OVMF.format("CODE", "secboot.fd" if secure else "fd")
    return words + ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
                    "-drive", f"if=pflash,unit=1,format=raw{kept},file={variables}"]


def chipset_arguments(machine):
    chipset = machine.chipset
    if chipset == "q35":
        smm = "on" if machine.firmware == "secure" else "off"
        chipset += f",kernel-irqchip=split,sata=off,smbus=off,i8042=off,vmport=off,smm={smm}"
    elif chipset == "virt":
        chipset += ",gic-version=3" + (f",iommu={machine.iommu}" if machine.iommu else "")
    words = ["-machine", chipset]
    return words + {"intel": ["-device", "intel-iommu,intremap=on,caching-mode=on"],
                    "amd": ["-device", "amd-iommu"]}.get(machine.iommu, [])


def arguments(machine):
    """All of QEMU's arguments but where the serial line, the monitor and the display go."""
    numa, memory = numa_arguments(machine) if machine.nodes else ([], bytes_of(machine.memory))
    words = ["-nodefaults", "-no-user-config", *chipset_arguments(machine)]
    # One thread for all CPUs: with several, guests that isolate CPUs were seen to hang.
    words += ["-accel", "tcg,thread=single", "-cpu", machine.cpu, "-smp", machine.smp, "-m", f"{memory >> 20}M",
              "-rtc", "base=utc"]
    if machine.panic_device:
        words += ["-device", "pvpanic"]
    words += numa
    # A device on pcie.0 has no node; behind a host bridge of its own it has that bridge's.
    for node in range(machine.nodes if machine.bridges else 0):
        words += ["-device", f"pxb-pcie,id=host{node},bus=pcie.0,bus_nr={64 + 64 * node},numa_node={node}"]
    for port, card in enumerate(machine.cards, 1):
        words += card_arguments(card, port)
    words += firmware_arguments(machine)
    bus = "pci.0" if machine.chipset == "pc" else "pcie.0"
    for disk in machine.disks:
        words += disk_arguments(disk, bus)
    for nic in machine.nics:
        words += ["-netdev", nic.network.replace(",", f",id={nic.name},", 1),
                  "-device", f"virtio-net-pci,bus={bus},netdev={nic.name},mac={nic.mac}{bootindex(nic)}"]
    if machine.watchdog:
        words += ["-device", "i6300esb", "-action", "watchdog=reset"]
    if machine.job_port:
        words += ["-device", "virtio-serial-pci", "-device", "virtserialport,chardev=job,name=vfirst.job"]
    for text in machine.smbios:
        words += ["-smbios", text]
    for option, text in (("-kernel", machine.kernel), ("-initrd", machine.initrd), ("-append", machine.cmdline)):
        words += [option, text] if text else []
    words += [] if machine.restarts else ["-no-reboot", "-action", "panic=shutdown"]
    return words + machine.extra


# ---- a run ----
def end_with_parent():
    """In the child: the kernel kills it when this program dies, however that happens."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)   # PR_SET_PDEATHSIG


class Run:
    """QEMU from power on to its end. `log` gets what the guest writes to its serial line; beside it lie LOG's stem with
    .qmp.log (what QEMU says of itself) and .machine.json (the description, for tests/vm/shell)."""

    def __init__(self, machine, log, more=(), pass_fds=()):
        self.log = pathlib.Path(log)
        self.log.touch()
        self.restarts = machine.restarts
        stem = self.log.name.removesuffix(".log").removesuffix(".serial")
        self.qmp_log = self.log.with_name(f"{stem}.qmp.log")
        self.log.with_name(f"{stem}.machine.json").write_text(machine.to_json())
        program = ARM_QEMU if machine.chipset == "virt" else machine.qemu
        words = [program, *arguments(machine), "-display", "none", "-qmp", "stdio",
                 "-chardev", f"file,id=line,path={self.log},append=on", "-serial", "chardev:line", *more]
        self.began = time.monotonic()
        with open(self.qmp_log, "w", encoding="utf-8") as said:
            said.write(f"{shlex.join(words)}\n")
            said.flush()
            # Not a group of its own: Ctrl-C at a terminal ends the machine too.
            self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT,
                                            pass_fds=pass_fds, preexec_fn=end_with_parent)
        self.command("qmp_capabilities")

    def command(self, name):
        try:
            self.process.stdin.write(json.dumps({"execute": name}).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:   # it has ended
            pass

    def seconds(self):
        return time.monotonic() - self.began

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        """The power fails now: QEMU is killed, not asked."""
        self.process.kill()
        self.process.wait()

    def end(self):
        """How a run that is over ended, in QEMU's own words."""
        events = re.findall(r'"event": "SHUTDOWN".*', self.qmp_log.read_text(errors="replace"))
        for word, end in (("guest-reset", "reboot"), ("guest-shutdown", "poweroff"), ("guest-panic", "panic")):
            if events and f'"{word}"' in events[-1]:
                return end
        return "error"

    def wait(self, limit_s, progress=None, label="", watch=None):
        """Until the guest ends the run, or the time is over: reboot | poweroff | panic | timeout | error. `progress`: a
        regular expression; lines of the serial line that match go to stderr. `watch`: called all along; once it returns
        a word the power is cut, and that word is how the run ended."""
        end, part = "", b""
        with open(self.log, "rb") as line:
            while not end:
                over = not self.alive()
                *whole, part = (part + line.read()).split(b"\n")
                for raw in whole:
                    text = ESCAPE.sub("", raw.decode("utf-8", "replace"))
                    if progress and re.search(progress, text):
                        print(f"{label} {self.seconds():4.0f}s | {text}", file=sys.stderr, flush=True)
                    if "Kernel panic - not syncing" in text and not self.restarts:
                        end = "panic"
                if over:
                    break
                if watch and (word := watch()):
                    end = word
                    self.kill()
                elif end or self.seconds() > limit_s:
                    end = end or "timeout"
                    self.quit()
                time.sleep(0.2)
        if not self.process.stdin.closed:
            self.process.stdin.close()
        return end or self.end()

    def quit(self):
        """Ends QEMU from outside."""
        # What follows the first line of a panic says why.
        time.sleep(1)
        self.command("quit")
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()

    def said_by_qemu(self):
        return "\n".join(self.qmp_log.read_text(errors="replace").splitlines()[-3:])


# ---- a boot that hands out a tar, and several in a row ----
@dataclasses.dataclass
class Boot:
    name: str
    end: str       # reboot | poweroff | panic | timeout | error, or a word of the caller's
    seconds: int


def boot(machine, folder, name, limit_s=400, progress=None, watch=None):
    """One run. Leaves in the folder: NAME.serial.log, NAME.qmp.log, NAME.machine.json, and NAME/ with what the guest
    handed out: the tar that it wrote to the disk with the serial number vfirst-out."""
    folder = pathlib.Path(folder)
    (folder / name).mkdir(parents=True, exist_ok=True)
    log, out = folder / f"{name}.serial.log", folder / f"{name}.out"
    log.unlink(missing_ok=True)
    with open(out, "wb") as file:
        file.truncate(64 << 20)
    described = dataclasses.replace(machine, disks=[*machine.disks, Disk(str(out), name="out", serial="vfirst-out")])
    run = Run(described, log)
    try:
        end = run.wait(limit_s, progress, name, watch)
    finally:
        if run.alive():
            run.kill()
    # A boot that hands out nothing leaves zeros.
    subprocess.run(["tar", "-C", folder / name, "--no-same-owner", "-xf", out], check=False, stderr=subprocess.DEVNULL)
    out.unlink()
    try:
        (folder / name).rmdir()
    except OSError:
        pass
    if end == "error":
        print(f"{name}: QEMU ended with status {run.process.returncode}: {run.said_by_qemu()}", file=sys.stderr)
    return Boot(name, end, round(run.seconds()))


def boots(machine, folder, most, limit_s=400, progress=None):
    """Boots until the guest powers off, at most `most` times. Each boot is a row of boots.tsv, where the numbers go on.
    Returns the boots of this call; the last one's end is `poweroff` where all went well."""
    folder = pathlib.Path(folder)
    table = folder / "boots.tsv"
    number = len(table.read_text().splitlines()) if table.exists() else 0
    done = []
    while len(done) < most:
        number += 1
        one = boot(machine, folder, f"boot-{number}", limit_s, progress)
        done.append(one)
        with open(table, "a", encoding="utf-8") as rows:
            rows.write(f"{one.name}\t{one.end}\t{one.seconds}\n")
        print(f"{one.name} ended after {one.seconds}s: {one.end}", file=sys.stderr, flush=True)
        if one.end == "poweroff":
            return done
        if one.end != "reboot":
            log = folder / f"{one.name}.serial.log"
            print(f"the serial line is in {log}; its end:", file=sys.stderr)
            print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), file=sys.stderr, flush=True)
            return done
    print(f"still rebooting after {most} boots", file=sys.stderr)
    return done


# ---- the demo's machine ----
@dataclasses.dataclass
class Demo:
    """A hypervisor: two NUMA nodes with a PCIe host bridge each, an igb PF on each node, an SR-IOV NVMe; or one of
    another shape. An environment variable VM_NAME changes the field `name`."""
    smp: str = "8,sockets=2,cores=2,threads=2"
    cpu: str = INTEL
    nodes: int = 2
    # Not less: the hole below 4G, the page structs and the kernel at its random place each spoil a whole gigabyte of
    # node 0. With 4G none was left in 1 of 6 boots, and Linux 6.12 took node 0's page from node 1 without a word; with
    # 8G, 0 of 8.
    node_memory: str = "8G"
    empty_node: int | None = None
    igb: int = 2                  # PF number i sits on node i mod nodes
    nvme_vfs: int = 4             # 0: no NVMe
    empty_ports: int = 0          # root ports of each host bridge before those with a card
    iommu: str = "intel"          # intel | amd | no
    firmware: str = "bios"
    variables: str = ""
    smbios: list = dataclasses.field(default_factory=list)
    timeout: int = 400            # seconds for one boot
    progress: str = ""            # lines of the serial line (a regular expression) that are shown as they come

    @staticmethod
    def from_environment():
        shape = Demo()
        for field in dataclasses.fields(Demo):
            if text := os.environ.get(f"VM_{field.name.upper()}"):
                if field.name in ("nodes", "empty_node", "igb", "nvme_vfs", "empty_ports", "timeout"):
                    text = int(text)
                setattr(shape, field.name, text.splitlines() if field.name == "smbios" else text)
        return shape

    def machine(self, disk=None):
        cards = [EmptyPort(node) for node in range(self.nodes) for _ in range(self.empty_ports)]
        cards += [Igb(i + 1, i % self.nodes) for i in range(self.igb)]
        cards += [Nvme(self.nvme_vfs, node=0)] if self.nvme_vfs else []
        disks = []
        if disk:
            form = "qcow2" if str(disk).endswith(".qcow2") else "raw"
            disks = [Disk(str(pathlib.Path(disk).resolve()), form, bootindex=0, discard=True)]
        return Machine(smp=self.smp, cpu=self.cpu, memory=self.node_memory, nodes=self.nodes,
                       empty_node=self.empty_node, iommu="" if self.iommu == "no" else self.iommu,
                       firmware=self.firmware, variables=self.variables, cards=cards, disks=disks,
                       smbios=list(self.smbios), panic_device=True)


def main():
    verb, *words = sys.argv[1:] or [""]
    if verb == "boots" and len(words) == 3:
        shape = Demo.from_environment()
        done = boots(shape.machine(words[0]), words[1], int(words[2]), shape.timeout, shape.progress)
        sys.exit(0 if done[-1].end == "poweroff" else 1)
    if verb == "run" and len(words) == 3:
        print(Run(Machine.from_json(words[2]), words[0]).wait(float(words[1])))
        return
    print(__doc__.partition("As a program")[2], file=sys.stderr)
    sys.exit(64)


if __name__ == "__main__":
    main()
