# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
SCENARIO_ABOUT='[boot] reboot = kexec: provisioned without a second pass of the firmware'
SCENARIO_REBOOTS=0
sed -i 's/^reboot = reboot .*/reboot = kexec/' "$SCENARIO_POLICY"
# Two kernels' boots in one run of QEMU
VM_TIMEOUT=900
