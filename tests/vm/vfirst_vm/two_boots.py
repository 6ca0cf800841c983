# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots of a kernel with nothing but vfirst in its initramfs: seconds of one core, where a distribution takes minutes.
The first one of a machine shows it to vfirst, which plans for several policies at once; the second one of a policy gets
the planned arguments."""
import dataclasses
import hashlib
import json
import lzma
import pathlib
import re
import shutil

from vfirst_vm import TESTS, machine, store
from vfirst_vm.claims import demand
from vfirst_vm.store import run

# In the order in which they are loaded: where vectors are few, the ports of igb get what is left.
MODULES = ["nvme", "virtio_console", "igb", "igbvf", "vfio-pci", "device_dax", "kmem", "dax_hmem", "dax_cxl",
           "cxl_acpi", "cxl_pci", "cxl_mem"]
# Those that vfirst opens itself (src/host/lazy_library.hpp).
OPENED = ["libkmod.so.2", "libmnl.so.0", "libpci.so.3", "libblkid.so.1"]
LINE = "console=ttyS0 loglevel=4 nokaslr no_timer_check panic=-1 oops=panic"
VFIRST = "/usr/bin/vfirst"
# The guest's clock counts instructions, so that a busy host changes nothing but the duration.
CLOCK = ["-icount", "shift=2,sleep=off"]


# ---- kernels ----
class Kernel:
    """A kernel and its modules, below a folder in which its package was unpacked."""
    def __init__(self, image):
        self.image = image
        self.release = image.name.removeprefix("vmlinuz-")
        top = image.parent.parent
        self.tree = top if (top / "lib/modules" / self.release).is_dir() else top / "usr"
        self.modules = self.tree / "lib/modules" / self.release

    def copy_modules(self, root):
        """Those that are there and what they need, unpacked. /order is the order in which init loads them."""
        if not (self.modules / "modules.dep").exists():
            run("depmod", "-b", self.tree, self.release)
        order = []
        for name in MODULES:
            if not run("find", self.modules, "-name", f"{re.sub('[-_]', '[-_]', name)}.ko*"):
                continue
            for line in run("modprobe", "-d", self.tree, "-S", self.release, "--show-depends", name).splitlines():
                verb, _, path = line.strip().partition(" ")
                if verb == "insmod" and path.strip() not in order:
                    order.append(path.strip())
        names = []
        for source in map(pathlib.Path, order):
            place = pathlib.Path("lib/modules", self.release, str(source.relative_to(self.modules)).removesuffix(".xz"))
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            data = source.read_bytes()
            (root / place).write_bytes(lzma.decompress(data) if source.suffix == ".xz" else data)
            names.append(place)
        for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            shutil.copy(self.modules / name, root / "lib/modules" / self.release)
        run("depmod", "-b", root, self.release)
        (root / "order").write_text("".join(f"/{name}\n" for name in names))


def usual_kernel():
    """Debian's newest 6.12, unpacked once and kept."""
    with store.locked("kernel-6.12-lock"):
        return Kernel(store.debian_kernel(store.CACHE / "kernel-6.12"))


def newest_kernel():
    """Debian forky's kernel, unpacked once and kept."""
    folder = store.CACHE / "kernel-forky"
    with store.locked("kernel-forky-lock"):
        if not folder.exists():
            shutil.rmtree(f"{folder}.new", ignore_errors=True)
            # The suite's index is valid for a week only, and a mirror that is a snapshot has an older one.
            run("mmdebstrap", "--quiet", "--variant=extract", "--format=directory", "--include=linux-image-amd64",
                '--aptopt=APT::Install-Recommends "0"', '--aptopt=Acquire::Check-Valid-Until "false"',
                "forky", f"{folder}.new")
            pathlib.Path(f"{folder}.new").rename(folder)
    return Kernel(next((folder / "boot").glob("vmlinuz-*")))


# ---- what a boot says ----
def cpus(text):
    """The CPUs of a kernel's list."""
    out = set()
    for part in filter(None, text.strip().split(",")):
        first, _, last = part.partition("-")
        out |= set(range(int(first), int(last or first) + 1))
    return out


