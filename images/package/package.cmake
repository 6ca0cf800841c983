# SPDX-License-Identifier: GPL-2.0-or-later
# One .deb and one .rpm. Their scripts run in chroots: they neither probe the machine nor plan nor touch GRUB.
set(CPACK_PACKAGE_NAME vfirst)
set(CPACK_PACKAGE_VENDOR "the vfirst developers")
set(CPACK_PACKAGE_CONTACT "the vfirst developers <vfirst@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
"vfirst plans a KVM host's kernel arguments (IOMMU, 1G hugepages, CPU isolation,
C-states) and its SR-IOV devices from the hardware and a policy, writes the
arguments to GRUB, creates and binds the VFs in early boot, and proves
afterwards what the kernel really did.")
set(CPACK_SET_DESTDIR ON)          # our destinations are absolute: /etc, /usr/lib/systemd
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_GENERATOR DEB)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The three libraries are opened on demand (src/host/lazy_library.hpp), so shlibdeps does not see them.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "kmod, libblkid1, libkmod2, libpci3, systemd")
# dracut conflicts with initramfs-tools: a host that has not moved gets the real-root service alone, by its owner's choice.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "grub2-common")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "dracut, libvirt-daemon-system")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm ${CMAKE_CURRENT_LIST_DIR}/postrm
    ${CMAKE_CURRENT_LIST_DIR}/triggers ${CMAKE_CURRENT_LIST_DIR}/conffiles)

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE "GPL-2.0-or-later")
set(CPACK_RPM_PACKAGE_GROUP "System Environment/Base")
set(CPACK_RPM_PACKAGE_AUTOREQ ON)
set(CPACK_RPM_PACKAGE_REQUIRES "kmod, libblkid.so.1()(64bit), libkmod.so.2()(64bit), libpci.so.3()(64bit), systemd")
set(CPACK_RPM_PACKAGE_SUGGESTS "dracut, libvirt-daemon")
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE ${CMAKE_CURRENT_LIST_DIR}/rpm-post)
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_LIST_DIR}/rpm-preun)
set(CPACK_RPM_USER_FILELIST "%config(noreplace) /etc/grub.d/09_vfirst" "%config(noreplace) /etc/default/grub.d/zz-vfirst.cfg" "%config(noreplace) /etc/libvirt/hooks/qemu.d/50-vfirst")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /etc /etc/default /etc/default/grub.d /etc/grub.d /usr/lib/systemd /usr/lib/systemd/system /usr/lib/systemd/system-preset
    /usr/lib/kernel /usr/lib/kernel/install.d /usr/lib/dracut /usr/lib/dracut/modules.d /usr/lib/dracut/dracut.conf.d /usr/lib/systemd/system/irqbalance.service.d /usr/lib/udev /usr/lib/udev/rules.d /usr/libexec
    /etc/libvirt /etc/libvirt/hooks /etc/libvirt/hooks/qemu.d /usr/share/man /usr/share/man/man8 /usr/share/doc)
include(CPack)

install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION /usr/share/doc/vfirst)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/00-default.ini DESTINATION /usr/lib/vfirst/policy.d)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/hypervisor.ini DESTINATION /usr/share/doc/vfirst/examples)
install(DIRECTORY DESTINATION /etc/vfirst/policy.d)
