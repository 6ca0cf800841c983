#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The fault that this boot has, before vfirst's turn. Nothing here stops a boot either.
left=$(readlink -f /sys/bus/pci/devices/0000:01:00.0)
fault=$(cat /sys/class/dmi/id/product_version)
wait_for() {   # wait_for COMMAND...: at most ten seconds
    n=0
    until "$@" || [ $n = 100 ]; do sleep 0.1; n=$((n + 1)); done
}
case $fault in
    blocked)   # a write to a file system that is frozen: its task sleeps in the kernel, and no signal ends it
        wait_for test -b /dev/vdb
        mkdir -p /run/fault
        modprobe ext4
        mount -t ext4 /dev/vdb /run/fault && mount --bind /run/fault/sriov_numvfs "$left/sriov_numvfs" &&
            fsfreeze --freeze /run/fault ;;
    partial)   # the kernel enables five and the write returns success: "7 VFs requested; only 5 enabled"
        echo LD_PRELOAD=/usr/lib/vfirst-fault/fewer.so > /run/fault.env ;;
    count | held)
        modprobe igb
        wait_for test -e "$left/driver"
        echo 0 > "$left/sriov_drivers_autoprobe"
        echo 3 > "$left/sriov_numvfs" ;;
esac
echo "fault: $fault" > /dev/kmsg
exit 0
