#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # dracut sets moddir and systemdsystemunitdir
# Something wrong with the left port before vfirst runs; the machine's DMI version says what.
check() { return 255; }
depends() { echo systemd; }
install() {
    inst_multiple cat chmod fsfreeze mkdir modprobe mount readlink sleep
    inst_simple /usr/lib/vfirst-fault/fewer.so
    inst_simple "$moddir/fault.sh" /usr/bin/fault
    inst_simple "$moddir/fault.service" "$systemdsystemunitdir/fault.service"
    inst_simple "$moddir/fault.conf" "$systemdsystemunitdir/vfirst-initrd.service.d/fault.conf"
    mkdir -p "$initdir$systemdsystemunitdir/initrd.target.wants"
    ln -sf ../fault.service "$initdir$systemdsystemunitdir/initrd.target.wants/fault.service"
}
