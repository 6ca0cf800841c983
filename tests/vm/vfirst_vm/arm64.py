# SPDX-License-Identifier: GPL-2.0-or-later
"""A small arm64 machine: vfirst's cross-built package and what it opens, busybox, a few drivers, and a kernel."""
import pathlib
import re
import shutil

from vfirst_vm import TESTS, machine, store
from vfirst_vm.guest import Guest
from vfirst_vm.store import run

LIBRARIES = "usr/lib/aarch64-linux-gnu"
# What vfirst and kmod open on demand; the rest are the libraries that they are linked with.
OPENED = ["libkmod.so.2", "libmnl.so.0", "libpci.so.3", "libblkid.so.1", "liblzma.so.5", "libzstd.so.1"]
MODULES = ["virtio_pci", "virtio_console", "igb", "igbvf", "vfio-pci"]
LINE = "console=ttyAMA0 loglevel=5 panic=-1"


class Built:
    """The cross-built packages, and the chroot that they were built in."""
    def __init__(self, out):
        self.out = pathlib.Path(out)
        self.root = pathlib.Path(run(TESTS / "arm64-build", self.out).splitlines()[-1])
        self.guest = self.root / "guest"
        self.log = (self.out / "build.log").read_text()

    @property
    def package(self):
        return next(self.out.glob("packages/vfirst_*.deb"))

    def kernel(self, flavour):
        """The kernel whose release ends with this: arm64, arm64-16k."""
        images = [one for one in (self.guest / "boot").glob("vmlinuz-*") if one.name.endswith(f"-{flavour}")]
        return max(images, key=lambda one: store.version_key(one.name))

    def initramfs(self, kernel, policy):
        root = self.out / "root"
        shutil.rmtree(root, ignore_errors=True)
        for folder in ("usr/bin", "usr/sbin", "usr/lib", "proc", "sys", "dev", "run", "etc/vfirst/policy.d", "boot"):
            (root / folder).mkdir(parents=True)
        for name in ("bin", "sbin", "lib"):
            (root / name).symlink_to(f"usr/{name}")
        run("dpkg-deb", "-x", self.package, root)
        for name in ("busybox", "kmod"):
            shutil.copy(self.guest / "usr/bin" / name, root / "usr/bin")
        (root / "usr/sbin/modprobe").symlink_to("../bin/kmod")
        shutil.copy(self.out / "vfio-user", root / "usr/bin")
        shutil.copy(TESTS / "arm64-init", root / "init")
        (root / "etc/vfirst/policy.d/50-test.ini").write_text(policy)
        self.add_libraries(root)
        self.add_modules(root, kernel.name.removeprefix("vmlinuz-"))
        return store.initramfs(root, self.out / f"{kernel.name}.gz")

    def add_libraries(self, root):
        """The linker, and what the programs need or open, with all that these need."""
        there = self.root / LIBRARIES
        (root / LIBRARIES).mkdir(parents=True)
        shutil.copy(there / "ld-linux-aarch64.so.1", root / LIBRARIES)
        (root / "usr/lib/ld-linux-aarch64.so.1").symlink_to("aarch64-linux-gnu/ld-linux-aarch64.so.1")
        left = [*OPENED, *needed(root / "usr/sbin/vfirst"), *needed(root / "usr/bin/kmod")]
        while left:
            name = left.pop()
            if not (root / LIBRARIES / name).exists():
                shutil.copy(there / name, root / LIBRARIES / name)
                left += needed(there / name)

    def add_modules(self, root, release):
        tree = self.guest / "usr"
        if not (tree / f"lib/modules/{release}/modules.dep").exists():
            run("depmod", "-b", tree, release)
        for name in MODULES:
            for line in run("modprobe", "-d", tree, "-S", release, "--show-depends", name).splitlines():
                verb, _, path = line.strip().partition(" ")
                if verb == "insmod":
                    source = pathlib.Path(path.strip().split()[0])
                    target = root / "usr" / source.relative_to(tree)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, target)
        for name in ("order", "builtin", "builtin.modinfo"):
            shutil.copy(tree / f"lib/modules/{release}/modules.{name}", root / f"usr/lib/modules/{release}")
        run("depmod", "-b", root / "usr", release)
        # vfirst reads the configuration, and only the name of the kernel.
        shutil.copy(self.guest / f"boot/config-{release}", root / "boot")
        (root / f"boot/vmlinuz-{release}").touch()


def needed(program):
    """The libraries that a program or a library is linked with."""
    return re.findall(r"\(NEEDED\).*\[(\S+)\]", run("readelf", "-d", program))


def guest(test, name, kernel, initrd, arguments="", **more):
    """The machine, off. `more`: fields of its description."""
    described = machine.Machine(
        chipset="virt", cpu=machine.ARM, smp="4,sockets=2,cores=2", memory="2G", bridges=False, cards=[machine.Igb(1)],
        kernel=str(kernel), initrd=str(initrd), cmdline=f"{LINE} {arguments}".strip(), job_port=True, **more)
    return Guest(described, test.out / f"{name}.serial.log")
