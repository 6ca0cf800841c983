# SPDX-License-Identifier: GPL-2.0-or-later
"""One small emulated host whose power the test holds. It restarts by itself as often as it likes; what it was given and
where it got to is read off its serial line, and a line of shell goes in through a virtio port (tests/vm/guest)."""
import base64
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

OVMF = "/usr/share/OVMF/OVMF_{}_4M.fd"
# An Intel that the kernel knows to be free of Meltdown: page-table isolation doubles the time of an emulated boot.
CPU = "max,vendor=GenuineIntel,family=6,model=54,stepping=1,-svm"
UP = "trial-guest: up: "
BOOT_LIMIT = 420  # seconds; a boot takes about 25 on an idle machine, and several times that beside a build


class Failed(Exception):
    """A claim about the guest does not hold."""


class Machine:
    def __init__(self, disk, firmware, serial, extra=()):
        self.disk, self.firmware = disk, firmware
        self.serial = pathlib.Path(serial)
        self.serial.write_bytes(b"")
        self.extra = list(extra)   # more of QEMU's arguments
        self.at = 0          # what the serial line said before this is dealt with
        self.power = None
        self.words = b""

    # ---- power ----
    def on(self):
        assert not self.power
        ours, theirs = socket.socketpair()
        arguments = [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-cpu", CPU, "-smp", "4,cores=4", "-m", "2G",
            "-machine", "q35,sata=off,smbus=off,i8042=off,vmport=off", "-accel", "tcg,thread=single", "-rtc", "base=utc",
            # Writes reach the file in the order in which the guest made them; those of a killed QEMU stay.
            "-drive", f"if=none,id=root,file={self.disk},format=raw,cache=unsafe", "-device", "virtio-blk-pci,drive=root,bootindex=0",
            "-device", "i6300esb", "-action", "watchdog=reset", "-device", "virtio-serial-pci", "-chardev", f"socket,id=job,fd={theirs.fileno()}", "-device", "virtserialport,chardev=job,name=vfirst.job",
            "-chardev", f"file,id=line,path={self.serial},append=on", "-serial", "chardev:line"]
        if self.firmware == "ovmf":
            arguments += ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={OVMF.format('CODE')}",
                          "-drive", f"if=pflash,unit=1,format=raw,snapshot=on,file={OVMF.format('VARS')}"]
        self.power = subprocess.Popen(["timeout", "--kill-after=5", "3600"] + arguments + self.extra, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=open(f"{self.serial}.qemu", "a"), start_new_session=True)
        theirs.close()
        self.port, self.words = ours, b""

    def off(self):
        """The power fails now: QEMU is killed, not asked."""
        if not self.power:
            return
        os.killpg(self.power.pid, signal.SIGKILL)
        self.power.wait()
        self.port.close()
        self.power = None
        self.at = self.serial.stat().st_size

    # ---- the serial line ----
    def said(self):
        with open(self.serial, "rb") as file:
            file.seek(self.at)
            return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", file.read().decode("latin-1"))

    def wait(self, pattern, limit, what):
        """Goes on behind the first match, and returns it."""
        end = time.monotonic() + limit
        while True:
            with open(self.serial, "rb") as file:
                file.seek(self.at)
                raw = file.read()
            found = re.search(pattern.encode(), raw)
            if found:
                self.at += found.end()
                return found
            if self.power.poll() is not None:
                raise Failed(f"QEMU ended while waiting for {what}")
            if time.monotonic() > end:
                raise Failed(f"no {what} within {limit} s")
            time.sleep(0.1)

    def booted(self, limit=BOOT_LIMIT):
        """The command line of the next kernel that starts, in its own words."""
        return self.wait(r"Kernel command line: ([^\r\n]*)\r?\n", limit, "kernel")[1].decode("latin-1").split()

    # ---- a shell in the guest ----
    def _word(self, limit):
        end = time.monotonic() + limit
        while b"\n" not in self.words:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.port], [], [], left)[0]:
                raise Failed(f"the guest says nothing for {limit} s")
            more = self.port.recv(65536)
            if not more:
                raise Failed("the guest is gone")
            self.words += more
        word, self.words = self.words.split(b"\n", 1)
        return word.decode()

    def up(self, limit=BOOT_LIMIT):
        """The host is up, every unit of vfirst behind it: its command line, as its own /proc says."""
        boot, *line = self.wait(UP + r"([^\r\n]*)\r?\n", limit, "host that is up")[1].decode("latin-1").split()
        while self._word(30) != f"ready {boot}":
            pass                                                # left over from an earlier boot
        return line

    def say(self, command):
        assert "\n" not in command
        self.port.sendall(command.encode() + b"\n")

    def answer(self, limit=60):
        kind, code, text = (self._word(limit) + " ").split(" ", 2)
        if kind != "done":
            raise Failed(f"the guest restarted during a command: {kind}")
        return int(code), base64.b64decode(text).decode("utf-8", "replace")

    def shell(self, command, limit=60):
        self.say(command)
        return self.answer(limit)

    def reboot(self):
        self.say("systemctl --no-block reboot")
