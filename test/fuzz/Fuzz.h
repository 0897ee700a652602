//===- Fuzz.h - what fuzz targets share -------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A target is one FUZZ(Text) { ... }: whatever the text, it returns, and
// neither a sanitizer nor an abort() of its own objects. Built with sanitizers
// only (`cmake --preset asan`); docs/reliability.md says how to run them.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TEST_FUZZ_H
#define UNGIL_TEST_FUZZ_H

#include "llvm/Support/Error.h"
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#define FUZZ(Text)                                                             \
  static void fuzz(std::string_view Text);                                     \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {    \
    fuzz({reinterpret_cast<const char *>(Data), Size});                        \
    return 0;                                                                  \
  }                                                                            \
  static void fuzz(std::string_view Text)

/// An error is one sentence on one line.
inline void forget(llvm::Error Problem) {
  if (Problem && llvm::toString(std::move(Problem)).empty())
    __builtin_trap();
}

/// The value, if there is one.
template <class T> std::optional<T> check(llvm::Expected<T> Value) {
  if (Value)
    return std::move(*Value);
  forget(Value.takeError());
  return std::nullopt;
}

#endif
