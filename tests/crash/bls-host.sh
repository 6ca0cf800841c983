# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me behind scenes.sh. A host with entries of the Boot Loader Specification: two kernels and a rescue entry in a
# /boot of its own. The caller sets mnt, work and here.
# shellcheck disable=SC2016,SC2034,SC2154,SC2317  # GRUB, not the shell, expands; the caller's
scenes=(first again again-armed trial confirm rollback disarm remove remove-armed)
# The trial goes last, but for a remove: there it must not confirm itself.
after[again-armed]='new once, then newer -> newer' after[remove-armed]='old -> none'

run() {
  local words=("$@")
  case $1 in
    good) words=(apply test "$2") ;;
    trial) words=(trial test "$2") ;;
  esac
  chroot "$mnt" /usr/bin/env -i PATH=/usr/bin /tool/tool / "${words[@]}" > "$work/said" ||
    { cat "$work/said" >&2 && return 1; }
}
# As save_env does.
disarmed_by_grub() { grub-editenv "$mnt/boot/vfirst/env" set vfirst_try=-; }

# It prints the line that it is booted with.
as --32 -o "$work/kernel.o" "$here/../grub/line-kernel.S"
objcopy -O binary "$work/kernel.o" "$work/vmlinuz"
host() {
  local boot=$mnt/boot version
  mkdir -p "$boot/grub" "$boot/loader/entries" "$mnt/etc"
  echo 'ID=debian' > "$mnt/etc/os-release"
  for version in 6.10.2 6.9.1 0-rescue; do
    cp "$work/vmlinuz" "$boot/vmlinuz-$version"
    printf '%s\n' "# ${comment:2:3000}" "title Debian $version" "version $version" "linux /vmlinuz-$version" \
      'options root=UUID=1f ro' > "$boot/loader/entries/deb-$version.conf"
  done
  printf '%s\n' 'set timeout=0' blscfg 'if [ -f $prefix/custom.cfg ]; then source $prefix/custom.cfg; fi' \
    > "$boot/grub/grub.cfg"
}
