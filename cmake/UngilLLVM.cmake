# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Finds LLVM and Clang and says how to link them. Our own static libraries
# only take the include folders; the last target decides between
#
#   ungil_link_llvm(<target> STATIC)  archives, for the release program
#   ungil_link_llvm(<target>)         libclang-cpp.so and libLLVM.so

find_package(LLVM REQUIRED CONFIG
             PATHS "${UNGIL_LLVM_ROOT}/lib/cmake/llvm" NO_DEFAULT_PATH)
find_package(Clang REQUIRED CONFIG
             PATHS "${UNGIL_LLVM_ROOT}/lib/cmake/clang" NO_DEFAULT_PATH)
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} in ${UNGIL_LLVM_ROOT}")

separate_arguments(LLVM_DEFINITIONS)
# System includes: our warnings are about our code. The usage requirements
# name no library on purpose, see above.
add_library(ungil_llvm_headers INTERFACE)
target_include_directories(ungil_llvm_headers SYSTEM INTERFACE
                           ${LLVM_INCLUDE_DIRS} ${CLANG_INCLUDE_DIRS})
target_compile_definitions(ungil_llvm_headers INTERFACE ${LLVM_DEFINITIONS})

# What our code names of Clang; the closure below adds what that needs.
set(UNGIL_CLANG_ARCHIVES
    clangTooling clangToolingCore clangFrontend clangSerialization clangDriver
    clangParse clangSema clangAnalysis clangASTMatchers clangIndex clangEdit
    clangRewrite clangAST clangLex clangBasic clangSupport)
set(UNGIL_LLVM_COMPONENTS
    Option Support TargetParser FrontendOpenMP BitReader WindowsDriver)

# The archive of every imported target reachable from \p Targets. Clang's
# exported targets name the LLVM shared library among their dependencies, so
# linking them as targets would pull it in: hence files, not targets.
function(ungil_archives OUT)
  set(Todo ${ARGN})
  set(Seen "")
  set(Files "")
  while(Todo)
    list(POP_FRONT Todo Target)
    if(Target IN_LIST Seen OR NOT Target MATCHES "^(clang|LLVM.)"
       OR NOT TARGET ${Target})
      continue()
    endif()
    list(APPEND Seen ${Target})
    get_target_property(Kind ${Target} TYPE)
    if(NOT Kind STREQUAL "STATIC_LIBRARY")
      continue()
    endif()
    get_target_property(File ${Target} LOCATION)
    list(APPEND Files "${File}")
    get_target_property(Needs ${Target} INTERFACE_LINK_LIBRARIES)
    if(Needs)
      list(TRANSFORM Needs REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1")
      list(APPEND Todo ${Needs})
    endif()
  endwhile()
  set(${OUT} "${Files}" PARENT_SCOPE)
endfunction()

function(ungil_link_llvm Target)
  cmake_parse_arguments(ARG "STATIC" "" "" ${ARGN})
  if(NOT ARG_STATIC)
    target_link_libraries(${Target} PRIVATE clang-cpp LLVM)
    return()
  endif()
  list(TRANSFORM UNGIL_LLVM_COMPONENTS PREPEND LLVM OUTPUT_VARIABLE Components)
  ungil_archives(Archives ${UNGIL_CLANG_ARCHIVES} ${Components})
  # Compression libraries as archives too where they exist, so that a copied
  # binary needs the C library and nothing else.
  set(System "")
  foreach(Name IN ITEMS z zstd)
    find_library(UNGIL_LIB_${Name} NAMES lib${Name}.a ${Name})
    mark_as_advanced(UNGIL_LIB_${Name})
    if(UNGIL_LIB_${Name})
      list(APPEND System ${UNGIL_LIB_${Name}})
    endif()
  endforeach()
  target_link_libraries(${Target} PRIVATE
    -Wl,--start-group ${Archives} ${System} -Wl,--end-group
    ${CMAKE_DL_LIBS} Threads::Threads)
  target_link_options(${Target} PRIVATE -static-libstdc++ -static-libgcc)
endfunction()

find_package(Threads REQUIRED)
