# SPDX-License-Identifier: GPL-2.0-or-later
"""A host whose whole user space is a small initramfs: busybox, kmod, vfirst and what a test adds. It boots in seconds,
and it shows what one kernel and its drivers do."""
import base64
import contextlib
import lzma
import os
import pathlib
import re
import shutil

from vfirst_vm import TESTS
from vfirst_vm.claims import Failed, claim
from vfirst_vm.guest import Guest
from vfirst_vm.machine import Machine
from vfirst_vm.store import initramfs, run

LINE = ("console=ttyS0 loglevel=5 nokaslr no_timer_check intel_iommu=on iommu=pt panic=-1 oops=panic nowatchdog "
        # The kernel's tests of its own random numbers and page tables take longer here than all of the rest.
        "initcall_blacklist=jent_mod_init rodata=off")
# The modules of the port through which the test speaks.
PORT = ["virtio_pci", "virtio_console"]
# Programs of this host, and the libraries that vfirst opens itself (src/host/lazy_library.hpp).
PROGRAMS = ["modprobe", "ip", "devlink", "ethtool"]
OPENED = ["libkmod.so.2", "libmnl.so.0", "libpci.so.3", "libblkid.so.1"]


def kept(what):
    """The folder of tests/vm/real-kernels-image: "qemu" or "kernel"."""
    return pathlib.Path(run(TESTS / "real-kernels-image", what).strip())


def copied(source, root, target=None):
    place = root / str(target or source).lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, place)
    return place


def libraries(file, root):
    for library in re.findall(r"(/\S+) \(0x", run("ldd", file)):
        copied(library, root)


def programs(root, more):
    """The tools, and `more`: {place in the initramfs: program}. With the libraries of each."""
    found = {f"/sbin/{name}": shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin") for name in PROGRAMS}
    for place, program in {**found, **more}.items():
        run("strip", "-o", copied(program, root, place), program)
        libraries(program, root)
    known = run("/sbin/ldconfig", "-p")
    for name in OPENED:
        library = re.search(rf"^\s*{re.escape(name)} \([^)]*x86-64[^)]*\) => (\S+)", known, re.MULTILINE)[1]
        copied(library, root)
        libraries(library, root)
    copied("/bin/busybox", root)


def modules(kernel, root, names):
    """These modules of the kernel's folder and what they need, unpacked, with the kernel's own indexes of them."""
    release = release_of(kernel)
    tree, target = kernel / "lib/modules" / release, root / "lib/modules" / release
    for name in names:
        for line in run("modprobe", "-d", kernel, "-S", release, "--show-depends", name).splitlines():
            verb, _, path = line.strip().partition(" ")
            if verb != "insmod":
                continue
            source = pathlib.Path(path.strip())
            place = target / os.path.relpath(source, tree).removesuffix(".xz")
            place.parent.mkdir(parents=True, exist_ok=True)
            data = source.read_bytes()
            place.write_bytes(lzma.decompress(data) if source.suffix == ".xz" else data)
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(tree / name, target)
    run("depmod", "-b", root, release)


def release_of(kernel):
    return next((kernel / "boot").glob("vmlinuz-*")).name.removeprefix("vmlinuz-")


def initrd(work, kernel, there, loaded=(), more=None):
    """An initramfs for the kernel of the folder. `there`: modules that lie in it; `loaded`: those that its init loads;
    `more`: further programs."""
    root = work / "root"
    shutil.rmtree(root, ignore_errors=True)
    copied(TESTS / "small-init", root, "/init")
    programs(root, more or {})
    modules(kernel, root, [*PORT, *there, *loaded])
    (root / "modules").write_text("\n".join([*PORT, *loaded]) + "\n")
    return initramfs(root, work / "small.gz")


class SmallHost(Guest):
    def run(self, command, limit=60):
        """What a command says that must succeed."""
        code, text = self.shell(command, limit)
        if code != 0:
            raise Failed(f"{command}: exit code {code}: {text.strip()}")
        return text.strip()

    def put(self, path, text):
        packed = base64.b64encode(text.encode()).decode()
        self.run(f"mkdir -p $(dirname {path}) && echo {packed} | base64 -d > {path} && chmod 644 {path}")


@contextlib.contextmanager
def small_host(name, serial, kernel, archive, **more):
    """A host, switched on and up. `more`: fields of the machine's description."""
    described = Machine(kernel=str(kernel / "boot" / f"vmlinuz-{release_of(kernel)}"), initrd=str(archive),
                        **{"cmdline": LINE, "smp": "2", "memory": "1G", "iommu": "intel", "job_port": True} | more)
    host = SmallHost(described, serial)
    try:
        host.on()
        host.up()
        yield host
    except Failed as why:
        claim(f"{name} comes to its end", False, why)
        print(f"--- the end of its serial line\n{host.said()[-3000:]}\n---", flush=True)
    finally:
        host.off()
