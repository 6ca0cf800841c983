# SPDX-License-Identifier: GPL-2.0-or-later
# Where files are installed. The names of GNUInstallDirs hold for what has one; these are for what other programs read:
# systemd, udev, dracut, initramfs-tools, kernel-install. A relative name is below the prefix.
#
# dracut, initramfs-tools, GRUB and vfirst itself read no other prefix than /usr (and /etc), so that is the default. The
# names do not come from pkg-config: Debian 12's systemd.pc says /lib/systemd, and one package is for Debian 12 and 13.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "what comes before relative destinations" FORCE)
endif()
include(GNUInstallDirs)
set(VFIRST_SYSTEMD_DIR lib/systemd CACHE STRING "the folder of system/ and system-preset/")
set(VFIRST_UDEV_DIR lib/udev CACHE STRING "the folder of rules.d/")
set(VFIRST_DRACUT_DIR lib/dracut CACHE STRING "the folder of modules.d/ and dracut.conf.d/")
set(VFIRST_KERNEL_INSTALL_DIR lib/kernel/install.d CACHE STRING "the plugins of kernel-install")
set(VFIRST_INITRAMFS_TOOLS_DIR ${CMAKE_INSTALL_DATADIR}/initramfs-tools
    CACHE STRING "the folder of hooks/ and scripts/")
set(VFIRST_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions CACHE STRING "completions for zsh (Debian's place)")
if(NOT CMAKE_INSTALL_PREFIX STREQUAL /usr)
  message(NOTICE "vfirst: the prefix is ${CMAKE_INSTALL_PREFIX}. vfirst reads policies from /usr/lib/vfirst/policy.d "
                 "and /etc/vfirst/policy.d; GRUB and dracut read their parts from /etc and /usr.")
endif()

# vfirst_install_text(FILES|PROGRAMS file... DESTINATION folder [RENAME name] [COMPONENT name])
# install() for units, rules, hooks and manual pages. They name /usr/sbin/vfirst, /usr/libexec/vfirst and
# /usr/share/vfirst, so that they work, and can be tested, as they are in the source. Where those are installed
# elsewhere, a copy that names the other place is installed.
function(vfirst_install_text kind)
  cmake_parse_arguments(PARSE_ARGV 1 text "" "DESTINATION;RENAME;COMPONENT" "")
  set(rest DESTINATION ${text_DESTINATION})
  foreach(word RENAME COMPONENT)
    if(text_${word})
      list(APPEND rest ${word} ${text_${word}})
    endif()
  endforeach()
  set(files ${text_UNPARSED_ARGUMENTS})
  set(sbin ${CMAKE_INSTALL_FULL_SBINDIR}/vfirst)
  set(libexec ${CMAKE_INSTALL_FULL_LIBEXECDIR}/vfirst)
  set(data ${CMAKE_INSTALL_FULL_DATADIR}/vfirst)
  if(NOT "${sbin} ${libexec} ${data}" STREQUAL "/usr/sbin/vfirst /usr/libexec/vfirst /usr/share/vfirst")
    set(copies)
    foreach(file ${files})
      file(REAL_PATH ${file} source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
      file(RELATIVE_PATH copy ${CMAKE_SOURCE_DIR} ${source})
      set(copy ${CMAKE_BINARY_DIR}/places/${copy})
      file(READ ${source} content)
      string(REPLACE /usr/libexec/vfirst ${libexec} content "${content}")
      string(REPLACE /usr/share/vfirst ${data} content "${content}")
      string(REPLACE /usr/sbin/vfirst ${sbin} content "${content}")
      file(WRITE ${copy} "${content}")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
      list(APPEND copies ${copy})
    endforeach()
    set(files ${copies})
  endif()
  install(${kind} ${files} ${rest})
endfunction()