class Seen:
    """What one boot said (tests/vm/next-boot-init.c)."""
    def __init__(self, text):
        self.up = text.endswith("DONE\n")
        self.files, self.names, self.log, self.refused = {}, [], [], []
        self.said = {name: (body.strip(), int(code)) for name, body, code in
                     re.findall(r"^BEGIN (\S+)\n(.*?)^END \1 (\d+)$", text, re.M | re.S)}
        for line in text.splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "F":
                path, _, value = rest.partition(" ")
                self.files.setdefault(path, []).append(value)
            elif kind == "L":
                self.names.append(rest)
            elif kind in ("M", "W"):
                self.refused.append(rest)
            elif kind == "K":
                self.log.append(re.sub(r"^<\d+>\[ *[\d.]+\] ", "", rest))

    def document(self, name):
        """What a command with --json printed."""
        text = self.said[name][0]
        return json.loads(text[text.index("{\n"):text.rindex("}") + 1])

    def text(self, name):
        return self.said[name][0]

    def code(self, name):
        return self.said[name][1]

    def first(self, path):
        value = self.files.get(path, [""])[0]
        return "" if value == "(null)" else value

    def cpus(self, name):
        return cpus(self.first(f"/sys/devices/system/cpu/{name}"))

    def logged(self, pattern):
        return [line for line in self.log if re.search(pattern, line)]

    def matching(self, pattern):
        """By what the pattern's group matches in the path, the file's lines."""
        found = ((re.fullmatch(pattern, path), lines) for path, lines in self.files.items())
        return {match[1]: lines for match, lines in found if match}

    def pages(self, size_kb=1 << 20):
        """By node, the hugepages of this size."""
        files = self.matching(rf"/sys/devices/system/node/node(\d+)/hugepages/hugepages-{size_kb}kB/nr_hugepages")
        return {int(node): int(lines[0]) for node, lines in sorted(files.items())}

    def shared(self, what):
        """The sets of CPUs that share it: topology/thread_siblings_list, cache/index3/shared_cpu_list."""
        files = self.matching(rf"/sys/devices/system/cpu/cpu(\d+)/{what}")
        return {frozenset(cpus(lines[0])) for lines in files.values()}

    def nodes(self):
        """By node, its CPUs."""
        files = self.matching(r"/sys/devices/system/node/node(\d+)/cpulist")
        return {int(node): cpus(lines[0]) for node, lines in sorted(files.items())}

    def node_kb(self, node):
        """The node's memory."""
        for line in self.files.get(f"/sys/devices/system/node/node{node}/meminfo", []):
            if match := re.search(r"MemTotal: +(\d+) kB", line):
                return int(match[1])
        return 0

    def node_at(self, address):
        """The node whose memory block has this address."""
        block = address // int(self.first("/sys/devices/system/memory/block_size_bytes"), 16)
        found = self.matching(rf"/sys/devices/system/node/node(\d+)/memory{block}/state")
        return int(next(iter(found))) if found else None

    def vectors(self):
        """By interrupt, the driver of the device that it belongs to."""
        found = (re.fullmatch(r"/sys/bus/pci/drivers/([^/]+)/[^/]+/msi_irqs/(\d+)", name) for name in self.names)
        return {int(match[2]): match[1] for match in found if match}

    def lands(self, irq):
        """The CPUs that an interrupt reaches."""
        return cpus(self.first(f"/proc/irq/{irq}/effective_affinity_list"))


# ---- the boots ----
@dataclasses.dataclass
class Group:
    """One machine, and the policies that are planned for it in one first boot."""
    name: str
    machine: machine.Machine
    policies: dict                # by the name of the case
    line: str = ""                # arguments of others, in each boot
    writes: str = ""              # what is written into sysfs in each boot: a file and a value a line
    newest: bool = False          # Debian forky's kernel, not 6.12


