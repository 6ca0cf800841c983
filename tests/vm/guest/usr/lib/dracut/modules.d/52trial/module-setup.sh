#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # dracut sets moddir and systemdsystemunitdir
# A host that hangs before its root is there, when the kernel command line says vftest.hang; and a short coldplug.
check() { return 255; }
depends() { echo systemd; }
install() {
    inst_multiple sleep
    inst_simple "$moddir/trial-hang.sh" /usr/bin/trial-hang
    inst_simple "$moddir/trial-hang.service" "$systemdsystemunitdir/trial-hang.service"
    inst_simple /etc/systemd/system/systemd-udev-trigger.service.d/trial.conf
    inst_simple /etc/systemd/journald.conf.d/trial.conf
    mkdir -p "$initdir$systemdsystemunitdir/sysinit.target.wants"
    ln -sf ../trial-hang.service "$initdir$systemdsystemunitdir/sysinit.target.wants/trial-hang.service"
}
