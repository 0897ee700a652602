# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The page of `--format html` (Page.h) is made of the files of Page/.

set(PageParts "")
foreach(Part IN ITEMS Html=page.html Style=page.css Script=page.js)
  string(REGEX MATCH "^(.*)=(.*)$" _ "${Part}")
  set(File "${CMAKE_CURRENT_LIST_DIR}/Page/${CMAKE_MATCH_2}")
  set(Name "${CMAKE_MATCH_1}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${File}")
  file(READ "${File}" Text)
  string(APPEND PageParts
    "const std::string_view ungil::page::${Name} = R\"ungil(${Text})ungil\";\n")
endforeach()

set(Generated "${CMAKE_CURRENT_BINARY_DIR}/PageParts.cpp")
# Not file(GENERATE): a script may hold what looks like a generator expression.
file(WRITE "${Generated}.new" "// Written by lib/Report/extra.cmake.

#include \"Report/Page.h\"

${PageParts}")
file(COPY_FILE "${Generated}.new" "${Generated}" ONLY_IF_DIFFERENT)
target_sources(${Target} PRIVATE "${Generated}")
