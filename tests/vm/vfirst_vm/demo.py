# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden images that provision themselves in the demo's machine: one run of images/try, or boot by boot.

  tests/vm/NAME BUILD-DIR    BUILD-DIR is a finished CMake build; VFIRST_DEB=FILE takes that package (and vfirst-dracut
                             beside it) instead

Boots take minutes of one core. A run that could not boot is a failure, not a skip."""
import pathlib
import shutil
import subprocess
import sys

from vfirst_vm import SOURCE, claims, machine, store
from vfirst_vm.claims import Failed, claim
from vfirst_vm.evidence import Evidence

POLICY = SOURCE / "images/golden/policy.ini"
# Lines of the serial line that a boot's reader wants to see as they come.
PROGRESS = (r"Loading Linux|vfirst\[[0-9]+\]: vfirst: |Start(ed|ing) (vfirst|libvirtd)|Finished vfirst|"
            r"Reached target (initrd|initrd-switch-root|multi-user|kexec)\.target|reboot: ")


class Test:
    """One test program: its name, its build and the folder of its evidence."""
    def __init__(self, program, words="BUILD-DIR", least=1):
        if len(sys.argv) <= least:
            sys.exit(f"usage: {program} {words}")
        self.name = pathlib.Path(program).name
        self.build = pathlib.Path(sys.argv[1]).resolve()
        self.words = sys.argv[2:]
        self.out = self.build / "vm" / self.name
        self.out.mkdir(parents=True, exist_ok=True)
        self._deb = None

    @property
    def deb(self):
        self._deb = self._deb or store.package(self.build)
        return self._deb

    @property
    def vfirst(self):
        return self.build / "vfirst"

    def rows(self, table):
        """Of a table {name: row}: the rows that the command line names, or all."""
        chosen = self.words or list(table)
        if not set(chosen) <= set(table):
            print(f"{self.name}: no row {' '.join(sorted(set(chosen) - set(table)))}", file=sys.stderr)
            sys.exit(64)
        return [table[name] for name in chosen]

    def verdict(self):
        claims.verdict(self.name, self.out)


class Boots:
    """The boots of one disk, whose evidence is below `out`."""
    def __init__(self, out, label="", disk=None, shape=None):
        self.out, self.label, self.disk = pathlib.Path(out), label, disk
        self.shape = shape or machine.Demo()
        self.failed_before = claims.failed

    @classmethod
    def begin(cls, out, disk_image, shape=None, raw=False, label=""):
        """In an empty folder, with a disk of its own on top of the image."""
        out = pathlib.Path(out)
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        disk = out / ("disk.raw" if raw else "disk.qcow2")
        (store.copy_disk if raw else store.overlay)(disk_image, disk)
        print(f"--- {out.name}", flush=True)
        return cls(out, label, disk, shape)

    def _rows(self):
        table = self.out / "boots.tsv"
        return [line.split("\t") for line in table.read_text().splitlines()] if table.exists() else []

    @property
    def ends(self):
        """How each boot so far ended."""
        return [row[1] for row in self._rows()]

    @property
    def seconds(self):
        return {row[0]: int(row[2]) for row in self._rows()}

    def evidence(self, number):
        return Evidence(self.out / f"boot-{number}")

    @property
    def last(self):
        return self.evidence(len(self.ends))

    def run(self, most):
        """Boots until the power is off, at most `most` times. Without the evidence of the last boot the rest of the
        case means nothing."""
        done = machine.boots(self.shape.machine(self.disk), self.out, most, self.shape.timeout, self.shape.progress)
        if not claim(f"{self.label}the machine comes up and powers off", done[-1].end == "poweroff", done[-1].end):
            raise Failed("the machine does not come up")
        if not claim(f"{self.label}the machine hands out its evidence", (self.last / "exit-codes").exists()):
            raise Failed("there is no evidence")
        return self.last

    def ended_with(self, text, *ends):
        claim(f"{self.label}{text}", self.ends == list(ends), " ".join(self.ends))

    def done(self):
        """Removes the disk where every claim since the begin held."""
        if claims.failed == self.failed_before:
            self.disk.unlink(missing_ok=True)
        else:
            store.kept(self.disk)


def try_demo(test, wanted, *options, out=None, log=None):
    """One run of images/try that ends with the exit code `wanted`: its boots. `log`: a file for what it says."""
    out = out or test.out
    words = [SOURCE / "images/try", "--no-install", "--deb", test.deb, "--out", out, "--keep-disk", *options]
    run = subprocess.Popen([str(word) for word in words], stderr=subprocess.PIPE, text=True)
    said = []
    for line in run.stderr:
        print(line, end="", file=sys.stderr, flush=True)
        said.append(line)
    code = run.wait()
    if log:
        pathlib.Path(log).write_text("".join(said))
    boots = Boots(out, disk=out / "disk.qcow2")
    claim(f"images/try {' '.join(options)} ends with exit code {wanted}", code == wanted, code)
    if not (boots.last / "exit-codes").exists():   # nothing to look at
        store.kept(boots.disk)
        test.verdict()
    return boots
