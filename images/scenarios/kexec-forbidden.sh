# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
SCENARIO_ABOUT='[boot] reboot = kexec on a host that forbids it: one full reboot instead'
SCENARIO_BUILD=(--layer "$here/scenarios/kexec-forbidden")
sed -i 's/^reboot = reboot .*/reboot = kexec/' "$SCENARIO_POLICY"
