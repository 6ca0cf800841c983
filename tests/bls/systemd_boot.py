# SPDX-License-Identifier: GPL-2.0-or-later
"""A small machine in which the real systemd-boot boots many partitions one after the other, for tests/bls/shapes. A
stand-in for the kernel says which entry booted it, and with what line."""
import dataclasses
import os
import pathlib
import re
import shutil
import struct
import subprocess

from vfirst_vm import machine

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = "qemu-system-x86_64", "clang-19", "lld-link-19", "mformat", "mcopy", "sfdisk", "objcopy", "objdump"
LIMIT = int(os.environ.get("VFIRST_VM_TIMEOUT", "600"))   # seconds
GUID = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
TYPES = {"esp": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "xbootldr": "BC13C2FF-59E6-4262-A352-B275FD6F7172"}
MIB = 1 << 20
SIZE = 4                          # of a partition, in MiB


@dataclasses.dataclass
class Shape:
    """The files of a host that matter to systemd-boot. Each of them is text, KERNEL or IMAGE."""
    esp: dict
    xbootldr: dict = dataclasses.field(default_factory=dict)
    variables: dict = dataclasses.field(default_factory=dict)
    # False: vfirst cannot know, and is to say so.
    known: bool = True


# The stand-in for the kernel; and a unified kernel image with it.
KERNEL, IMAGE = object(), object()


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, **options).stdout


def info_of(loader):
    """What it calls itself: "systemd-boot 252.39-1~deb12u2"."""
    with open(loader, "rb") as file:
        return re.search(rb"#### LoaderInfo: ([^#]+?) ####", file.read())[1].decode()


def has_initrd(shape):
    return any("initrd " in text for text in shape.esp.values() if isinstance(text, str))


def with_whole_sections(program):
    """The linker fills the sections of a program up in the file alone; later stubs do not start such a one."""
    data = bytearray(program)
    header = struct.unpack_from("<I", data, 60)[0]
    count, optional = struct.unpack_from("<H12xH", data, header + 6)
    for at in range(header + 24 + optional, header + 24 + optional + 40 * count, 40):
        size, _, raw = struct.unpack_from("<III", data, at + 8)
        struct.pack_into("<I", data, at + 8, max(size, raw))
    return bytes(data)


def loaders(build, releases):
    """The folders of systemd-boot and its stub: those of Debian's releases, made once, or where none is named, this
    machine's. None: one is not to be had."""
    found = [] if releases else [pathlib.Path("/usr/lib/systemd/boot/efi")]
    for release in releases:
        root = build / f"systemd-boot-{release}"
        if not (root / "usr/lib/systemd/boot/efi/systemd-bootx64.efi").exists():
            shutil.rmtree(root, ignore_errors=True)
            command = ["mmdebstrap", "--quiet", "--variant=extract", "--include=systemd-boot-efi",
                       '--aptopt=APT::Install-Recommends "0"', '--aptopt=Acquire::Check-Valid-Until "false"',
                       # A release that is still in the making may not have its keys here. Nothing of it is installed,
                       # and it runs in QEMU.
                       '--aptopt=Acquire::AllowInsecureRepositories "true"',
                       '--aptopt=APT::Get::AllowUnauthenticated "true"', release, str(root)]
            if subprocess.run(command, check=False).returncode:
                return None
        found.append(root / "usr/lib/systemd/boot/efi")
    return found


