# SPDX-License-Identifier: GPL-2.0-or-later
# A component is a package: vfirst, vfirst-dracut, and for Debian vfirst-initramfs. Their scripts run in chroots, too,
# so they do not probe the machine, make no plan and leave GRUB alone.
set(package ${CMAKE_CURRENT_LIST_DIR})
set(VFIRST_MAINTAINER "The vfirst developers <vfirst@example.org>" CACHE STRING "who answers for the packages")
file(STRINGS ${package}/changelog head LIMIT_COUNT 1)
string(REGEX MATCH "^vfirst \\(([^-]+)-([^)]+)\\)" head "${head}")
set(release ${CMAKE_MATCH_2})
if(NOT CMAKE_MATCH_1 STREQUAL PROJECT_VERSION)
  message(FATAL_ERROR "images/package/changelog begins with '${head}', the project is ${PROJECT_VERSION}")
endif()
file(STRINGS ${package}/changelog trailer REGEX "^ -- ")
list(GET trailer 0 trailer)
string(REGEX REPLACE "^ -- .*>  " "" trailer "${trailer}")
execute_process(COMMAND date --utc "--date=${trailer}" +%s OUTPUT_VARIABLE VFIRST_CHANGELOG_EPOCH
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${package}/changelog)

set(CPACK_PACKAGE_NAME vfirst)
set(CPACK_PACKAGE_VENDOR "the vfirst developers")
set(CPACK_PACKAGE_CONTACT "${VFIRST_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
# Some destinations are absolute: /etc/grub.d, /etc/libvirt.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL vfirst dracut initramfs)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/generator.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${package}/finish.cmake)
# For finish.cmake: that of the compiler.
set(CPACK_VFIRST_STRIP ${CMAKE_STRIP})
# cpack would name the machine that builds.
if(CMAKE_CROSSCOMPILING)
  set(CPACK_RPM_PACKAGE_ARCHITECTURE ${CMAKE_SYSTEM_PROCESSOR})
  execute_process(COMMAND dpkg-architecture --host-type ${CMAKE_LIBRARY_ARCHITECTURE} --query DEB_HOST_ARCH
                  OUTPUT_VARIABLE CPACK_DEBIAN_PACKAGE_ARCHITECTURE OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
endif()
configure_file(${package}/generator.cmake.in ${CMAKE_BINARY_DIR}/generator.cmake @ONLY)
set(main
"vfirst plans a KVM host's kernel arguments (IOMMU, 1G hugepages, CPU isolation,
C-states) and its SR-IOV devices from the hardware and a policy, writes the
arguments to GRUB, creates and binds the VFs in early boot, and proves
afterwards what the kernel really did.")
set(early "vfirst makes and binds the VFs of SR-IOV devices by a policy. This package has
it do so in the initramfs, before any service of the real root starts.")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${release})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_VFIRST_PACKAGE_NAME vfirst)
set(CPACK_DEBIAN_VFIRST_DESCRIPTION "${PROJECT_DESCRIPTION}\n${main}")
set(CPACK_DEBIAN_VFIRST_PACKAGE_SHLIBDEPS ON)
# These libraries are opened on demand (src/host/lazy_library.hpp), so shlibdeps does not see them.
set(CPACK_DEBIAN_VFIRST_PACKAGE_DEPENDS "kmod, libblkid1, libkmod2, libmnl0, libpci3, systemd")
# dracut conflicts with initramfs-tools: which generator a host has is its owner's choice, so neither is recommended.
set(CPACK_DEBIAN_VFIRST_PACKAGE_RECOMMENDS "grub2-common")
set(CPACK_DEBIAN_VFIRST_PACKAGE_SUGGESTS "vfirst-dracut | vfirst-initramfs, libvirt-daemon-system")
set(CPACK_DEBIAN_VFIRST_PACKAGE_CONTROL_EXTRA
    ${package}/postinst ${package}/prerm ${package}/postrm ${package}/conffiles)
set(exact "vfirst (= ${PROJECT_VERSION}-${release})")
foreach(component DRACUT:vfirst-dracut:dracut INITRAMFS:vfirst-initramfs:initramfs-tools)
  string(REPLACE ":" ";" component ${component})
  list(GET component 1 name)
  list(GET component 2 generator)
  list(GET component 0 component)
  set(CPACK_DEBIAN_${component}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${component}_PACKAGE_ARCHITECTURE all)
  set(CPACK_DEBIAN_${component}_PACKAGE_DEPENDS "${exact}, ${generator}")
  set(CPACK_DEBIAN_${component}_DESCRIPTION "Early virtual functions: vfirst for ${generator}\n${early}")
  # initramfs-tools and Debian's dracut both answer to it.
  set(CPACK_DEBIAN_${component}_PACKAGE_CONTROL_EXTRA ${package}/triggers)
endforeach()

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_MAIN_COMPONENT vfirst)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE ${release})
set(CPACK_RPM_PACKAGE_LICENSE "GPL-2.0-or-later")
set(CPACK_RPM_PACKAGE_GROUP "System Environment/Base")
set(CPACK_RPM_PACKAGE_AUTOREQ ON)
string(JOIN "\n" CPACK_RPM_SPEC_MORE_DEFINE
       "%define _buildhost vfirst"
       "%define use_source_date_epoch_as_buildtime 1"
       "%define clamp_mtime_to_source_date_epoch 1")
set(CPACK_RPM_VFIRST_PACKAGE_DESCRIPTION "${main}")
string(JOIN ", " CPACK_RPM_VFIRST_PACKAGE_REQUIRES
       kmod "libblkid.so.1()(64bit)" "libkmod.so.2()(64bit)" "libmnl.so.0()(64bit)" "libpci.so.3()(64bit)" systemd)
set(CPACK_RPM_VFIRST_PACKAGE_SUGGESTS "vfirst-dracut, libvirt-daemon")
set(CPACK_RPM_VFIRST_POST_INSTALL_SCRIPT_FILE ${package}/rpm-post)
set(CPACK_RPM_VFIRST_PRE_UNINSTALL_SCRIPT_FILE ${package}/rpm-preun)
set(CPACK_RPM_VFIRST_USER_FILELIST
    "%config(noreplace) /etc/grub.d/09_vfirst"
    "%config(noreplace) /etc/default/grub.d/zz-vfirst.cfg"
    "%config(noreplace) /etc/libvirt/hooks/qemu.d/50-vfirst")
# vfirst-dracut has no script: whoever builds an image makes its initramfs, and on a host it is made by
# `dracut --force --regenerate-all`.
set(CPACK_RPM_DRACUT_PACKAGE_ARCHITECTURE noarch)
set(CPACK_RPM_DRACUT_PACKAGE_SUMMARY "Early virtual functions: vfirst for dracut")
set(CPACK_RPM_DRACUT_PACKAGE_DESCRIPTION "${early}")
set(CPACK_RPM_DRACUT_PACKAGE_REQUIRES "vfirst = ${PROJECT_VERSION}-${release}, dracut")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /etc /etc/default /etc/default/grub.d /etc/grub.d /etc/libvirt /etc/libvirt/hooks /etc/libvirt/hooks/qemu.d
    /usr/sbin /usr/libexec
    /usr/lib/dracut /usr/lib/dracut/modules.d /usr/lib/dracut/dracut.conf.d
    /usr/lib/kernel /usr/lib/kernel/install.d
    /usr/lib/systemd /usr/lib/systemd/system /usr/lib/systemd/system/irqbalance.service.d /usr/lib/systemd/system-preset
    /usr/lib/udev /usr/lib/udev/rules.d
    /usr/share/bash-completion /usr/share/bash-completion/completions
    /usr/share/doc
    /usr/share/fish /usr/share/fish/vendor_completions.d
    /usr/share/man /usr/share/man/man5 /usr/share/man/man7 /usr/share/man/man8
    /usr/share/zsh /usr/share/zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL /usr)
  include(CPack)
else()
  message(NOTICE "vfirst: cpack makes packages only for the prefix /usr")
endif()

foreach(name vfirst:vfirst vfirst-dracut:dracut vfirst-initramfs:initramfs)
  string(REPLACE ":" ";" name ${name})
  list(GET name 1 component)
  list(GET name 0 name)
  set(docs ${CMAKE_INSTALL_DATAROOTDIR}/doc/${name})
  install(FILES ${package}/copyright DESTINATION ${docs} COMPONENT ${component})
  install(FILES ${package}/changelog DESTINATION ${docs} RENAME changelog.Debian COMPONENT ${component})
  install(FILES ${package}/lintian/${name} DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
          COMPONENT ${component})
endforeach()
install(FILES ${package}/00-default.ini DESTINATION lib/vfirst/policy.d)
install(FILES ${package}/hypervisor.ini DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(DIRECTORY DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/vfirst/policy.d)
include(${package}/sbom.cmake)
