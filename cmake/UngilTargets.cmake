# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   ungil_library(<Folder> [CLANG] [DEPENDS <Folder>...])
#
# makes target ungil<Folder> of lib/<Folder>/*.cpp. CLANG marks the folders
# that may include Clang's headers; they share one precompiled header. A
# folder that needs more (generated sources) says it in extra.cmake beside
# them, which is read with the target in place and in the variable Target.
# A folder without sources yet is an interface library, so others may depend
# on it.

# All of them, for programs that need no choice.
set(UNGIL_LIBRARIES ungilDriver ungilExtract ungilInventory ungilRules ungilLink ungilFix
    ungilReport ungilFacts ungilApi ungilConfig ungilLsp
    ungilSupport)

function(ungil_library Folder)
  cmake_parse_arguments(ARG "CLANG" "" "DEPENDS" ${ARGN})
  set(Target ungil${Folder})
  set(Dir "${PROJECT_SOURCE_DIR}/lib/${Folder}")
  file(GLOB Sources CONFIGURE_DEPENDS "${Dir}/*.cpp")
  list(TRANSFORM ARG_DEPENDS PREPEND ungil)

  if(NOT Sources AND NOT EXISTS "${Dir}/extra.cmake")
    add_library(${Target} INTERFACE)
    target_include_directories(${Target} INTERFACE "${PROJECT_SOURCE_DIR}/lib")
    target_link_libraries(${Target} INTERFACE ${ARG_DEPENDS} ungil_llvm_headers)
    return()
  endif()

  add_library(${Target} STATIC ${Sources})
  target_include_directories(${Target} PUBLIC "${PROJECT_SOURCE_DIR}/lib")
  target_link_libraries(${Target} PUBLIC ${ARG_DEPENDS} ungil_llvm_headers
                        PRIVATE ungil_flags nlohmann_json::nlohmann_json)
  if(EXISTS "${Dir}/extra.cmake")
    include("${Dir}/extra.cmake")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                 "${Dir}/extra.cmake")
  endif()
  if(ARG_CLANG AND UNGIL_PCH)
    ungil_clang_pch(${Target})
  endif()
endfunction()

# Clang's headers cost some seconds per file; they are compiled once, for the
# first target that asks, and reused by the others.
function(ungil_clang_pch Target)
  get_property(Owner GLOBAL PROPERTY UNGIL_PCH_OWNER)
  if(Owner)
    target_precompile_headers(${Target} REUSE_FROM ${Owner})
  else()
    target_precompile_headers(${Target} PRIVATE
      "${PROJECT_SOURCE_DIR}/cmake/ClangPch.h")
    set_property(GLOBAL PROPERTY UNGIL_PCH_OWNER ${Target})
  endif()
  if(UNGIL_CCACHE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(${Target} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>)
  endif()
endfunction()
