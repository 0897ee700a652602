# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Language, warnings, sanitizers and link flags of everything we build.
# Exceptions and RTTI stay on: nlohmann/json throws, and Debian's LLVM is
# built with RTTI (without exceptions, so none of ours may cross its frames).

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON) # the plugin is a shared object
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

add_library(ungil_flags INTERFACE)
target_compile_options(ungil_flags INTERFACE
  -Wall -Wextra -Wno-unused-parameter -fdata-sections -ffunction-sections)
target_link_options(ungil_flags INTERFACE -Wl,--gc-sections -Wl,--as-needed
  -Wl,--build-id=sha1) # tells the facts of one build from those of another

# Two gigabytes of archives link in seconds with lld, in a minute without.
find_program(UNGIL_LLD NAMES ld.lld PATHS "${UNGIL_LLVM_ROOT}/bin"
             NO_DEFAULT_PATH)
mark_as_advanced(UNGIL_LLD)
if(UNGIL_LLD)
  target_link_options(ungil_flags INTERFACE "--ld-path=${UNGIL_LLD}")
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_link_options(ungil_flags INTERFACE -Wl,-s)
endif()

if(UNGIL_SANITIZE)
  target_compile_options(ungil_flags INTERFACE
    "-fsanitize=${UNGIL_SANITIZE}" -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(ungil_flags INTERFACE "-fsanitize=${UNGIL_SANITIZE}")
  # What test/fuzz steers by.
  if(UNGIL_SANITIZE MATCHES "address")
    target_compile_options(ungil_flags INTERFACE -fsanitize=fuzzer-no-link)
  endif()
endif()
