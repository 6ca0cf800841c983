#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # dracut sets initdir, moddir and the rest
# A dracut module: vfirst's program for early boot, its policy, vfio-pci and the drivers of PFs, so that VFs exist
# before the real root.

# 255: only when asked for, which the drop-in dracut.conf.d/50-vfirst.conf does in every mode. Never in a crash kernel.
check() {
    [[ $IN_KDUMP ]] && return 1
    require_binaries /usr/libexec/vfirst/vfirst-early || return 1
    [[ -e ${dracutsysrootdir-}/usr/share/vfirst/early-drivers ]] || return 1
    return 255
}

# A policy from a URL needs a network, which other modules bring up: an image that has one gets curl, too.
depends() {
    echo kernel-modules
    local asked=" $mods_to_load $dracutmodules $add_dracutmodules $force_add_dracutmodules "
    if [[ $asked =~ \ (network|livenet|nfs|iscsi|nbd|url-lib)\  ]] && find_binary curl > /dev/null; then
        echo url-lib
    fi
}

# The image may be used on other hardware than the one it is built on, so nothing here asks what this machine has.
# Each module is optional: one that is built in, or that this kernel does not have, is left out without a message.
installkernel() {
    local kind names driver
    # What a filesystem labelled VFIRST usually is.
    local -a modules=(vfat nls_cp437 nls_ascii nls_iso8859-1 iso9660)
    # A line a kind: vfio, pf or vf, then the modules. The build makes this list from vfirst's tables of drivers.
    while read -r kind names; do
        # shellcheck disable=SC2206  # one word a module
        [[ $kind == '#' ]] || modules+=($names)
    done < "${dracutsysrootdir-}/usr/share/vfirst/early-drivers"
    for driver in "${modules[@]}"; do
        hostonly='' instmods -s "$driver" || :
    done
    # dracut-install adds the firmware that each module names (install_firmware()). The package that a card's serial
    # number selects is in no module's list; without it ice runs in Safe Mode, without VFs.
    local firmware
    for firmware in "${dracutsysrootdir-}"/lib/firmware{/updates,}{"/$kernel",}/intel/ice/ddp/ice-[0-9a-f]*.pkg*; do
        [[ -e $firmware ]] && inst_simple "$firmware" "${firmware#"${dracutsysrootdir-}"}"
    done
    return 0
}

# The libraries that the binary opens itself, and the libraries that those need. No list of needed libraries has them,
# and dracut looks at the needs of executable files only, which Debian's libraries are not.
inst_opened_on_demand() {
    local name dir path needed
    for name in "$@"; do
        for dir in $libdirs; do
            path=$dir/$name
            [[ -e ${dracutsysrootdir-}$path ]] || continue
            inst_multiple "$path"
            while read -r needed; do
                inst_multiple "$needed"
            done < <($DRACUT_LDD "${dracutsysrootdir-}$path" 2>/dev/null | sed -n 's|^.*=> *\(/[^ ]*\).*$|\1|p')
            break
        done
    done
}

install() {
    local policy unit=${systemdsystemunitdir:-/usr/lib/systemd/system}
    inst /usr/libexec/vfirst/vfirst-early /usr/sbin/vfirst
    inst_opened_on_demand 'libkmod.so.2' 'libmnl.so.0' 'libpci.so.3' 'libblkid.so.1'
    inst_dir /etc/vfirst/policy.d
    inst_dir /usr/lib/vfirst/policy.d
    # With these copies vfirst knows the image's own files from what the boot loader adds to etc/vfirst/policy.d. The
    # line in front keeps dracut from linking the two: a change of one would change both.
    inst_dir /usr/lib/vfirst/image-policy.d
    for policy in "${dracutsysrootdir-}"/etc/vfirst/policy.d/*.ini; do
        [[ -e $policy ]] || continue
        {
            echo '; the copy of the image'
            cat "$policy"
        } > "$initdir/usr/lib/vfirst/image-policy.d/${policy##*/}"
    done
    for policy in "${dracutsysrootdir-}"/{usr/lib,etc}/vfirst/policy.d/*.ini; do
        [[ -e $policy ]] || continue
        inst_simple "$policy" "${policy#"${dracutsysrootdir-}"}"
    done
    if dracut_module_included url-lib; then
        inst_multiple /usr/libexec/vfirst/fetch /usr/libexec/vfirst/report cat rm mkdir
    fi
    if dracut_module_included systemd; then
        inst_simple "${dracutsysrootdir-}$unit/vfirst-initrd.service" "$unit/vfirst-initrd.service"
        mkdir -p "$initdir$unit/initrd.target.wants"
        ln -sf ../vfirst-initrd.service "$initdir$unit/initrd.target.wants/vfirst-initrd.service"
        if dracut_module_included url-lib; then
            inst_simple "${dracutsysrootdir-}$unit/vfirst-initrd-report.service" "$unit/vfirst-initrd-report.service"
            ln -sf ../vfirst-initrd-report.service "$initdir$unit/initrd.target.wants/vfirst-initrd-report.service"
        fi
    else
        inst_hook pre-pivot 50 "$moddir/vfirst-pre-pivot.sh"
    fi
}
