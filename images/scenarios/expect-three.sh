# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
SCENARIO_ABOUT='the policy expects three uplink PFs, the machine has two: no argument is written'
SCENARIO_REBOOTS=0
sed -i 's/^expect = 2 /expect = 3 /' "$SCENARIO_POLICY"
