# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. host_root FOLDER DEB: a Debian 12 root with sshd, Python and this vfirst in an empty folder. What it is
# unpacked from is made once and kept. Needs root.

host_root() {
  local folder=$1 deb=$2 cache=${VFIRST_CACHE:-/var/tmp/vfirst-cache} packages tar lock
  packages=python3,openssh-server,systemd,kmod,libblkid1,libkmod2,libpci3,libinih1,libinireader0,libmnl0,python3-apt
  tar=$cache/host-bookworm-$(sha256sum <<< "$packages" | cut -c1-16).tar
  mkdir -p "$cache"
  exec {lock}> "$cache/host-lock"
  flock "$lock"
  if [[ ! -e $tar ]]; then
    mmdebstrap --quiet --variant=minbase --format=tar --aptopt='APT::Install-Recommends "0"' --include="$packages" \
      bookworm "$tar.$$" < /dev/null >&2 || return 1
    mv "$tar.$$" "$tar"
  fi
  exec {lock}>&-
  tar -C "$folder" --numeric-owner --exclude=./dev -xf "$tar" || return 1
  mkdir -p "$folder/dev"
  cp "$deb" "$folder/var/tmp/vfirst.deb"
  chroot "$folder" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 dpkg \
    --install /var/tmp/vfirst.deb > "$folder/var/tmp/dpkg.log" 2>&1 || {
    cat "$folder/var/tmp/dpkg.log" >&2
    return 1
  }
}
