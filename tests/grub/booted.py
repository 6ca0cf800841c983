# SPDX-License-Identifier: GPL-2.0-or-later
"""A small machine that the real GRUB boots, for tests/grub/shapes and tests/grub/bls. A stand-in for the kernel prints
the line that it is given."""
import fcntl
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
PROGRAMS = "grub-mkimage", "qemu-system-x86_64", "mkfs.ext4", "as", "objcopy"
MODULES = ("biosdisk part_msdos ext2 normal configfile loadenv search search_fs_uuid search_label test echo serial "
           "terminal halt linux minicmd true sleep regexp").split()


def run(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, **options)


def block_of(variables):
    """GRUB's environment block."""
    block = "# GRUB Environment Block\n" + "".join(f"{key}={value}\n" for key, value in variables.items())
    return block + "#" * (1024 - len(block))


def grub_2_14(build):
    """A tree with it, made once; "" where there is none to be had."""
    root = f"{build}/grub-2.14"
    os.makedirs(build, exist_ok=True)
    # Two tests at a time may want it.
    with open(f"{build}/grub-2.14.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(f"{root}/usr/lib/grub/i386-pc/blsuki.mod"):
            shutil.rmtree(root, ignore_errors=True)
            command = ["mmdebstrap", "--quiet", "--variant=extract", "--include=grub-pc-bin,grub-common",
                       '--aptopt=APT::Install-Recommends "0"', '--aptopt=Acquire::Check-Valid-Until "false"',
                       # This release may not have its keys yet; nothing of it is installed, and it runs in QEMU.
                       '--aptopt=Acquire::AllowInsecureRepositories "true"',
                       '--aptopt=APT::Get::AllowUnauthenticated "true"', "forky", root]
            if subprocess.run(command, check=False).returncode:
                return ""
            for link in "bin", "sbin", "lib", "lib64":
                if not os.path.exists(f"{root}/{link}"):
                    os.symlink(f"usr/{link}", f"{root}/{link}")
    return root


class Machine:
    def __init__(self, folder, grub="", modules=(), separate=False):
        """`grub`: a tree with another GRUB in it. `separate`: /boot is a filesystem of its own."""
        self.folder, self.separate = folder, separate
        self.prefix = "/grub" if separate else "/boot/grub"
        run("as", "--32", "-o", f"{folder}/kernel.o", f"{HERE}/line-kernel.S")
        run("objcopy", "-O", "binary", f"{folder}/kernel.o", f"{folder}/vmlinuz")
        with open(f"{folder}/load.cfg", "w") as file:
            file.write(f"search.fs_label shapes root\nset prefix=($root){self.prefix}\n")
        inside = f"{grub}/tmp" if grub else folder
        if grub:
            os.makedirs(inside, exist_ok=True)
            shutil.copy(f"{folder}/load.cfg", inside)
        where = "/tmp" if grub else folder
        program = ["chroot", grub, "grub-mkimage"] if grub else ["grub-mkimage"]
        run(*program, "-d", "/usr/lib/grub/i386-pc", "-O", "i386-pc", "-p", self.prefix, "-c", f"{where}/load.cfg",
            "-o", f"{where}/core.img", *MODULES, *modules)
        with open(f"{folder}/loader.img", "wb") as loader:
            for part in f"{grub}/usr/lib/grub/i386-pc/boot.img", f"{inside}/core.img":
                with open(part, "rb") as file:
                    loader.write(file.read())
            loader.truncate(1 << 20)

    def tree(self, name, text, variables, files):
        """The host's files, as vfirst sees them and as the disk has them; those of `files` are below /boot."""
        root = f"{self.folder}/{name}"
        os.makedirs(f"{root}/sys/firmware")
        os.makedirs(f"{root}/etc")
        with open(f"{root}/etc/os-release", "w") as file:
            file.write("ID=debian\n")
        for path, content in {"grub/grubenv": block_of(variables), "grub/grub.cfg": "set timeout=0\n" + text,
                              **files}.items():
            os.makedirs(os.path.dirname(f"{root}/boot/{path}"), exist_ok=True)
            with open(f"{root}/boot/{path}", "w") as file:
                file.write(content)
        shutil.copy(f"{self.folder}/vmlinuz", f"{root}/boot/vmlinuz")
        return root

    def disk(self, name, root):
        """A disk with these files; its path."""
        disk = f"{self.folder}/{name}.img"
        if os.path.exists(disk):
            os.remove(disk)
        run("truncate", "-s", "8M", disk)
        run("mkfs.ext4", "-q", "-F", "-L", "shapes", "-d", f"{root}/boot" if self.separate else root, disk)
        return disk

    def boot(self, name, disk, broken=False):
        """The line that the kernel is given. `broken`: the disk takes no writes."""
        log = f"{self.folder}/{name}.log"
        drive = f"file={disk},format=raw,if=none,id=disk"
        if broken:
            # Every write fails, every read is the disk's.
            with open(f"{self.folder}/fail.conf", "w") as file:
                file.write('[inject-error]\nevent = "pwritev"\niotype = "write"\nerrno = "5"\n')
            drive = (f"driver=raw,if=none,id=disk,file.driver=blkdebug,file.config={self.folder}/fail.conf,"
                     f"file.image.driver=file,file.image.filename={disk}")
        command = ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-m", "64", "-display", "none", "-no-reboot",
                   "-serial", f"file:{log}", "-device", "isa-debug-exit,iobase=0xf4", "-nic", "none",
                   "-drive", f"file={self.folder}/loader.img,format=raw,if=ide,readonly=off",
                   "-drive", drive, "-device", "ide-hd,drive=disk,bus=ide.0,unit=1"]
        try:
            subprocess.run(command, timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            return "nothing: it did not end within a minute"
        with open(log, "rb") as file:
            found = re.search(rb"\x02([^\x03]*)\x03", file.read())
        return found[1].decode("latin1") if found else "nothing"
