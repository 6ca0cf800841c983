# SPDX-License-Identifier: GPL-2.0-or-later
"""Ironic deploy step: the new system gets its kernel arguments before its first boot.

A hardware manager for ironic-python-agent. In the ramdisk image, its package names it in the entry point group
``ironic_python_agent.hardware_managers``. A deploy template asks for the step after write_image (80) and before
prepare_instance_boot (60)::

    {"interface": "deploy", "step": "apply_vfirst", "priority": 70,
     "args": {"policy": "[cpu]\\nreserved-cores-per-node = 1\\nisolate = yes\\n"}}

The image has the vfirst package. The step runs it in the new root with the machine's own /proc and /sys, so the plan is
for this machine. There is no trial: there are no arguments from before to go back to. The host needs only one boot.
"""

import os
import subprocess
import tempfile

from ironic_python_agent import errors
from ironic_python_agent import hardware

POLICY = "etc/vfirst/policy.d/60-ironic.ini"
BOUND = ("dev", "proc", "sys")


def _run(*words):
    ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)
    if ended.returncode != 0:
        lines = ended.stderr.strip().splitlines()
        why = lines[-1] if lines else "exit code %d" % ended.returncode
        raise errors.DeploymentError("%s: %s" % (" ".join(words), why))
    return ended.stdout


def _file_systems(device):
    """The partitions of the disk that hold a file system: (path, type), in their order."""
    found = []
    for line in _run("lsblk", "--noheadings", "--pairs", "--output", "PATH,FSTYPE", device).splitlines():
        pair = dict(word.split("=", 1) for word in line.split(" ", 1))
        path, kind = (pair.get(key, "").strip().strip('"') for key in ("PATH", "FSTYPE"))
        if kind and kind not in ("swap", "vfat"):
            found.append((path, kind))
    return found


class VfirstHardwareManager(hardware.HardwareManager):
    HARDWARE_MANAGER_NAME = "VfirstHardwareManager"
    HARDWARE_MANAGER_VERSION = "1"

    def evaluate_hardware_support(self):
        return hardware.HardwareSupport.SERVICE_PROVIDER

    def get_deploy_steps(self, node, ports):
        return [{
            "step": "apply_vfirst",
            "priority": 0,
            "interface": "deploy",
            "reboot_requested": False,
            "argsinfo": {
                "policy": {"description": "The text of a policy for this host, beside those in the image.",
                           "required": False},
            },
        }]

    def apply_vfirst(self, node, ports, policy=None):
        device = hardware.dispatch_to_managers("get_os_install_device")
        for path, kind in _file_systems(device):
            # Not a TemporaryDirectory: Python would empty it, and it may still be mounted.
            root = tempfile.mkdtemp()
            _run("mount", "-t", kind, path, root)
            try:
                if os.path.exists(os.path.join(root, "usr/sbin/vfirst")):
                    return self._apply(root, policy)
            finally:
                _run("umount", "--recursive", root)
                os.rmdir(root)
        raise errors.DeploymentError("no file system on %s has /usr/sbin/vfirst: is the package in the image?" % device)

    def _apply(self, root, policy):
        for name in BOUND:
            _run("mount", "--rbind", "/" + name, os.path.join(root, name))
            _run("mount", "--make-rslave", os.path.join(root, name))
        _run("chroot", root, "mount", "--all", "--types", "ext4,xfs,vfat")       # /boot, the EFI system partition
        if policy:
            path = os.path.join(root, POLICY)
            os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(policy)
            os.chmod(path, 0o644)
        return _run("chroot", root, "/usr/sbin/vfirst", "apply", "--no-trial", "--json")
