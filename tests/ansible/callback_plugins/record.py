# SPDX-License-Identifier: GPL-2.0-or-later
"""Ansible callback: a run as one JSON document on stdout. ansible-core itself has none."""

import json

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: stdout
short_description: One JSON document on stdout
description: Plays, their tasks, each host's result, and the end's counts.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "record"

    def __init__(self):
        super().__init__()
        self.plays = []

    def v2_playbook_on_play_start(self, play):
        self.plays.append({"name": play.get_name(), "tasks": []})

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.plays[-1]["tasks"].append({"name": task.get_name(), "hosts": {}})

    v2_playbook_on_handler_task_start = v2_playbook_on_cleanup_task_start = v2_playbook_on_task_start

    def _note(self, result, **_):
        self.plays[-1]["tasks"][-1]["hosts"][result._host.get_name()] = result._result

    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_unreachable = v2_runner_on_skipped = _note

    def v2_playbook_on_stats(self, stats):
        hosts = sorted(stats.processed)
        print(json.dumps({"plays": self.plays, "stats": {host: stats.summarize(host) for host in hosts}}, default=str))
