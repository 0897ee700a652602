# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# rules/api/*.json becomes part of the library. The program that embeds it
# checks it too, so a wrong entry fails the build.

file(GLOB ApiData CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/rules/api/*.json")
set(ApiArguments "")
foreach(File IN LISTS ApiData)
  file(RELATIVE_PATH Name "${PROJECT_SOURCE_DIR}" "${File}")
  list(APPEND ApiArguments "${Name}=${File}")
endforeach()

# Runs while building, hence always with the shared LLVM.
add_executable(ungil-embed-api
  "${CMAKE_CURRENT_LIST_DIR}/Embed/EmbedApi.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/Api.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/Pack.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/Read.cpp")
target_include_directories(ungil-embed-api PRIVATE "${PROJECT_SOURCE_DIR}/lib")
target_link_libraries(ungil-embed-api PRIVATE
  ungil_flags ungil_llvm_headers nlohmann_json::nlohmann_json LLVM)

set(ApiEmbedded "${CMAKE_CURRENT_BINARY_DIR}/EmbeddedApi.cpp")
add_custom_command(OUTPUT "${ApiEmbedded}"
  COMMAND ungil-embed-api "${ApiEmbedded}" ${ApiArguments}
  DEPENDS ungil-embed-api ${ApiData}
  COMMENT "Checking and embedding rules/api" VERBATIM)
target_sources(${Target} PRIVATE "${ApiEmbedded}")
