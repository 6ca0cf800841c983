# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
export DIB_VFIRST_PACKAGES=${DIB_VFIRST_PACKAGES:-}
export DIB_VFIRST_POLICY=${DIB_VFIRST_POLICY:-}
