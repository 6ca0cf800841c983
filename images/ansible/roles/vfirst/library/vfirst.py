#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ansible module: the policy and the kernel arguments of one host."""

DOCUMENTATION = r"""
module: vfirst
short_description: Gives a host its vfirst policy and the kernel arguments planned from it
description:
  - The policy is tried before it is put in place. One that vfirst refuses changes nothing.
  - In check mode nothing is written; the answer is that of C(vfirst plan --detailed-exitcode).
options:
  policy:
    description: Text of the policy. Empty leaves the host's own as it is.
    type: str
    default: ""
  policy_file:
    description: Its name in /etc/vfirst/policy.d; ends in .ini.
    type: str
    default: 50-ansible.ini
  trial:
    description: One boot on trial first, where the policy and the boot loader allow it.
    type: bool
    default: true
"""

RETURN = r"""
policy_changed: {description: The policy file was, or would be, written., type: bool, returned: success}
reboot_required: {description: The running kernel lacks the planned arguments., type: bool, returned: success}
cmdline: {description: The planned arguments., type: str, returned: success}
"""

import glob
import json
import os
import shutil

from ansible.module_utils.basic import AnsibleModule

OURS = "/etc/vfirst/policy.d"
SEARCH_PATH = ("/usr/lib/vfirst/policy.d", OURS, "/run/vfirst/policy.d")


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


class Host:
    def __init__(self, module):
        self.module = module
        self.vfirst = module.get_bin_path("vfirst", required=not module.check_mode)

    def run(self, *words, accept=(0,)):
        code, out, err = self.module.run_command([self.vfirst, *words])
        if code not in accept:
            lines = err.strip().splitlines() or ["exit code %d" % code]
            self.module.fail_json(msg=lines[-1], rc=code, stdout=out, stderr=err, cmd=["vfirst", *words])
        return code, out

    def write(self, path, text):
        os.makedirs(OURS, mode=0o755, exist_ok=True)
        new = os.path.join(self.module.tmpdir, os.path.basename(path))
        with open(new, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(new, 0o644)
        self.module.atomic_move(new, path)

    def search_path_with(self, name, text):
        """--policy words for the host's own search path, with this text in place of the file of that name."""
        folder = os.path.join(self.module.tmpdir, "policy.d")
        os.mkdir(folder)
        for path in glob.glob(OURS + "/*.ini"):
            if not os.path.getsize(path) and os.path.exists(os.path.join(SEARCH_PATH[0], os.path.basename(path))):
                self.module.fail_json(
                    msg="%s masks a file of the package, which a plan with another policy cannot follow" % path)
            if os.path.getsize(path):
                shutil.copy(path, folder)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        words = []
        for place in SEARCH_PATH:
            place = folder if place == OURS else place
            if glob.glob(place + "/*.ini"):
                words += ["--policy", place]
        return words


def main():
    module = AnsibleModule(
        argument_spec={
            "policy": {"type": "str", "default": ""},
            "policy_file": {"type": "str", "default": "50-ansible.ini"},
            "trial": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    text, name = module.params["policy"], module.params["policy_file"]
    if "/" in name or name.startswith(".") or not name.endswith(".ini"):
        module.fail_json(msg="policy_file: '%s' is not a file name that ends in .ini" % name)
    if text and not text.endswith("\n"):
        text += "\n"
    host = Host(module)
    path = os.path.join(OURS, name)
    before = read(path)
    policy_changed = bool(text) and text != before
    result = {"changed": policy_changed, "policy_changed": policy_changed, "reboot_required": False, "cmdline": ""}
    if not host.vfirst:                                            # check mode, and the package would be installed
        module.exit_json(msg="vfirst is not installed yet: its plan is not known", **dict(result, changed=True))

    words = host.search_path_with(name, text) if policy_changed else []
    code, diff = host.run("plan", "--diff", "--detailed-exitcode", *words, accept=(0, 2, 4))
    result["cmdline"] = host.run("plan", "--cmdline", *words)[1].strip()
    result["changed"] = policy_changed or code == 2
    result["reboot_required"] = code != 0
    if module._diff:
        result["diff"] = []
        if policy_changed:
            result["diff"] = [{"before_header": path, "after_header": path, "before": before or "", "after": text}]
        if code == 2:
            result["diff"].append({"prepared": diff})
    if module.check_mode:
        module.exit_json(**result)

    if policy_changed:
        host.write(path, text)
    words = ["apply", "--json"] + ([] if module.params["trial"] else ["--no-trial"])
    code, out, err = module.run_command([host.vfirst, *words])
    if code != 0:
        if policy_changed:                                         # a host keeps the policy that its arguments are from
            if before is None:
                os.unlink(path)
            else:
                host.write(path, before)
        lines = err.strip().splitlines() or ["exit code %d" % code]
        module.fail_json(msg=lines[-1], rc=code, stdout=out, stderr=err, cmd=["vfirst", *words])
    applied = json.loads(out)
    result["changed"] = policy_changed or applied["wrote"]
    result["reboot_required"] = applied["reboot_required"]
    module.exit_json(**result)


if __name__ == "__main__":
    main()
