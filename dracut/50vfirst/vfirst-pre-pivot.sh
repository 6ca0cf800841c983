#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut without systemd, after the root file system is mounted: return, never exit.
vfirst boot || :
[ ! -x /usr/libexec/vfirst/report ] || /usr/libexec/vfirst/report
