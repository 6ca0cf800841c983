#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""replay.py [--bls BUILD-DIR] FILESYSTEM SCENE AFTER FOLDER [SKIP]: applies a block log write by write, and asks after
each what GRUB would boot: what it booted before, and then what AFTER names ("X -> Y": X first), in this order. The
first SKIP entries of the log are in start.img already. --bls: a host with entries of the Boot Loader Specification.

FOLDER has start.img, the log taken.img, and the two grub.cfg. QEMU's blklogwrites makes the log: a superblock, then for
each write a sector that says where and how much, and the data. Layout: the kernel's
Documentation/admin-guide/device-mapper/log-writes.rst."""
import collections
import pathlib
import re
import shutil
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
DISCARD = 4
words = sys.argv[1:]
build, words = (words[1], words[2:]) if words[0] == "--bls" else (None, words)
filesystem, scene, after, folder = words[:3] + [pathlib.Path(words[3])]
skip = int(words[4]) if len(words) > 4 else 0
scratch = folder / "crash.img"


def writes():
    with open(folder / "taken.img", "rb") as file:
        magic, _version, count, sector = struct.unpack("<QQQI", file.read(28))
        if magic != 0x6A736677736872:
            sys.exit("taken.img: not a write log")
        at = sector
        for number in range(count):
            file.seek(at)
            where, length, flags, _ = struct.unpack("<QQQQ", file.read(32))
            at += sector
            data = bytes(length * sector)
            if not flags & DISCARD:
                file.seek(at)
                data = file.read(length * sector)
                at += length * sector
            if number >= skip:
                yield where * sector, data


def fstest(*words, program=("grub-fstest",)):
    """What GRUB's own code reads on the disk."""
    done = subprocess.run([*program, scratch, *words], capture_output=True)
    return done.stdout.decode("latin-1") if done.returncode == 0 else None


class Slots:
    """A host whose grub.cfg has our fragment."""
    def __init__(self):
        self.plain, self.ours = ((folder / name).read_text() for name in ("plain.cfg", "ours.cfg"))

    def arguments(self, slot):
        """The word that names the arguments in a slot file; "none" where GRUB finds no such file and goes on without
        it."""
        text = fstest("cat", f"/boot/vfirst/{slot}.cfg")
        if not text:
            return "none"
        whole = re.fullmatch(r'# vfirst: [^\n]*\n(?:set vfirst_trial_args="[^"\n]*"\n)?'
                             r'set vfirst_args="(\w+)=1 y{1500}x"\n', text)
        return whole[1] if whole else "BROKEN slot"

    def verdict(self):
        config = fstest("cat", "/boot/grub/grub.cfg")
        if config == self.plain:
            return "none"
        if config != self.ours:
            return "BROKEN grub.cfg"
        block = fstest("cat", "/boot/vfirst/env") or ""
        value = {name: re.search(rf"^vfirst_{name}=([ab])$", block, re.MULTILINE) for name in ("good", "try")}
        good = self.arguments(value["good"][1]) if value["good"] else "none"
        return f"{self.arguments(value['try'][1])} once, then {good}" if value["try"] else good


class Entries:
    """A host whose grub.cfg reads entries. The real GRUB boots it, once for each state of the files that it reads."""
    FILES = ["grub/grub.cfg", "grub/grubenv", "grub/custom.cfg", "vfirst/env", "vfirst/trial.cfg"]
    ENTRIES = ["deb-0-rescue.conf", "deb-6.10.2.conf", "deb-6.9.1.conf"]
    OURS = r"(?: (\w+)=1 y{1500}x)?"

    def __init__(self):
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "grub"))
        from booted import Machine, grub_2_14
        tree = grub_2_14(build)
        if not tree:
            print("crash/replay: no GRUB 2.14 to be had, skipped")
            sys.exit(77)
        # The same release reads the files.
        self.program = (f"{tree}/usr/lib64/ld-linux-x86-64.so.2", "--library-path", f"{tree}/usr/lib/x86_64-linux-gnu",
                        f"{tree}/usr/bin/grub-fstest")
        (folder / "grub").mkdir(exist_ok=True)
        self.machine = Machine(str(folder / "grub"), tree, ["blsuki", "xfs"], separate=True)
        self.answers, self.alike = {}, True

    def verdict(self):
        listed = fstest("ls", "/loader/entries", program=self.program) or ""
        names = sorted(name for name in listed.split() if name.endswith(".conf"))
        state = [*names, *(fstest("cat", f"/{path}", program=self.program)
                           for path in self.FILES + [f"loader/entries/{name}" for name in names])]
        key = tuple(state)
        if key not in self.answers:
            wrong, alike = self.entries(names, state[len(names) + len(self.FILES):])
            self.answers[key] = wrong or self.boots(), alike
        answer, self.alike = self.answers[key]
        return answer

    def entries(self, names, texts):
        """What is wrong with the entries, "" where each is as it was at some time; and whether those of kernels have
        the same arguments."""
        if names != self.ENTRIES:
            return f"BROKEN entries {' '.join(names)}", False
        arguments = set()
        for name, text in zip(names, texts):
            found = re.search(rf"^options root=UUID=1f ro{self.OURS}$", text or "", re.MULTILINE)
            if not found or ("rescue" in name and found[1]):
                return f"BROKEN {name}", False
            if "rescue" not in name:
                arguments.add(found[1])
        return "", len(arguments) == 1

    def boots(self):
        """What GRUB boots, and where that is a trial, what it boots at the boot after."""
        disk = folder / "boot.img"
        subprocess.run(["cp", "--sparse=always", scratch, disk], check=True)
        words = []
        for _ in range(3):
            line = self.machine.boot("crash", disk)
            found = re.fullmatch(rf"BOOT_IMAGE=\S*/vmlinuz-6\.10\.2 root=UUID=1f ro{self.OURS}"
                                 r"( panic=5 vfirst\.trial=test)?", line)
            if not found:
                return f"BROKEN line: {line[:60]}"
            words.append(found[1] or "none")
            if not found[2]:
                return " once, then ".join(words)
        return "BROKEN: a trial twice"


shutil.copyfile(folder / "start.img", scratch)
seen = collections.Counter()
order = []


def look(word):
    seen[word] += 1
    if not order or word != order[-1]:
        order.append(word)


host = Entries() if build else Slots()
look(host.verdict())
with open(scratch, "r+b", buffering=0) as disk:
    for where, data in writes():
        if not data:
            continue
        disk.seek(where)
        if disk.read(len(data)) == data:
            look(order[-1])                                     # nothing new on the disk
            continue
        disk.seek(where)
        disk.write(data)
        look(host.verdict())
wanted = [order[0], *after.split(" -> ")]
bad = sum(n for word, n in seen.items() if word not in wanted)
counts = f"{seen.total():6}  {seen[wanted[0]]:6} {seen[wanted[-1]]:6} {bad:4}"
print(f"{filesystem:8} {scene:12} {counts}  {' -> '.join(order)}"
      + (f"; {len(host.answers)} states booted" if build else ""), flush=True)
if build and not host.alike:
    print(f"{filesystem:8} {scene:12} at its end the entries of two kernels differ", flush=True)
    bad += 1
# Old until the commit, new from there on: it never flips back.
sys.exit(0 if bad == 0 and order == wanted else 1)
