//===- Modules.h - the extension modules of a program -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Joins what the facts know of a module: its PyInit function, the definition
// that function creates it from, the slots table, or a binding tool's macro.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_MODULEGILSLOT_MODULES_H
#define UNGIL_RULES_MODULEGILSLOT_MODULES_H

#include "Link/Program.h"
#include <string>
#include <vector>

namespace ungil::rules {

/// What a module says about the GIL.
enum class GilClaim : uint8_t { Silent, Needed, NotNeeded };

/// Where in the source the declaration belongs.
enum class ModuleStyle : uint8_t { SinglePhase, MultiPhase, Tool };

struct ModuleUnit {
  std::string Name;
  ModuleStyle Style = ModuleStyle::SinglePhase;
  ModuleKind Tool = ModuleKind::Def;
  GilClaim Claim = GilClaim::Silent;
  SourceRange Where; ///< the declaration, or where it is missing
  SourceRange Also;  ///< the definition; may be invalid
  std::string AlsoText;
  FunctionId Init = None; ///< PyInit function
  EntityId Def = None;
  bool Incomplete = false; ///< code that may declare it was not seen
};

/// Every module of the program, in order of position.
std::vector<ModuleUnit> modulesOf(const Program &P);

} // namespace ungil::rules

#endif
