# SPDX-License-Identifier: GPL-2.0-or-later
"""A host with vfirst on it, as the trial tests see one: plans with a name of their own on the kernel command line, and
the disk with the package that the whole run shares."""
import base64
import fcntl
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

from machine import Failed, Machine

here = pathlib.Path(__file__).resolve().parent
NAME = "vftest.plan="        # a dotted word no module claims: the kernel keeps it, and says nothing
TRIAL = "vfirst.trial="


def claim(text, holds, seen=""):
    if not holds:
        raise Failed(f"{text}{f': {seen}' if seen else ''}")


def policy(name, extra="", pages=64):
    return (f"[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n\n[hugepages]\nsize = 2M\nper-node = {pages}\nhost-reserve = 512M\n\n"
            f"[kernel]\nextra = {NAME}{name} {extra}\n")


def plan_of(line):
    """The plan whose arguments a command line carries; "" for none. Two at once are no plan's."""
    names = [word.removeprefix(NAME) for word in line if word.startswith(NAME)]
    claim("a command line carries one plan", len(names) < 2, " ".join(line))
    return names[0] if names else ""


def is_trial(line):
    return any(word.startswith(TRIAL) for word in line)


class Host(Machine):
    def __init__(self, disk, firmware, serial, extra=()):
        super().__init__(disk, firmware, serial, extra)
        self.arguments = {"": []}   # of every plan that was wanted here, as `vfirst plan` names them
        self.good = ""              # the plan that it runs for good
        self.how = ""               # an option of apply's, where it has no trial
        self.apply_seconds = 2.0

    def run(self, command, limit=60):
        code, text = self.shell(command, limit)
        claim(f"{command} succeeds", code == 0, text.strip())
        return text.strip()

    def put(self, path, data):
        self.run(f"mkdir -p $(dirname {path}) && base64 --decode <<< {base64.b64encode(data).decode()} > {path}")

    def vfio_user(self):
        """/run/vfio-user, which holds a VF as a guest does."""
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "vfio-user"
            subprocess.run(["gcc", "-Os", "-s", "-o", program, here / "vfio-user.c"], check=True)
            self.put("/run/vfio-user", program.read_bytes())
        self.run("chmod 755 /run/vfio-user")

    def affinity(self, device):
        """{number of an interrupt: its CPUs}, of those that are requested."""
        text = self.run(f"cd /sys/bus/pci/devices/{device}/msi_irqs 2>/dev/null || exit 0; for i in *; do [ -e /proc/irq/$i/smp_affinity_list ] && echo $i $(cat /proc/irq/$i/smp_affinity_list); done; true")
        return {int(number): cpus for number, cpus in (line.split() for line in text.splitlines())}

    def came_up_with(self, *plans, line=None):
        """Which of these plans the host runs; all of its arguments are there, or none of any."""
        line = line or self.up()
        name = plan_of(line)
        claim(f"the host came up with the arguments of {' or '.join(map(repr, plans))}", name in plans, " ".join(line))
        missing = [word for word in self.arguments[name] if word not in line]
        claim(f"every argument of plan {name!r} is there", not missing, " ".join(missing))
        claim("and none of another plan", name or not any(word.startswith(("isolcpus=", "hugepages=")) for word in line), " ".join(line))
        return name

    def vfirst(self, words, wanted=0, limit=90):
        code, text = self.shell(f"vfirst {words}", limit)
        claim(f"vfirst {words} ends with exit code {wanted}", wanted is None or code == wanted, f"{code}: {text.strip()}")
        return text

    def journal(self):
        return self.shell("journalctl -b --no-pager -o cat -u vfirst-verify -u vfirst-confirm -u vfirst-provision | tail -n 60")[1]

    def trial_state(self):
        return json.loads(self.vfirst("status --json 2>/dev/null"))["trial"]["state"]

    def next_plan(self):
        """The plan that the next boot takes its arguments from, as status says."""
        return plan_of(json.loads(self.vfirst("status --json 2>/dev/null"))["next"]["arguments"].split())

    def want(self, name, extra="", pages=64):
        """Makes this the policy and notes what it plans; nothing is written to the loader yet."""
        text = policy(name, extra, pages)
        text = base64.b64encode(text.encode()).decode()
        code, said = self.shell(f"base64 --decode <<< {text} > /etc/vfirst/policy.d/50-trial.ini && sync -f /etc")
        claim("the policy is written", code == 0, said)
        self.arguments[name] = self.vfirst("plan --cmdline 2>/dev/null").split()
        claim("the plan has its name on the command line", NAME + name in self.arguments[name], str(self.arguments[name]))

    def arm(self, name, extra="", pages=64):
        self.want(name, extra, pages)
        start = time.monotonic()
        self.vfirst("apply")
        self.apply_seconds = time.monotonic() - start
        claim("apply arms a trial", self.trial_state() == "armed", self.trial_state())


def package(build):
    """The packages of the finished build, vfirst's first: tests/vm/lib.sh makes them once for all tests of a run."""
    script = 'set -u; . "$1/lib.sh" "$2"; . "$1/../../images/lib/debs.sh"; deb=$(vm_package) && demo_debs "$deb"'
    return subprocess.run(["bash", "-c", script, "trial", str(here), str(build)], check=True, stdout=subprocess.PIPE, text=True).stdout.split()


def golden(build, filesystem, layer=None):
    """A disk that has never booted, kept beside the golden images. layer: a folder of files that come on top."""
    debs = package(build)
    key = hashlib.sha256(b"".join(pathlib.Path(deb).read_bytes() for deb in debs))
    for file in sorted(here.glob("guest/**/*")) + [here / "trial-image", here / "trial-masked-units"] + sorted((here / "../../images/golden").glob("**/*")) + sorted(layer.glob("**/*") if layer else []):
        if file.is_file():
            key.update(file.read_bytes())
    folder = pathlib.Path(os.environ.get("VFIRST_CACHE", "/var/tmp/vfirst-cache"))
    folder.mkdir(parents=True, exist_ok=True)
    kind = layer.name if layer else filesystem
    image = folder / f"trial-{kind}-{key.hexdigest()[:16]}.raw"
    with open(folder / "trial-lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not image.exists():
            subprocess.run([here / "trial-image", "--deb", debs[0], *(["--layer", layer] if layer else []), filesystem, f"{image}.new"], check=True)
            os.rename(f"{image}.new", image)
            for old in sorted(folder.glob(f"trial-{kind}-*.raw"), key=os.path.getmtime)[:-2]:
                old.unlink()
    return image


def copy_disk(image, disk):
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(image), str(disk)], check=True)
