# SPDX-License-Identifier: GPL-2.0-or-later
# Writes an SPDX 2.3 document of what vfirst is made of: what is compiled in, what the loader brings, and what src/host
# opens on demand, with the versions that this build found. It lists no files (filesAnalyzed is false): the package's
# md5sums does.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -std=c++23 -dM -E -x c++ -
                INPUT_FILE ${CMAKE_CURRENT_LIST_DIR}/sbom-probe.h OUTPUT_VARIABLE macros COMMAND_ERROR_IS_FATAL ANY)
foreach(macro _GLIBCXX_RELEASE __GLIBC__ __GLIBC_MINOR__)
  string(REGEX MATCH "#define ${macro} ([0-9]+)" found "${macros}")
  set(${macro} ${CMAKE_MATCH_1})
endforeach()
execute_process(COMMAND date --utc "--date=@${VFIRST_CHANGELOG_EPOCH}" +%Y-%m-%dT%H:%M:%SZ OUTPUT_VARIABLE created
                OUTPUT_STRIP_TRAILING_WHITESPACE)

# Each is NAME:VERSION:LICENCE:RELATIONSHIP TO VFIRST.
set(parts
    "fmt:${fmt_VERSION}:MIT:STATIC_LINK"
    "spdlog:${spdlog_VERSION}:MIT:STATIC_LINK"
    "CLI11:${CLI11_VERSION}:BSD-3-Clause:STATIC_LINK"
    "nlohmann-json:${nlohmann_json_VERSION}:MIT:STATIC_LINK"
    "libstdc++:${_GLIBCXX_RELEASE}:GPL-3.0-or-later WITH GCC-exception-3.1:STATIC_LINK"
    "inih:${INIH_VERSION}:BSD-3-Clause:DYNAMIC_LINK"
    "glibc:${__GLIBC__}.${__GLIBC_MINOR__}:LGPL-2.1-or-later:DYNAMIC_LINK"
    "libkmod:${KMOD_VERSION}:LGPL-2.1-or-later:RUNTIME_DEPENDENCY_OF"
    "libmnl:${MNL_VERSION}:LGPL-2.1-or-later:RUNTIME_DEPENDENCY_OF"
    "libpci:${PCI_VERSION}:GPL-2.0-or-later:RUNTIME_DEPENDENCY_OF"
    "libblkid:${BLKID_VERSION}:LGPL-2.1-or-later:RUNTIME_DEPENDENCY_OF")
set(packages)
set(relationships)
foreach(part ${parts})
  if(NOT part MATCHES "^([^:]+):([^:]+):([^:]+):([^:]+)$")
    message(FATAL_ERROR "sbom: no version known: ${part}")
  endif()
  set(name ${CMAKE_MATCH_1})
  set(part_version ${CMAKE_MATCH_2})
  set(licence ${CMAKE_MATCH_3})
  set(relation ${CMAKE_MATCH_4})
  string(REPLACE "+" "-plus" id "SPDXRef-${name}")
  string(REPLACE "+" "%2B" purl "pkg:generic/${name}@${part_version}")
  string(APPEND packages ",
    {\"SPDXID\": \"${id}\", \"name\": \"${name}\", \"versionInfo\": \"${part_version}\",
     \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false,
     \"licenseConcluded\": \"NOASSERTION\", \"licenseDeclared\": \"${licence}\", \"copyrightText\": \"NOASSERTION\",
     \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\",
                        \"referenceLocator\": \"${purl}\"}]}")
  if(relation STREQUAL RUNTIME_DEPENDENCY_OF)
    string(APPEND relationships ",
    {\"spdxElementId\": \"${id}\", \"relationshipType\": \"${relation}\",
     \"relatedSpdxElement\": \"SPDXRef-vfirst\", \"comment\": \"opened on demand\"}")
  else()
    string(APPEND relationships ",
    {\"spdxElementId\": \"SPDXRef-vfirst\", \"relationshipType\": \"${relation}\",
     \"relatedSpdxElement\": \"${id}\"}")
  endif()
endforeach()
# The same parts give the same name, and other parts another one.
string(SHA256 unique "${PROJECT_VERSION}-${release} ${parts}")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/vfirst.spdx.json @ONLY CONTENT [[{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "vfirst-@PROJECT_VERSION@-@release@",
  "documentNamespace": "urn:vfirst:spdx:@PROJECT_VERSION@-@release@:@unique@",
  "creationInfo": {"created": "@created@",
                   "creators": ["Organization: the vfirst developers", "Tool: CMake"]},
  "packages": [
    {"SPDXID": "SPDXRef-vfirst", "name": "vfirst", "versionInfo": "@PROJECT_VERSION@-@release@",
     "downloadLocation": "NOASSERTION", "filesAnalyzed": false,
     "licenseConcluded": "GPL-2.0-or-later", "licenseDeclared": "GPL-2.0-or-later",
     "copyrightText": "2026 the vfirst developers", "primaryPackagePurpose": "APPLICATION",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                       "referenceLocator": "pkg:generic/vfirst@@PROJECT_VERSION@"}]}@packages@
  ],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
     "relatedSpdxElement": "SPDXRef-vfirst"}@relationships@
  ]
}
]])
install(FILES ${CMAKE_BINARY_DIR}/vfirst.spdx.json DESTINATION ${CMAKE_INSTALL_DOCDIR})
