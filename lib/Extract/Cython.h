//===- Cython.h - names in generated C --------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The C that Cython writes holds two kinds of code: what the author of the
// .pyx wrote, as C, and the generator's own helpers, caches and wrappers. The
// names tell them apart; only the former is an author's to change.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_CYTHON_H
#define UNGIL_EXTRACT_CYTHON_H

#include "Facts/Facts.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace ungil::cython {

enum class Owner { Nobody, Author, Generator };

/// Whose is the thing that C calls \p Name? Nobody's where Cython gave no name.
Owner ownerOf(EntityKind Kind, llvm::StringRef Name);

/// A name that an author's thing has in C, as the source has it:
/// `__pyx_pf_3pkg_3mod_4UUID_22__hash__` is `pkg.mod.UUID.__hash__`.
std::string sourceName(llvm::StringRef Name);

} // namespace ungil::cython

#endif
