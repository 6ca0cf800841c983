# SPDX-License-Identifier: GPL-2.0-or-later
"""What one boot of a golden image handed out: a folder of files, each the answer of one command in the guest
(images/golden/overlay/usr/local/libexec/vfirst-demo)."""
import json
import pathlib
import re


# systemd moves the cursor for the progress of a slow unit; a line of the kernel's may follow on the same one.
CURSOR = re.compile("\x1b(M|\\[[0-9;?]*[A-Za-z])|\r")


def text_of(file):
    """"" for a file that is not there."""
    try:
        return CURSOR.sub("", pathlib.Path(file).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""


def matches(text, pattern):
    return [line for line in text.splitlines() if re.search(pattern, line)]


def says(file, pattern):
    """A line of the file matches."""
    return bool(matches(text_of(file), pattern))


def counts(number, file, pattern):
    """So many lines of the file match. None of a file that is not there says nothing: that is false."""
    return pathlib.Path(file).exists() and len(matches(text_of(file), pattern)) == number


class Evidence:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def __truediv__(self, name):
        return self.folder / name

    def text(self, name):
        return text_of(self.folder / name)

    def json(self, name):
        return json.loads(self.text(name))

    def says(self, name, pattern):
        return says(self.folder / name, pattern)

    def counts(self, number, name, pattern):
        return counts(number, self.folder / name, pattern)

    def empty(self, name):
        return not self.text(name)

    def code(self, name):
        """The exit code of the command whose answer this file is; None where it was not asked."""
        for line in self.text("exit-codes").splitlines():
            code, file, *_ = line.split("\t")
            if file == name:
                return int(code)
        return None

    def cmdline(self):
        return self.text("files/proc/cmdline").strip()

    # ---- what the kernel says ----
    def bound(self, number, pf):
        """The kernel has `number` VFs of this PF on vfio-pci, and no other VF of it."""
        vfs, here = [], False
        for line in self.text("sysfs.txt").splitlines():
            if line.startswith("PF"):
                here = line.split()[1] == pf
            elif here and line.startswith("  VF"):
                vfs.append("driver=vfio-pci " in line)
        return len(vfs) == number and all(vfs)

    def sysfs(self, path):
        """A value below /sys/devices/system, as the guest found it; None where it is not."""
        found = re.search(f"^devices/system/{re.escape(path)}:(.*)$", self.text("sysfs.txt"), re.MULTILINE)
        return found[1] if found else None

    def node_pages(self, node):
        """The 1G pages of a node."""
        pages = self.sysfs(f"node/node{node}/hugepages/hugepages-1048576kB/nr_hugepages")
        return None if pages is None else int(pages)

    def uplinks_before(self, unit, uplinks=2):
        """The kernel made the 7 VFs of each uplink before this unit's process started. `unit`: libvirtd, virtqemud."""
        start = re.search(r"^ExecMainStartTimestampMonotonic=(\d+)", self.text(f"{unit}.txt"), re.MULTILINE)
        made = re.findall(r"^\[ *([0-9.]+)\].*igb .*7 VFs allocated", self.text("dmesg.txt"), re.MULTILINE)
        return bool(start) and len(made) == uplinks and all(float(at) * 1e6 < int(start[1]) for at in made)

    def started(self, unit):
        return self.says(f"{unit}.txt", "^ExecMainStartTimestampMonotonic=[1-9]")
