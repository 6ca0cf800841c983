# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests that boot machines share.

  claims     claim(), its stricter form demand(), and the verdict at a test's end (tests/lib/claims.py)
  store      packages, disks and kernels: made once, kept, and handed to each test
  guest      a machine whose power the test holds, with a shell in it
  host       such a machine with vfirst on it
  small      a host that is a kernel and a small initramfs with vfirst in it
  trials     the cases of a trial, and the rows in which they run
  arm64      a small arm64 machine with the cross-built package
  demo       golden images that provision themselves: runs of images/try, and of its parts
  evidence   what a boot of a golden image handed out

QEMU's command line is in images/lib/machine.py, which the demo uses too: `from vfirst_vm import machine`.
"""
import pathlib
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[3]
TESTS = SOURCE / "tests" / "vm"
sys.path[:0] = [str(SOURCE / "images" / "lib"), str(SOURCE / "tests" / "lib")]

import claims  # noqa: E402
import machine  # noqa: E402

# Under this package's name too, so that a test imports all that it needs from one place.
sys.modules |= {f"{__name__}.claims": claims, f"{__name__}.machine": machine}
