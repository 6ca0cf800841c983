# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine of the next boot: some policies are planned in one first boot of a machine, and for each a second boot
gets the planned arguments. What must be as planned in every second boot is claimed here; the machines are those of the
tests next-boot and next-memory."""
import os

from vfirst_vm import machine, two_boots
from vfirst_vm.claims import Failed, claim, demand
from vfirst_vm.demo import Test
from vfirst_vm.two_boots import cpus

# Seconds.
BOOT_S = int(os.environ.get("VFIRST_BOOT_S", "600"))


def policy(cores=1, extra="", pages="", more=""):
    """A policy with so many reserved cores a node. `pages`: lines of [hugepages]."""
    out = f"[cpu]\nreserved-cores-per-node = {cores}\nisolate = yes\n"
    out += f"[hugepages]\nsize = 1G\nhost-reserve = 1G\n{pages}\n" if pages else ""
    return out + (f"[kernel]\n{extra}\n" if extra else "") + more


def two_nodes(**more):
    return machine.Machine(**({"smp": "8,sockets=2,cores=2,threads=2", "memory": "4G", "nodes": 2, "bridges": False} |
                              more))


class Case:
    """A policy of a group: its plan in the first boot, and the second boot."""
    def __init__(self, group, name, first, boots):
        self.group, self.name, self.first, self.boots = group, name, first, boots
        self.label = f"{group.name}, {name}"

    def planned(self):
        demand(f"{self.label}: there is a plan", self.first.code(self.name) == 0, self.first.text(self.name))
        self.plan = self.first.document(self.name)
        print(f"        plans: {self.plan['cmdline']}", flush=True)
        return self.plan

    def finding(self, code):
        """The messages of the findings with this code."""
        return [one["message"] for one in self.plan["findings"] if one["code"] == code]

    def booted(self):
        self.second = self.boots.second(self.group, self.name, self.plan["cmdline"])
        return self.second

    def as_planned(self):
        """What every second boot must show."""
        plan, second, label = self.plan, self.second, self.label
        reserved, isolated = cpus(plan["cpu"]["reserved"]), cpus(plan["cpu"]["isolated"])
        online = second.cpus("online")
        claim(f"{label}: CPUs {plan['cpu']['reserved']} are the host's, {plan['cpu']['isolated']} are isolated",
              second.cpus("isolated") == isolated and second.cpus("nohz_full") == isolated and
              online - isolated == reserved,
              f"online {sorted(online)}, isolated {sorted(second.cpus('isolated'))}, "
              f"nohz_full {sorted(second.cpus('nohz_full'))}")
        cores = second.shared("topology/thread_siblings_list")
        claim(f"{label}: both are whole cores of this boot", all(not (core & reserved and core & isolated)
                                                                 for core in cores), cores)
        bare = [node for node, its in second.nodes().items() if its and not its & reserved]
        claim(f"{label}: each node with CPUs has a reserved one", not bare, bare)
        pages = {node: 0 for node in second.pages()} | {one["node"]: one["pages"] for one in plan["hugepages"]}
        claim(f"{label}: 1G pages by node: {pages}", second.pages() == pages, second.pages())
        claim(f"{label}: early boot is complete", second.code("boot") == 0, second.text("boot"))
        claim(f"{label}: verify is green", second.code("verify") == 0, second.text("shown"))
        again = second.document("plan")
        claim(f"{label}: the second plan is the first one", again["cmdline"] == plan["cmdline"] and
              again["hash"] == plan["hash"], f"{again['cmdline']} ({again['hash']}, not {plan['hash']})")
        told = [[one["message"] for one in each["findings"] if one["code"].startswith(("foreign", "argument-"))]
                for each in (plan, again)]
        claim(f"{label}: it says the same of these arguments", told[0] == told[1], told)


class Rows:
    """The rows of one test; each kernel's initramfs is made once."""
    def __init__(self, program):
        self.test = Test(program)
        self.of = {}

    def boots(self, newest):
        if newest not in self.of:
            kernel = two_boots.newest_kernel() if newest else two_boots.usual_kernel()
            self.of[newest] = two_boots.Boots(self.test.out, kernel, self.test.vfirst, BOOT_S)
        return self.of[newest]

    def cases(self, group):
        """Each case of the group, behind its first boot."""
        boots = self.boots(group.newest)
        first = boots.first(group)
        return [Case(group, name, first, boots) for name in group.policies]

    def each(self, group, check=None):
        """Plans and boots each case. `check`: what is claimed besides."""
        for case in self.cases(group):
            try:
                case.planned()
                case.booted()
                case.as_planned()
                if check:
                    check(case)
            except Failed as why:
                print(f"{case.label}: {why}; the other cases go on", flush=True)

    def run(self, table):
        """The rows that the command line names, or all; and the verdict."""
        for row in self.test.rows(table):
            try:
                row()
            except Failed as why:
                print(f"{why}; the other rows go on", flush=True)
        self.test.verdict()
