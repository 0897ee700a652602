# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The compiler is the Clang that belongs to UNGIL_LLVM unless the user names
# one: it is installed anyway, it compiles Clang's headers faster than GCC,
# and clang-tidy can then read our compile commands and precompiled headers.

if(NOT UNGIL_LLVM MATCHES "^(19|22)$")
  message(FATAL_ERROR "UNGIL_LLVM is '${UNGIL_LLVM}'; it can be 19 or 22")
endif()

# One place for the prefix, so that another system needs one -D.
set(UNGIL_LLVM_ROOT "/usr/lib/llvm-${UNGIL_LLVM}" CACHE PATH
    "Where LLVM ${UNGIL_LLVM} is installed")

if(NOT DEFINED CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX}
   AND EXISTS "${UNGIL_LLVM_ROOT}/bin/clang++")
  set(CMAKE_C_COMPILER "${UNGIL_LLVM_ROOT}/bin/clang" CACHE FILEPATH "")
  set(CMAKE_CXX_COMPILER "${UNGIL_LLVM_ROOT}/bin/clang++" CACHE FILEPATH "")
endif()

find_program(UNGIL_CCACHE ccache)
mark_as_advanced(UNGIL_CCACHE)
if(UNGIL_CCACHE)
  # Precompiled headers carry time stamps that ccache must be told to ignore.
  set(ungil_launcher "${CMAKE_COMMAND}" -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros "${UNGIL_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${ungil_launcher}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${ungil_launcher}")
endif()