class Boots:
    """The boots of one kernel with this build's vfirst."""
    def __init__(self, work, kernel, vfirst, limit_s):
        self.work, self.kernel, self.limit_s = work, kernel, limit_s
        self.base = self.base_archive(vfirst)

    def base_archive(self, vfirst):
        """init, vfirst with its libraries, the kernel's modules and configuration; made anew where one has changed."""
        key = hashlib.sha256(f"{self.kernel.release} {MODULES}".encode())
        for file in (vfirst, TESTS / "next-boot-init.c", pathlib.Path(__file__)):
            key.update(file.read_bytes())
        archive = self.work / f"base-{self.kernel.release}-{key.hexdigest()[:16]}.cpio"
        if archive.exists():
            return archive
        for old in self.work.glob(f"base-{self.kernel.release}-*.cpio"):
            old.unlink()
        root = self.work / f"root-{self.kernel.release}"
        shutil.rmtree(root, ignore_errors=True)
        for folder in ("proc", "sys", "dev", "run", "usr/bin", "boot", f"lib/modules/{self.kernel.release}"):
            (root / folder).mkdir(parents=True)
        store.compiled(TESTS / "next-boot-init.c", root / "init", "-static")
        run("strip", "-o", root / VFIRST.lstrip("/"), vfirst)
        known = run("/sbin/ldconfig", "-p")
        opened = [re.search(rf"^\s*{re.escape(name)} \([^)]*x86-64[^)]*\) => (\S+)", known, re.M)[1] for name in OPENED]
        for library in {*opened, *re.findall(r"(/\S+) \(0x", run("ldd", vfirst, *opened))}:
            (root / library.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, root / library.lstrip("/"))
        shutil.copy(self.kernel.image.with_name(f"config-{self.kernel.release}"), root / "boot")
        self.kernel.copy_modules(root)
        # Not packed: the emulated CPU would take seconds to unpack it.
        store.initramfs(root, self.work / "base.new", packed=False)
        shutil.rmtree(root)
        return (self.work / "base.new").rename(archive)

    def boot(self, name, described, line, files):
        """One boot of the machine. `files`: what else lies in the initramfs, /commands among them."""
        root = self.work / f"{name}-own"
        shutil.rmtree(root, ignore_errors=True)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        own = store.initramfs(root, self.work / f"{name}-own.cpio", packed=False)
        shutil.rmtree(root)
        # A kernel reads one archive behind the other.
        initrd = self.work / f"{name}.initrd"
        initrd.write_bytes(self.base.read_bytes() + own.read_bytes())
        own.unlink()
        log, said = self.work / f"{name}.serial.log", self.work / f"{name}.said"
        for old in (log, said):
            old.unlink(missing_ok=True)
        power = machine.Run(
            dataclasses.replace(described, kernel=str(self.kernel.image), initrd=str(initrd),
                                cmdline=f"{LINE} {line}".strip(), extra=[*CLOCK, *described.extra]),
            log, ["-serial", f"file:{said}"])
        end = power.wait(self.limit_s)
        initrd.unlink()
        seen = Seen(said.read_text(errors="replace").replace("\r", "") if said.exists() else "")
        demand(f"{name}: the kernel came up and everything was said ({power.seconds():.0f} s)", seen.up,
               f"{end}, see {log} and {said}")
        return seen

    def first(self, group):
        """The boot in which each policy of the group is planned for."""
        files = {f"policies/{case}.ini": text for case, text in group.policies.items()}
        files["commands"] = "".join(f"{case} {VFIRST} plan --json --policy /policies/{case}.ini\n"
                                    for case in group.policies)
        return self.boot(f"{group.name}-first", group.machine, group.line, files | {"writes": group.writes})

    def second(self, group, case, arguments):
        """The boot with these arguments, in which vfirst does the steps and verifies."""
        files = {f"policies/{case}.ini": group.policies[case], "writes": group.writes}
        policy = f"--policy /policies/{case}.ini"
        files["commands"] = (f"boot {VFIRST} boot {policy}\nplan {VFIRST} plan --json {policy}\n"
                             f"verify {VFIRST} verify --json {policy}\nshown {VFIRST} verify {policy}\n")
        return self.boot(f"{group.name}-{case}", group.machine, f"{group.line} {arguments}".strip(), files)
