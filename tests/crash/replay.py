#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""replay.py NAME START LOG SCRATCH: apply a block log write by write; after each, ask what GRUB would boot.

LOG is what QEMU's blklogwrites makes: a superblock, then for each write a sector that says where and how much, and the
data. Layout: the kernel's Documentation/admin-guide/device-mapper/log-writes.rst."""
import collections
import re
import shutil
import struct
import subprocess
import sys

DISCARD = 4
name, start, log, scratch = sys.argv[1:]


def writes():
    with open(log, "rb") as file:
        magic, _version, count, sector = struct.unpack("<QQQI", file.read(28))
        if magic != 0x6A736677736872:
            sys.exit(f"{log}: not a write log")
        at = sector
        for _ in range(count):
            file.seek(at)
            where, length, flags, _ = struct.unpack("<QQQQ", file.read(32))
            at += sector
            if flags & DISCARD:
                yield where * sector, bytes(length * sector)
                continue
            file.seek(at)
            yield where * sector, file.read(length * sector)
            at += length * sector


def grub_reads(path):
    done = subprocess.run(["grub-fstest", scratch, "cat", path], capture_output=True)
    return done.stdout.decode("latin-1") if done.returncode == 0 else None


def verdict():
    block = grub_reads("/boot/vfirst/env")
    good = re.search(r"^vfirst_good=([ab])$", block or "", re.MULTILINE)
    if not good:
        return "none"
    slot = grub_reads(f"/boot/vfirst/{good[1]}.cfg") or ""
    whole = re.fullmatch(r'# vfirst: [^\n]*\nset vfirst_args="(\w+)=1 y{1500}x"\n', slot)
    return whole[1] if whole else "BROKEN"


shutil.copyfile(start, scratch)
seen = collections.Counter([verdict()])
before = next(iter(seen))
order = [before]
with open(scratch, "r+b", buffering=0) as disk:
    for where, data in writes():
        if not data:
            continue
        disk.seek(where)
        disk.write(data)
        word = verdict()
        seen[word] += 1
        if word != order[-1]:
            order.append(word)
allowed = {before, "new"}
bad = sum(n for word, n in seen.items() if word not in allowed)
print(f"{name}: {seen.total()} crash points, " + ", ".join(f"{n} {w}" for w, n in seen.items()) + f", {bad} bad")
# Old until the commit, new from there on: it never flips back.
sys.exit(0 if bad == 0 and order == [before, "new"] else 1)
