//===- OldPython.h - locks for Pythons that have none -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   #if PY_VERSION_HEX < 0x030D0000
//   typedef char PyMutex;
//   #  define PyMutex_Lock(mutex) ((void)(mutex))
//   ...
//
// PyMutex and critical sections are new in Python 3.13. Where the edited code
// has to build with older ones too, which always have the GIL, a block near
// the head of the file lets it say the same there.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_OLDPYTHON_H
#define UNGIL_FIX_OLDPYTHON_H

#include "Fix/Fix.h"
#include <string>
#include <string_view>
#include <vector>

namespace ungil::fix {

/// Oldest Python that the edited code must build with; 0 if nobody knows.
PyVersion targetOf(const FixContext &Context);

/// Adds the block for \p Name, a function or macro of 3.13, to the file, in
/// front of byte \p Before, unless it is there. Why not, as part of a sentence;
/// empty when all is well.
std::string standInFor(std::string_view Name, const FixContext &Context,
                       FileId File, uint32_t Before, std::vector<Edit> &Edits);

/// The same for a PyMutex that is declared at byte \p Before, if the target
/// needs it.
std::string mutexFor(const FixContext &Context, FileId File, uint32_t Before,
                     std::vector<Edit> &Edits);

} // namespace ungil::fix

#endif
