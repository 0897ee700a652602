//===- Nearest.h - what a misspelt name was meant to be ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Used wherever a person types a name from a fixed list.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_NEAREST_H
#define UNGIL_SUPPORT_NEAREST_H

#include "llvm/ADT/ArrayRef.h"
#include <string_view>

namespace ungil {

/// The entry of \p Names that \p Typed is most likely a misspelling or a part
/// of; empty when none is near. The first wins a tie.
std::string_view nearest(std::string_view Typed,
                         llvm::ArrayRef<std::string_view> Names);

} // namespace ungil

#endif
