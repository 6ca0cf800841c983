# SPDX-License-Identifier: GPL-2.0-or-later
"""A small emulated host whose power the test holds. It restarts by itself as often as it likes; what it was given and
where it got to is read off its serial line, and a line of shell goes in through a virtio port (tests/vm/guest)."""
import base64
import os
import pathlib
import re
import select
import socket
import time

from vfirst_vm.claims import Failed
from vfirst_vm.machine import ESCAPE, Disk, Machine, Run

UP = "trial-guest: up: "
# Seconds. A boot takes about 25 on an idle machine, and several times that beside a build.
BOOT_LIMIT = int(os.environ.get("VFIRST_BOOT_S", "420"))
FIRMWARE = {"seabios": "bios", "ovmf": "uefi"}


def trial_machine(disk, firmware="seabios", **more):
    """The description of the machine that a trial disk boots in."""
    disks = [Disk(str(disk), bootindex=0), *more.pop("disks", [])]
    return Machine(firmware=FIRMWARE[firmware], disks=disks, watchdog=True, job_port=True, restarts=True, **more)


class Guest:
    def __init__(self, machine, serial):
        self.machine = machine
        self.serial = pathlib.Path(serial)
        self.serial.parent.mkdir(parents=True, exist_ok=True)
        self.serial.write_bytes(b"")
        self.at = 0          # the serial line up to here is dealt with
        self.power = None    # the run of QEMU while the machine is on
        self.port = None
        self.heard = b""     # from the port, not yet taken as lines

    # ---- power ----
    def on(self):
        assert not self.power
        ours, theirs = socket.socketpair()
        port = ["-chardev", f"socket,id=job,fd={theirs.fileno()}"]
        self.power = Run(self.machine, self.serial, port, pass_fds=[theirs.fileno()])
        theirs.close()
        self.port, self.heard = ours, b""

    def off(self):
        """The power fails now: QEMU is killed, not asked."""
        if not self.power:
            return
        self.power.kill()
        self.port.close()
        self.power = None
        self.at = self.serial.stat().st_size

    # ---- the serial line ----
    def said(self):
        """Everything since the last match of wait()."""
        with open(self.serial, "rb") as file:
            file.seek(self.at)
            return ESCAPE.sub("", file.read().decode("latin-1"))

    def wait(self, pattern, limit, what):
        """Goes on behind the first match, and returns it. `limit`: seconds."""
        end = time.monotonic() + limit
        while True:
            alive = self.power.alive()
            with open(self.serial, "rb") as file:
                file.seek(self.at)
                raw = file.read()
            found = re.search(pattern.encode(), raw)
            if found:
                self.at += found.end()
                return found
            if not alive:
                raise Failed(f"QEMU ended while waiting for {what}: {self.power.said_by_qemu()}")
            if time.monotonic() > end:
                raise Failed(f"no {what} within {limit} s")
            time.sleep(0.1)

    def booted(self, limit=BOOT_LIMIT):
        """The command line of the next kernel that starts, in its own words."""
        found = self.wait(r"Kernel command line: ([^\r\n]*)\r?\n", limit, "kernel")
        return found[1].decode("latin-1").split()

    # ---- a shell in the guest ----
    def _line(self, limit):
        end = time.monotonic() + limit
        while b"\n" not in self.heard:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.port], [], [], left)[0]:
                raise Failed(f"the guest says nothing for {limit} s")
            more = self.port.recv(65536)
            if not more:
                raise Failed("the guest is gone")
            self.heard += more
        line, self.heard = self.heard.split(b"\n", 1)
        return line.decode()

    def up(self, limit=BOOT_LIMIT):
        """Waits until the host is up and every unit of vfirst has ended. The command line, as its own /proc says."""
        found = self.wait(UP + r"([^\r\n]*)\r?\n", limit, "host that is up")
        boot, *line = found[1].decode("latin-1").split()
        while self._line(30) != f"ready {boot}":
            pass   # left over from an earlier boot
        return line

    def say(self, command):
        assert "\n" not in command
        self.port.sendall(command.encode() + b"\n")

    def answer(self, limit=60):
        kind, code, text = (self._line(limit) + " ").split(" ", 2)
        if kind != "done":
            raise Failed(f"the guest restarted during a command: {kind}")
        return int(code), base64.b64decode(text).decode("utf-8", "replace")

    def shell(self, command, limit=60):
        """Exit code and output of a command."""
        self.say(command)
        return self.answer(limit)

    def reboot(self):
        self.say("systemctl --no-block reboot")
