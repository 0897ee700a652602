//===- Protections.h - words for what protects a place ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The table behind the inventory's groups, for people and programs.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_PROTECTIONS_H
#define UNGIL_REPORT_PROTECTIONS_H

#include "Report/Levels.h"
#include "llvm/ADT/ArrayRef.h"
#include <string_view>

namespace ungil {

struct ProtectionText {
  Protection How;
  std::string_view Name;  ///< `per-thread`: for programs
  std::string_view Title; ///< `per thread`
  std::string_view Means; ///< may be empty: the title says it
};

/// In the order of Protection, the least good first.
llvm::ArrayRef<ProtectionText> protections();

std::string_view name(Protection How);

} // namespace ungil

#endif
