# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What is installed, and the Debian package of it (`tools/dev package`; the
# wheel is made by tools/package/wheel.py). The manual page and the completions
# are what the program itself prints.

include(GNUInstallDirs)
find_program(UNGIL_GZIP gzip REQUIRED)
mark_as_advanced(UNGIL_GZIP)
set(PackageDir "${PROJECT_SOURCE_DIR}/tools/package")
set(ShareDir "${CMAKE_BINARY_DIR}/share")
file(MAKE_DIRECTORY "${ShareDir}")
set(Printed "")

# \p Name below share/ is what the program prints for \p ARGN.
function(ungil_printed Name)
  add_custom_command(OUTPUT "${ShareDir}/${Name}"
    COMMAND ungil ${ARGN} > "${ShareDir}/${Name}"
    DEPENDS ungil COMMENT "Writing ${Name}" VERBATIM)
  set(Printed ${Printed} "${ShareDir}/${Name}" PARENT_SCOPE)
endfunction()

# \p File as NAME.gz; without name and time in it, so that it is reproducible.
function(ungil_zipped File Name)
  add_custom_command(OUTPUT "${ShareDir}/${Name}.gz"
    COMMAND "${UNGIL_GZIP}" -9nc "${File}" > "${ShareDir}/${Name}.gz"
    DEPENDS "${File}" COMMENT "Writing ${Name}.gz" VERBATIM)
  set(Printed ${Printed} "${ShareDir}/${Name}.gz" PARENT_SCOPE)
endfunction()

ungil_printed(ungil.1 man)
ungil_printed(ungil.bash completions bash)
ungil_printed(_ungil completions zsh)
ungil_printed(ungil.fish completions fish)
ungil_zipped("${ShareDir}/ungil.1" ungil.1)
ungil_zipped("${PackageDir}/ungil-tidy.1" ungil-tidy.1)
ungil_zipped("${PackageDir}/changelog" changelog)
add_custom_target(ungil-share ALL DEPENDS ${Printed})

install(TARGETS ungil RUNTIME DESTINATION bin)
install(FILES "${ShareDir}/ungil.1.gz" "${ShareDir}/ungil-tidy.1.gz"
        DESTINATION share/man/man1)
install(FILES "${ShareDir}/ungil.bash" RENAME ungil
        DESTINATION share/bash-completion/completions)
install(FILES "${ShareDir}/_ungil" DESTINATION share/zsh/vendor-completions)
install(FILES "${ShareDir}/ungil.fish"
        DESTINATION share/fish/vendor_completions.d)
install(FILES "${PackageDir}/copyright" "${PROJECT_SOURCE_DIR}/README.md"
        "${PROJECT_SOURCE_DIR}/LICENSE" "${ShareDir}/changelog.gz"
        DESTINATION share/doc/ungil)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION share/doc/ungil)
install(FILES "${PackageDir}/lintian-overrides" RENAME ungil
        DESTINATION share/lintian/overrides)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ungil)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
    "find what breaks in CPython extensions without the GIL")
set(CPACK_PACKAGE_DESCRIPTION
"ungil reads the C and C++ sources of a CPython extension with Clang, links
what all files say into one model, and reports what breaks when the GIL is
gone (PEP 703): shared state without a lock, borrowed references that another
thread can drop, Python called without a thread state, and more. It edits the
sources to fix much of it.
.
This package has the program, which needs no LLVM, and a plugin for clang-tidy
with the same checks.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# Who builds a package answers for it: `tools/dev package` names them as
# Debian's own tools do, by DEBFULLNAME and DEBEMAIL. Without, there is nobody
# to write to, and the address says so (RFC 2606).
set(CPACK_DEBIAN_PACKAGE_MAINTAINER
    "ungil maintainers <maintainers@ungil.invalid>")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "clang-tidy-${UNGIL_LLVM}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
