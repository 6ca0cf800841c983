# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
SCENARIO_ABOUT='the initramfs lacks the NIC driver: its VFs are made later, in the real root'
SCENARIO_BUILD=(--omit-driver igb)
