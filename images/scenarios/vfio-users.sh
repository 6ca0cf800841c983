# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
SCENARIO_ABOUT='DPDK and guests of libvirt use the VFs that vfirst made'
SCENARIO_BUILD=(--size 3G --package dpdk-dev --package librte-net-e1000-25 --package qemu-system-x86
  --layer "$here/scenarios/vfio-users")
VM_TIMEOUT=2400
