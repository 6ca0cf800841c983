# SPDX-License-Identifier: GPL-2.0-or-later
"""A host with vfirst on it, as the trial tests see one: plans with a name of their own on the kernel command line."""
import base64
import contextlib
import json
import pathlib
import tempfile
import time

from vfirst_vm import TESTS
from vfirst_vm.claims import Failed, claim, demand
from vfirst_vm.guest import Guest, trial_machine
from vfirst_vm.store import case_disk, compiled

NAME = "vftest.plan="        # a word with a dot that no module claims: the kernel keeps it, and says nothing
TRIAL = "vfirst.trial="


def policy(name, extra="", pages=64):
    return (f"[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n\n"
            f"[hugepages]\nsize = 2M\nper-node = {pages}\nhost-reserve = 512M\n\n"
            f"[kernel]\nextra = {NAME}{name} {extra}\n")


def plan_of(line):
    """The plan whose arguments a command line carries; "" for none. Two at once are no plan's."""
    names = [word.removeprefix(NAME) for word in line if word.startswith(NAME)]
    demand("a command line carries one plan", len(names) < 2, " ".join(line))
    return names[0] if names else ""


def is_trial(line):
    return any(word.startswith(TRIAL) for word in line)


class Host(Guest):
    def __init__(self, disk, firmware, serial, **more):
        """`more`: fields of the machine's description."""
        super().__init__(trial_machine(disk, firmware, **more), serial)
        self.arguments = {"": []}   # of every plan that was wanted here, as `vfirst plan` names them
        self.good = ""              # the plan that it runs for good
        self.how = ""               # an option of apply's, where it has no trial
        self.apply_seconds = 2.0

    def run(self, command, limit=60):
        """What a command says that must succeed."""
        code, text = self.shell(command, limit)
        if code != 0:
            demand(f"{command} succeeds", False, f"{code}: {text.strip()}")
        return text.strip()

    def put(self, path, data):
        packed = base64.b64encode(data).decode()
        self.run(f"mkdir -p $(dirname {path}) && base64 --decode <<< {packed} > {path}")

    def vfio_user(self):
        """/run/vfio-user, which holds a VF as a guest does."""
        with tempfile.TemporaryDirectory() as folder:
            program = compiled(TESTS / "vfio-user.c", pathlib.Path(folder) / "vfio-user", "-s")
            self.put("/run/vfio-user", program.read_bytes())
        self.run("chmod 755 /run/vfio-user")

    def affinity(self, device):
        """{number of an interrupt: its CPUs}, of those that are requested. One may go while the others are read."""
        text = self.run(f"cd /sys/bus/pci/devices/{device}/msi_irqs 2>/dev/null || exit 0; for i in *; do "
                        "cpus=$(cat /proc/irq/$i/smp_affinity_list 2>/dev/null) && echo $i $cpus; done; true")
        return {int(number): cpus for number, cpus in (line.split() for line in text.splitlines())}

    def came_up_with(self, *plans, line=None):
        """Which of these plans the host runs; all of its arguments are there, or none of any."""
        line = line or self.up()
        name = plan_of(line)
        demand(f"the host came up with the arguments of {' or '.join(map(repr, plans))}", name in plans,
               " ".join(line))
        missing = [word for word in self.arguments[name] if word not in line]
        demand(f"every argument of plan {name!r} is there", not missing, " ".join(missing))
        none = not any(word.startswith(("isolcpus=", "hugepages=")) for word in line)
        demand("and none of another plan", name or none, " ".join(line))
        return name

    def vfirst(self, words, wanted=0, limit=90):
        """What this command says. `wanted`: its exit code; None where the caller does not mind."""
        code, text = self.shell(f"vfirst {words}", limit)
        if wanted is not None:
            demand(f"vfirst {words} ends with exit code {wanted}", code == wanted, f"{code}: {text.strip()}")
        return text

    def journal(self):
        units = "-u vfirst-verify -u vfirst-confirm -u vfirst-provision"
        return self.shell(f"journalctl -b --no-pager -o cat {units} | tail -n 60")[1]

    def status(self):
        return json.loads(self.vfirst("status --json 2>/dev/null"))

    def trial_state(self):
        return self.status()["trial"]["state"]

    def next_plan(self):
        """The plan that the next boot takes its arguments from, as status says."""
        return plan_of(self.status()["next"]["arguments"].split())

    def want(self, name, extra="", pages=64):
        """Makes this the policy and notes what it plans; nothing is written to the loader yet."""
        text = base64.b64encode(policy(name, extra, pages).encode()).decode()
        code, said = self.shell(f"base64 --decode <<< {text} > /etc/vfirst/policy.d/50-trial.ini && sync -f /etc")
        demand("the policy is written", code == 0, said)
        self.arguments[name] = self.vfirst("plan --cmdline 2>/dev/null").split()
        demand("the plan has its name on the command line", NAME + name in self.arguments[name],
               str(self.arguments[name]))

    def arm(self, name, extra="", pages=64):
        self.want(name, extra, pages)
        start = time.monotonic()
        self.vfirst("apply")
        self.apply_seconds = time.monotonic() - start
        state = self.trial_state()
        demand("apply arms a trial", state == "armed", state)

    def report(self):
        """What a reader of a failed case wants to see."""
        try:
            if self.power and self.power.alive():
                print(self.shell("journalctl -b --no-pager -o short-monotonic | grep -i -E 'vfirst|fault' | "
                                 "tail -n 60; vfirst verify", 60)[1], flush=True)
        except Failed as why:
            print(why, flush=True)
        print(f"--- the end of its serial line\n{self.said()[-3000:]}\n---", flush=True)

    def settle_units(self):
        """Waits until no unit of vfirst is on its way."""
        self.run("for i in $(seq 60); do systemctl list-jobs --no-legend --plain 'vfirst*' | grep -q . || exit 0; "
                 "sleep 1; done; exit 1", 90)


# ---- the ends of a trial ----
BOOTS_BACK = 2


def tried(host, name, extra="", pages=64):
    """Arms a plan and restarts into its trial, which begins."""
    host.arm(name, extra, pages)
    host.reboot()
    line = host.booted()
    demand("the next boot is the trial", plan_of(line) == name and is_trial(line), " ".join(line))
    return line


def back(host, failed):
    """The old arguments again, at the latest in the second boot from here, and the failed ones never twice."""
    for boot in range(1, BOOTS_BACK + 1):
        line = host.booted()
        if plan_of(line) == host.good and not is_trial(line):
            host.came_up_with(host.good)
            return f"back in boot {boot}"
        demand("the arguments that failed were given once", plan_of(line) != failed, " ".join(line))
    raise Failed(f"not back within {BOOTS_BACK} boots")


@contextlib.contextmanager
def one_host(test, image, kind=Host, name="", firmware="seabios", **more):
    """A test's host, switched on: a copy of the image in the machine described by `more`. A case that cannot go on is
    a failure, with the host's journal. The disk stays where a claim failed."""
    stem = f"{name}." if name else ""
    with case_disk(test.out / f"{name or 'disk'}.raw", image) as disk:
        host = kind(disk, firmware, test.out / f"{stem}serial.log", **more)
        try:
            host.on()
            yield host
        except Failed as why:
            # A claim has failed already where demand() raised; a wait that ran out has not been counted.
            claim(f"{name or test.name} comes to its end", False, why)
            host.report()
        finally:
            host.off()
