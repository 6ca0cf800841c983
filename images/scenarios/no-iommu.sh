# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
SCENARIO_ABOUT='a machine without an IOMMU, or with it off in the firmware'
SCENARIO_REBOOTS=0
VM_IOMMU=no
