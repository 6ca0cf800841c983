# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me.
#   demo_debs FILE    the packages to install for this one, one a line: vfirst_VERSION_ARCH.deb brings the vfirst-dracut
#                     that lies beside it

demo_debs() {
  local name companion
  echo "$1"
  name=$(basename "$1")
  companion=$(dirname "$1")/vfirst-dracut_$(cut -d_ -f2 <<< "$name")_all.deb
  if [[ $name == vfirst_* && -f $companion ]]; then echo "$companion"; fi
}
