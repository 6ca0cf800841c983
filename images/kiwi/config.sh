#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in the image, before kiwi makes the initramfs and the boot loader: it removes identity and state. What comes
# later is checked on the disk: vfirst seal --root /mnt --check
set -euo pipefail
for unit in vfirst.service vfirst-provision.service vfirst-verify.service vfirst-confirm.service vfirst-trial.timer \
  vfirst-links.socket; do
  systemctl preset "$unit"
done
# It also leaves the mark that lets hosts of this image provision themselves. 3: the kernel has no initramfs yet;
# anything else is a failure.
vfirst seal || [[ $? == 3 ]]
