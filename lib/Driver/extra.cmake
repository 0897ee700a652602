# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Embeds Clang's builtin headers and the stand-ins for those of binding tools. A generated source holds one assembly block
# that takes each header in with .incbin and lists them in a table
# (BuiltinHeaders.cpp reads it): no tool but the compiler is needed.
# The intrinsics of other architectures are most of the bytes and of no use to
# a program that runs on this one.

set(HeaderDir "")
foreach(Version IN ITEMS ${LLVM_VERSION_MAJOR} ${LLVM_PACKAGE_VERSION})
  set(Candidate "${LLVM_LIBRARY_DIR}/clang/${Version}/include")
  if(NOT HeaderDir AND EXISTS "${Candidate}/stddef.h")
    set(HeaderDir "${Candidate}")
  endif()
endforeach()
if(NOT HeaderDir)
  message(FATAL_ERROR "Clang's builtin headers are not in "
          "${LLVM_LIBRARY_DIR}/clang: install libclang-common-"
          "${LLVM_VERSION_MAJOR}-dev")
endif()

file(GLOB_RECURSE Headers RELATIVE "${HeaderDir}" FOLLOW_SYMLINKS
     "${HeaderDir}/*.h" "${HeaderDir}/*.inc")
list(SORT Headers)
list(FILTER Headers EXCLUDE REGEX
     "^(cuda_wrappers|hlsl|llvm_libc_wrappers|openmp_wrappers|ppc_wrappers|profile|xray|sanitizer|fuzzer|orc|zos_wrappers)/")
list(FILTER Headers EXCLUDE REGEX
     "^(__clang_cuda|__clang_hip|altivec|amdgpu|amxcomplex_|hexagon_|hlsl|htm|hvx_|lasx|lsx|larch|msa|opencl|riscv|sifive|s390|vecintrin|velintrin|wasm_|andes|gpuintrin|nvptxintrin|spirvintrin)")
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(arm|aarch64)")
  list(FILTER Headers EXCLUDE REGEX "^arm")
endif()
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i.86)")
  list(FILTER Headers EXCLUDE REGEX
       "^(amx|avx|adx|aesin|bmi|[eptxnwi]mmintrin|immintrin|x86|ammintrin)")
endif()

# Headers of binding tools, for machines that lack them.
set(StandInDir "${CMAKE_CURRENT_LIST_DIR}/StandInHeaders")
file(GLOB_RECURSE StandIns RELATIVE "${StandInDir}" "${StandInDir}/*.h")
list(SORT StandIns)

set(Table "")
set(Texts "")
set(Inputs "")
set(Number 0)
foreach(Header IN LISTS Headers StandIns)
  set(Folder "${HeaderDir}")
  set(Name "clang/include/${Header}")
  if(Header IN_LIST StandIns)
    set(Folder "${StandInDir}")
    set(Name "tools/${Header}")
  endif()
  string(APPEND Table
    ".long .Lungil_n${Number} - UngilBuiltinHeaders\n"
    ".long .Lungil_t${Number} - UngilBuiltinHeaders\n"
    ".long .Lungil_e${Number} - UngilBuiltinHeaders\n")
  string(APPEND Texts
    ".Lungil_n${Number}: .asciz \"${Name}\"\n"
    ".Lungil_t${Number}: .incbin \"${Folder}/${Header}\"\n"
    ".Lungil_e${Number}: .byte 0\n")
  list(APPEND Inputs "${Folder}/${Header}")
  math(EXPR Number "${Number} + 1")
endforeach()

set(Generated "${CMAKE_CURRENT_BINARY_DIR}/BuiltinHeadersData.cpp")
file(CONFIGURE OUTPUT "${Generated}" @ONLY CONTENT [==[
// Written by lib/Driver/extra.cmake; do not edit.
__asm__(R"(
.section .rodata
.balign 4
.globl UngilBuiltinHeaders
.hidden UngilBuiltinHeaders
.type UngilBuiltinHeaders, @object
UngilBuiltinHeaders:
@Table@
.long -1, -1, -1
@Texts@
.text
)");
]==])
target_sources(${Target} PRIVATE "${Generated}")
set_source_files_properties("${Generated}" PROPERTIES
  OBJECT_DEPENDS "${Inputs}" SKIP_PRECOMPILE_HEADERS ON)
