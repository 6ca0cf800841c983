#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""replay.py FILESYSTEM SCENE AFTER FOLDER [SKIP]: applies a block log write by write, and asks after each what GRUB
would boot. The first SKIP entries of the log are in start.img already.

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

DISCARD = 4
filesystem, scene, after, folder = sys.argv[1:4] + [pathlib.Path(sys.argv[4])]
skip = int(sys.argv[5]) if len(sys.argv) > 5 else 0
scratch = folder / "crash.img"
plain, ours = ((folder / name).read_text() for name in ("plain.cfg", "ours.cfg"))


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


def grub_reads(path):
    done = subprocess.run(["grub-fstest", scratch, "cat", path], capture_output=True)
    return done.stdout.decode("latin-1") if done.returncode == 0 else None


def arguments(slot):
    """The word that names the arguments in a slot file; "none" where GRUB finds no such file and goes on without."""
    text = grub_reads(f"/boot/vfirst/{slot}.cfg")
    if not text:
        return "none"
    whole = re.fullmatch(r'# vfirst: [^\n]*\n(?:set vfirst_trial_args="[^"\n]*"\n)?'
                         r'set vfirst_args="(\w+)=1 y{1500}x"\n', text)
    return whole[1] if whole else "BROKEN slot"


def verdict():
    config = grub_reads("/boot/grub/grub.cfg")
    if config == plain:
        return "none"
    if config != ours:
        return "BROKEN grub.cfg"
    block = grub_reads("/boot/vfirst/env") or ""
    value = {name: re.search(rf"^vfirst_{name}=([ab])$", block, re.MULTILINE) for name in ("good", "try")}
    good = arguments(value["good"][1]) if value["good"] else "none"
    return f"{arguments(value['try'][1])} once, then {good}" if value["try"] else good


shutil.copyfile(folder / "start.img", scratch)
seen = collections.Counter()
order = []


def look(word):
    seen[word] += 1
    if not order or word != order[-1]:
        order.append(word)


look(verdict())
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
        look(verdict())
before = order[0]
bad = sum(n for word, n in seen.items() if word not in (before, after))
print(f"{filesystem:8} {scene:12} {seen.total():6}  {seen[before]:6} {seen[after]:6} {bad:4}  {' -> '.join(order)}",
      flush=True)
# Old until the commit, new from there on: it never flips back.
sys.exit(0 if bad == 0 and order == [before, after] else 1)