class Machine:
    def __init__(self, folder, programs):
        """`programs`: the folder of systemd-boot and its stub."""
        self.folder = folder
        self.loader = programs / "systemd-bootx64.efi"
        self.info = info_of(self.loader)
        for name in "director", "line-kernel":
            run("clang-19", "--target=x86_64-unknown-windows", "-std=c11", "-Wall", "-Wextra", "-Werror", "-O1",
                "-ffreestanding", "-fshort-wchar", "-mno-red-zone", "-fno-stack-protector", "-c",
                "-o", folder / f"{name}.obj", HERE / f"{name}.c")
            run("lld-link-19", "/nologo", "/subsystem:efi_application", "/entry:efi_main", "/nodefaultlib",
                # From 1.0 on the stub starts it as a program of UEFI.
                "/version:1.0", f"/out:{folder / name}.efi", folder / f"{name}.obj")
        self.kernel = with_whole_sections((folder / "line-kernel.efi").read_bytes())
        self.image = self.unified(programs / "linuxx64.efi.stub")

    def unified(self, stub):
        """A unified kernel image: the stub, with the stand-in and its line inside."""
        words, at = [], 0
        table = run("objdump", "-h", stub).decode()
        for section in re.finditer(r"^ *\d+ +\S+ +([0-9a-f]+) +([0-9a-f]+) ", table, re.M):
            at = max(at, int(section[1], 16) + int(section[2], 16))
        for name, data in {"osrel": b"ID=debian\nNAME=Debian\nPRETTY_NAME=Debian\nVERSION_ID=13\n",
                           "cmdline": b"root=UUID=1f ro image", "linux": self.kernel}.items():
            at = (at + 4095) & ~4095
            file = self.folder / f"image.{name}"
            file.write_bytes(data)
            words += ["--add-section", f".{name}={file}", "--change-section-vma", f".{name}={at:#x}"]
            at += len(data)
        run("objcopy", *words, stub, self.folder / "image.efi")
        return (self.folder / "image.efi").read_bytes()

    def tree(self, name, shape):
        """The host's files, as vfirst sees them."""
        root = self.folder / name
        variables = {"LoaderInfo": self.info, **shape.variables}
        files = {f"boot/efi/{path}": content for path, content in shape.esp.items()}
        files["boot/efi/EFI/BOOT/BOOTX64.EFI"] = self.loader.read_bytes()
        files |= {f"boot/{path}": content for path, content in shape.xbootldr.items()}
        files |= {f"sys/firmware/efi/efivars/{key}-{GUID}": b"\7\0\0\0" + f"{value}\0".encode("utf-16-le")
                  for key, value in variables.items()}
        files["proc/cmdline"] = "root=UUID=1f ro running\n"
        files |= {f"sys/devices/system/cpu/{name}": "0-1\n" for name in ("possible", "present", "online")}
        files["etc/machine-id"] = "0123456789abcdef0123456789abcdef\n"
        files["proc/self/mountinfo"] = ("21 1 8:3 / / rw - ext4 /dev/sda3 rw\n" +
                                        "22 21 8:2 / /boot rw - vfat /dev/sda2 rw\n" * bool(shape.xbootldr) +
                                        "23 21 8:1 / /boot/efi rw - vfat /dev/sda1 rw\n")
        for path, content in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            content = self.kernel if content is KERNEL else self.image if content is IMAGE else content
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    def partition(self, name, source):
        """A FAT filesystem with the files of a folder."""
        file = self.folder / f"{name}.fat"
        with open(file, "wb") as blank:
            blank.truncate(SIZE * MIB)
        run("mformat", "-i", file, "-v", "SHAPE", "::")
        things = [thing for thing in source.iterdir() if thing.name != "efi" or not thing.is_dir()]
        if things:
            run("mcopy", "-s", "-i", file, *things, "::/")
        data = file.read_bytes()
        file.unlink()
        return data

    def disk(self, name, partitions):
        """A disk with these partitions, each a type and its bytes."""
        file = self.folder / f"{name}.raw"
        with open(file, "wb") as disk:
            disk.truncate((2 + len(partitions) * SIZE) * MIB)
        table = "label: gpt\n" + "".join(f"start={(1 + i * SIZE) * 2048}, size={SIZE * 2048}, type={TYPES[kind]}\n"
                                         for i, (kind, _) in enumerate(partitions))
        run("sfdisk", "--quiet", file, input=table.encode())
        with open(file, "r+b") as disk:
            for i, (_, data) in enumerate(partitions):
                disk.seek((1 + i * SIZE) * MIB)
                disk.write(data)
        return file

    def boot(self, shapes):
        """How systemd-boot boots them: by name, the id of the entry and its line."""
        # A boot with an initrd ends its run (line-kernel.c).
        together = {name: shape for name, shape in shapes.items() if not has_initrd(shape)}
        booted = {}
        for group in [together] * bool(together) + [{name: shapes[name]} for name in shapes if name not in together]:
            booted |= self.run(group)
        return booted

    def run(self, shapes):
        """Boots them in one run."""
        start = self.folder / "start/EFI/BOOT"
        start.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / "director.efi", start / "BOOTX64.EFI")
        first = [("esp", self.partition("start", self.folder / "start"))]
        disks = []
        for name, shape in shapes.items():
            esp = self.folder / name / "boot/efi"
            (esp / "shape").write_text(name + "\n" + "".join(f"{key}={value}\n"
                                                            for key, value in shape.variables.items()))
            partition = "esp", self.partition(name, esp)
            if shape.xbootldr:
                disks.append([partition, ("xbootldr", self.partition(name, self.folder / name / "boot"))])
            else:
                first.append(partition)
        log, seen = self.folder / "serial.log", self.folder / "seen"
        log.unlink(missing_ok=True)
        files = [self.disk(f"disk{i}", disk) for i, disk in enumerate([first, *disks])]
        described = machine.Machine(
            smp="1", cpu="max", memory="256M", firmware="uefi", extra=["-debugcon", f"file:{seen}"],
            disks=[machine.Disk(str(file), name=f"disk{i}", bootindex=i) for i, file in enumerate(files)])
        vm = machine.Run(described, log)
        end = vm.wait(LIMIT)
        print(f"{self.info}: {len(shapes)} shapes: QEMU ended after {vm.seconds():.0f} s: {end}", flush=True)
        booted = {}
        name = ""
        for key, _, value in (line.partition(" ") for line in seen.read_text().splitlines()):
            if key == "shape":
                name = value
                booted[name] = {}
            elif key in ("entry", "line"):
                # Of a line, the last character alone ends it.
                booted[name][key] = bytes.fromhex(value).decode("utf-16-le").removesuffix("\0")
            elif key == "ended":
                booted[name][key] = value
        return booted
