# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
SCENARIO_ABOUT='a typo in the policy: refused whole, with file and line; the host boots as it is'
SCENARIO_REBOOTS=0
SCENARIO_BUILD=(--unsealed)
sed -i 's/^isolate = /isolat = /' "$SCENARIO_POLICY"
