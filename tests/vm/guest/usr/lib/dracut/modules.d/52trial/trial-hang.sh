#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
echo "trial-hang: this boot goes no further" > /dev/ttyS0
while :; do sleep 1000; done
