# SPDX-License-Identifier: GPL-2.0-or-later
"""images/ironic's deploy step against the interface of ironic-python-agent: what it runs, in which order, and what it
undoes."""

import importlib.util
import os
import shutil
import sys
import types
import unittest
from unittest import mock

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../images/ironic/vfirst_hardware_manager.py")


class DeploymentError(Exception):
    pass


def load():
    package = types.ModuleType("ironic_python_agent")
    package.errors = types.SimpleNamespace(DeploymentError=DeploymentError)
    package.hardware = types.SimpleNamespace(
        HardwareManager=object,
        HardwareSupport=types.SimpleNamespace(SERVICE_PROVIDER=3),
        dispatch_to_managers=lambda name: {"get_os_install_device": "/dev/sda"}[name])
    with mock.patch.dict(sys.modules, {"ironic_python_agent": package}):
        spec = importlib.util.spec_from_file_location("vfirst_hardware_manager", SOURCE)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


class Step(unittest.TestCase):
    def setUp(self):
        self.module = load()
        self.ran, self.mounted, self.fails = [], {}, ()
        self.lsblk = ('PATH="/dev/sda" FSTYPE=""\n'
                      'PATH="/dev/sda1" FSTYPE="vfat"\n'
                      'PATH="/dev/sda2" FSTYPE="xfs"\n'
                      'PATH="/dev/sda3" FSTYPE="ext4"\n')
        self.system = "/dev/sda3"
        self.policy = None

    def run_program(self, words, **_):
        self.ran.append(" ".join(words).replace(self.mounted.get("root", "?"), "ROOT"))
        code, out, err = 0, "", ""
        if words[0] == "lsblk":
            out = self.lsblk
        elif words[:2] == ("mount", "-t"):
            self.mounted["root"] = words[4]
            self.ran[-1] = self.ran[-1].replace(words[4], "ROOT")
            if words[3] == self.system:
                os.makedirs(words[4] + "/usr/sbin")
                open(words[4] + "/usr/sbin/vfirst", "w", encoding="utf-8").close()
        elif words[0] == "umount":
            shutil.rmtree(words[2])
            os.mkdir(words[2])
        elif words[0] == "chroot" and words[2].endswith("vfirst"):
            path = os.path.join(self.mounted["root"], self.module.POLICY)
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    self.policy = file.read()
            if "vfirst" in self.fails:
                code, out, err = 5, "", "vfirst: 60-ironic.ini:2: unknown key 'isolat'\n"
            else:
                code, out, err = 0, '{"schema": "vfirst.apply/1"}\n', ""
        return types.SimpleNamespace(returncode=code, stdout=out, stderr=err)

    def step(self, **words):
        manager = self.module.VfirstHardwareManager()
        with mock.patch.object(self.module.subprocess, "run", self.run_program):
            return manager.apply_vfirst({}, [], **words)

    def test_the_step_is_offered_and_runs_only_where_a_template_asks(self):
        step, = self.module.VfirstHardwareManager().get_deploy_steps({}, [])
        self.assertEqual((step["step"], step["priority"], step["interface"]), ("apply_vfirst", 0, "deploy"))
        self.assertTrue(hasattr(self.module.VfirstHardwareManager, step["step"]))
        self.assertFalse(step["argsinfo"]["policy"]["required"])

    def test_the_new_system_is_found_and_everything_is_unmounted(self):
        self.assertIn("vfirst.apply/1", self.step(policy="[cpu]\nisolate = yes\n"))
        self.assertEqual(self.ran, [
            "lsblk --noheadings --pairs --output PATH,FSTYPE /dev/sda",
            "mount -t xfs /dev/sda2 ROOT",
            "umount --recursive ROOT",
            "mount -t ext4 /dev/sda3 ROOT",
            "mount --rbind /dev ROOT/dev", "mount --make-rslave ROOT/dev",
            "mount --rbind /proc ROOT/proc", "mount --make-rslave ROOT/proc",
            "mount --rbind /sys ROOT/sys", "mount --make-rslave ROOT/sys",
            "chroot ROOT mount --all --types ext4,xfs,vfat",
            "chroot ROOT /usr/sbin/vfirst apply --no-trial --json",
            "umount --recursive ROOT"])
        self.assertEqual(self.policy, "[cpu]\nisolate = yes\n")

    def test_a_refusal_is_the_deployments_error_and_is_unmounted_too(self):
        self.fails = ("vfirst",)
        with self.assertRaisesRegex(DeploymentError, "60-ironic.ini:2: unknown key 'isolat'"):
            self.step()
        self.assertEqual(self.ran[-1], "umount --recursive ROOT")

    def test_an_image_without_the_package_is_named(self):
        self.system = ""
        with self.assertRaisesRegex(DeploymentError, "no file system on /dev/sda has /usr/sbin/vfirst"):
            self.step()


if __name__ == "__main__":
    unittest.main()
