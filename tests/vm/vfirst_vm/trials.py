# SPDX-License-Identifier: GPL-2.0-or-later
"""Trials on whole hosts: the cases that every boot loader has, and the rows in which they run.

A row is a firmware, a filesystem of /boot and its cases. What a case returns is its remark in the table."""
import time

from vfirst_vm import store
from vfirst_vm.claims import Failed, claim, demand
from vfirst_vm.host import Host, back, is_trial, tried

HANG_LIMIT = 120     # seconds; the trial's own watchdog waits 90


# ---- the cases ----
def first_boot(host):
    """Of a disk that has never booted."""
    host.came_up_with("", line=host.booted())
    host.up()


def kept(host):
    first_boot(host)
    return confirmed(host)


def confirmed(host):
    line = tried(host, "good")
    demand("a panic would end it", any(word.startswith("panic=") for word in line), " ".join(line))
    host.came_up_with("good")
    state = host.trial_state()
    demand("verify was green and it is confirmed", state == "none", state + "\n" + host.journal())
    host.reboot()
    line = host.booted()
    demand("the third boot is no trial", not is_trial(line) and not any(word.startswith("panic=") for word in line),
           " ".join(line))
    host.came_up_with("good")
    host.vfirst("verify")
    host.good = "good"
    return "for good in boot 3"


def panic(host):
    tried(host, "panic", "rdinit=/nonexistent")
    host.wait(r"Kernel panic - not syncing", HANG_LIMIT, "panic")
    remark = back(host, "panic")
    demand("status knows", host.trial_state() == "failed", host.trial_state())
    host.vfirst("apply", wanted=None)
    demand("the same plan is not tried again by itself", host.trial_state() == "failed", host.trial_state())
    return remark


def cut_apply(host):
    """The power fails three times while apply writes, early, in the middle, late."""
    remarks = []
    for share in (0.35, 0.65, 0.95):
        name = f"cut{share}"
        host.want(name, pages=128)
        host.say(f"vfirst apply {host.how}")
        time.sleep(share * host.apply_seconds)
        host.off()
        host.on()
        line = host.booted()
        now = host.came_up_with(host.good, name)
        demand("new arguments come as a trial", now == host.good or is_trial(line) or host.how, " ".join(line))
        remarks.append("old" if now == host.good else "new")
        # A trial that is up has confirmed itself.
        state = host.trial_state()
        demand("nothing is left half done", state == "none" or (now == host.good and state == "failed"), state)
        # GRUB reads no journal, the kernel does: what it finds there when it mounts /boot counts from the boot after.
        after = host.next_plan() if host.how else now
        demand("status says what the next boot gets: the old arguments or the new ones", after in (host.good, name),
               after)
        host.good = after
    return "came up with " + ", ".join(remarks)


def cut_trial(host):
    """The power fails as the trial's kernel starts, and again in its initramfs."""
    for seconds in (0.5, 6):
        tried(host, f"cut{seconds}", pages=80)
        time.sleep(seconds)
        host.off()
        host.on()
        remark = back(host, f"cut{seconds}")
    return remark


# ---- rows of cases ----
class Row:
    """The cases of a row, one after the other on one disk. After a case that failed the next one begins anew: its host
    gets another disk and goes through the row's first case before."""
    def __init__(self, test, row, image):
        self.firmware, filesystem, *_ = row.split("/")
        self.image = image(filesystem)
        self.row, self.folder = row, test.out / row.replace("/", "-")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.host = None

    def fresh(self, first):
        """A host on a disk of its own. The disk of a case that failed stays."""
        disk = self.folder / f"{first}.raw"
        store.copy_disk(self.image, disk)
        self.host = Host(disk, self.firmware, self.folder / f"{first}.serial.log")
        self.host.disk = disk
        self.host.on()

    def run(self, cases):
        """Whether each case came to its end, in a table."""
        good = []
        try:
            for case in cases:
                good.append(self.one(case, cases[0]))
                if not good[0]:
                    break
        finally:
            if self.host:
                self.host.off()
                if good and good[-1]:
                    self.host.disk.unlink()
        claim(f"{self.row}: every case was run and came to its end", len(good) == len(cases) and all(good),
              f"{sum(good)} of {len(cases)}")

    def one(self, case, first):
        name, start = case.__name__, time.monotonic()
        try:
            if not self.host:
                self.fresh(name)
            elif not self.host.power:
                # The case before has failed.
                self.fresh(f"before-{name}")
                first(self.host)
            remark, good = case(self.host), True
        except Failed as why:
            remark, good = str(why).splitlines()[0], False
            self.host.report()
            self.host.off()
            store.kept(self.host.disk)
        seconds = time.monotonic() - start
        print(f"{self.row:14} {name:13} {'ok' if good else 'FAILED':6} {seconds:4.0f} s  {remark}", flush=True)
        return good


def run_rows(test, rows, image):
    """The rows that the command line names, or all: {FIRMWARE/FILESYSTEM: cases}. `image`: makes the disk for a
    filesystem."""
    for word in test.words or rows:
        row, _, names = word.partition(":")
        cases = rows[row]
        Row(test, row, image).run([case for case in cases
                                   if not names or case is cases[0] or case.__name__ in names.split(",")])
