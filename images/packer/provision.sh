#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packer's shell provisioner, the last one, as root in the booted builder VM:
#   provisioner "file"  { sources = ["vfirst.deb", "vfirst-dracut.deb", "policy.ini"]  destination = "/tmp/" }
#   provisioner "shell" { script = "images/packer/provision.sh"   execute_command = "sudo env {{ .Vars }} {{ .Path }}" }
# The VM's own initramfs has the VM's drivers; its identity, kernel arguments and history must not reach the hosts.
set -euo pipefail
read -ra packages <<< "${VFIRST_PACKAGES:-/tmp/vfirst.deb /tmp/vfirst-dracut.deb}"
policy=${VFIRST_POLICY:-/tmp/policy.ini}

# Neither a plan for the VM nor a reboot of it while the image is made.
mkdir -p /var/lib/vfirst
touch /var/lib/vfirst/provisioned
case ${packages[0]} in
  *.deb) apt-get install -y --no-install-recommends "${packages[@]}" ;;
  *.rpm) dnf install -y "${packages[@]}" ;;
esac
if [[ -f $policy ]]; then install -D -m 0644 "$policy" /etc/vfirst/policy.d/50-host.ini; fi
for modules in /lib/modules/*; do
  release=${modules##*/}
  image=/boot/initrd.img-$release
  [[ ! -e /boot/initramfs-$release.img ]] || image=/boot/initramfs-$release.img
  dracut --quiet --force --no-hostonly --no-hostonly-cmdline "$image" "$release"
done
rm -f "${packages[@]}" "$policy" /etc/ssh/ssh_host_*
# The stamp from above goes, too: a host provisions itself at its first boot. --force: this system runs.
vfirst seal --force
