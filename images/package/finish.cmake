# SPDX-License-Identifier: GPL-2.0-or-later
# cpack runs this when a package's tree is complete, before it makes the archive. The same tree gives the same bytes: no
# file keeps the time or the permissions of the machine that builds.
foreach(component ${CPACK_COMPONENTS_ALL})
  set(tree ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component})
  if(CPACK_GENERATOR STREQUAL RPM)
    # These are in Debian's places, or only dpkg's tools read them.
    if(EXISTS ${tree}/usr/share/zsh/vendor-completions/_vfirst)
      file(MAKE_DIRECTORY ${tree}/usr/share/zsh/site-functions)
      file(RENAME ${tree}/usr/share/zsh/vendor-completions/_vfirst ${tree}/usr/share/zsh/site-functions/_vfirst)
      file(REMOVE_RECURSE ${tree}/usr/share/zsh/vendor-completions)
    endif()
    file(GLOB found ${tree}/usr/share/doc/*/changelog.Debian)
    foreach(file ${found})
      file(REMOVE ${file})
    endforeach()
    file(REMOVE_RECURSE ${tree}/usr/share/lintian)
  endif()
  if(EXISTS ${tree}/usr/sbin/vfirst)
    execute_process(COMMAND ${CPACK_VFIRST_STRIP} --remove-section=.comment
                            ${tree}/usr/sbin/vfirst ${tree}/usr/libexec/vfirst/vfirst-early
                    COMMAND_ERROR_IS_FATAL ANY)
  endif()
  file(GLOB found ${tree}/usr/share/man/man[1-9]/*.[1-9] ${tree}/usr/share/doc/*/changelog.Debian)
  if(found)
    execute_process(COMMAND gzip --best --no-name --force ${found} COMMAND_ERROR_IS_FATAL ANY)
  endif()
  execute_process(COMMAND find ${tree} -not -type l -exec chmod u=rwX,go=rX {} + COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND find ${tree} -exec touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} {} +
                  COMMAND_ERROR_IS_FATAL ANY)
endforeach()
