# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. The changes to a boot loader whose block writes are replayed. The caller sets mnt and has
#   run WORD...   apply_tool's words behind ROOT and freeze
#   anew          makes grub.cfg one that does not carry our part yet
# A scene: what is there before, the one change whose writes are logged, and what GRUB boots after it; "X -> Y": X
# first, as the change goes on. The two with an armed trial are bls-host.sh's.
# shellcheck disable=SC2034,SC2154  # scenes and after are the caller's; mnt is set by it
scenes=(first again anew trial confirm rollback disarm remove remove-anew)
declare -A after=([first]=new [again]=new [anew]=new [trial]='new once, then old' [confirm]=new [rollback]=old
  [disarm]=old [remove]=none [remove-anew]=none)
# Longer than a block, so that a slot's data and its size can be torn apart; 'x' ends it.
padding=$(head -c 1500 /dev/zero | tr '\0' y)x
good() { run good "$1=1 $padding"; }
try() { run trial "$1=1 $padding"; }
# One character, in place, as save_env does.
disarmed_by_grub() {
  local at
  at=$(grep -abo 'vfirst_try=' "$mnt/boot/vfirst/env" | cut -d: -f1)
  printf -- - | dd of="$mnt/boot/vfirst/env" bs=1 seek=$((at + 11)) conv=notrunc,fsync status=none
}
before() {
  case $1 in
    first) ;;
    anew) anew ;;
    again | trial | remove)
      good stale
      good old
      ;;
    confirm)
      good old
      try new
      disarmed_by_grub
      ;;
    rollback)
      before confirm
      change confirm
      ;;
    disarm | remove-armed | again-armed)
      good old
      try new
      ;;
    remove-anew)
      anew
      good old
      ;;
  esac
}
change() {
  case $1 in
    first | again | anew) good new ;;
    again-armed) good newer ;;
    trial) try new ;;
    confirm) run confirm "root=UUID=1 new=1 $padding vfirst.trial=test" ;;
    rollback | disarm) run rollback ;;
    remove | remove-anew | remove-armed) run remove ;;
  esac
}
