# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. What building, testing and the demo need: Debian's names for install-packages, and what missing-packages
# looks for on any system.
# shellcheck disable=SC2034  # for the callers

build=(g++ cmake ninja-build ccache pkg-config file libpci-dev libkmod-dev libblkid-dev libudev-dev libinih-dev
  libspdlog-dev libfmt-dev libcli11-dev nlohmann-json3-dev libmnl-dev catch2 dpkg-dev fakeroot rpm)
# Whole boots in QEMU.
machine=(qemu-system-x86 qemu-utils ovmf dracut mmdebstrap e2fsprogs xfsprogs btrfs-progs dosfstools mtools fdisk cpio
  zstd xz-utils grub-common grub2-common grub-pc-bin grub-efi-amd64-bin grub-emu squashfs-tools socat jq python3
  debian-archive-keyring)
# What `tests/run unit` runs besides the programs that it builds.
unit=(python3 jq libxml2-utils libvirt-clients shellcheck man-db mandoc bsdutils bsdextrautils zsh fish kmod)
check=("${unit[@]}" hwloc-nox strace clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev lld-19 driverctl
  pxelinux syslinux-common systemd-boot-efi ansible-core python3-yaml lintian ansible-lint openssh-client mkosi reprepro
  kiwi python3-diskimage-builder sudo debootstrap nginx-light nfs-ganesha-vfs ostree libostree-dev busybox-static
  iproute2 ethtool qemu-system-arm qemu-efi-aarch64)
# Debian 12 takes these from its -backports suite.
backports=(catch2 qemu-system-x86 qemu-system-arm qemu-utils dracut libudev-dev mkosi)

# packages_of unit|build|demo|all: sets `packages`.
packages_of() {
  case $1 in
    unit) packages=("${build[@]}" "${unit[@]}") ;;
    build) packages=("${build[@]}") ;;
    demo) packages=("${build[@]}" "${machine[@]}") ;;
    all) packages=("${build[@]}" "${machine[@]}" "${check[@]}") ;;
    *) return 64 ;;
  esac
}

# What is looked for, by program or pkg-config module; the package on Debian and Ubuntu; the one on Fedora and RHEL.
needed_build='program g++ g++ gcc-c++
program cmake cmake cmake
program ninja ninja-build ninja-build
program pkg-config pkg-config pkgconf-pkg-config
module libpci libpci-dev pciutils-devel
module libkmod libkmod-dev kmod-devel
module blkid libblkid-dev libblkid-devel
module inih libinih-dev inih-devel
module libmnl libmnl-dev libmnl-devel
module fmt libfmt-dev fmt-devel
module spdlog libspdlog-dev spdlog-devel
module CLI11 libcli11-dev cli11-devel
module nlohmann_json nlohmann-json3-dev json-devel'
needed_unit='module catch2-with-main catch2 catch-devel
program python3 python3 python3
program jq jq jq
program xmllint libxml2-utils libxml2
program shellcheck shellcheck ShellCheck
program man man-db man-db
program mandoc mandoc mandoc
program col bsdextrautils util-linux
program script bsdutils util-linux-script
program zsh zsh zsh
program fish fish fish'
