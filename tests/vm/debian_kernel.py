# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel that the calibrations boot."""
import re
import subprocess
import sys


def run(*words, **more):
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def kernel(work):
    """Debian's newest 6.12 kernel, unpacked below `work`; downloaded once."""
    boot = work / "kernel" / "boot"
    if not list(boot.glob("vmlinuz-6.12*")):
        found = run("apt-cache", "search", "--names-only", r"^linux-image-6\.12\.[0-9.]+\+deb[0-9.]+-amd64$").split("\n")
        names = [line.split()[0] for line in found if line]
        if not names:
            sys.exit("calibrate: apt knows no linux-image-6.12 package")
        name = max(names, key=lambda n: [int(x) for x in re.findall(r"\d+", n)])
        (work / "kernel").mkdir(parents=True, exist_ok=True)
        run("apt-get", "-q", "download", name, cwd=work / "kernel")
        run("dpkg-deb", "-x", str(next((work / "kernel").glob("*.deb"))), str(work / "kernel"))
    return next(boot.glob("vmlinuz-6.12*"))
