//===- Apply.h - edits on text ----------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which of many fixes go together, what a file looks like with them, and the
// difference as a unified diff.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_APPLY_H
#define UNGIL_FIX_APPLY_H

#include "Report/Finding.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ungil::fix {

/// Indices of the plans that can be made together: in order, each that does
/// not touch what an earlier one touches. Two edits at one place count as
/// touching, unless both are the same Edit::Once.
std::vector<size_t> choose(llvm::ArrayRef<const FixPlan *> Plans);

/// The order edits are made in: an insertion comes before what stands there.
bool comesBefore(const Edit &A, const Edit &B);

/// The edits of \p Plans by file, sorted, a repeated Edit::Once dropped.
std::map<FileId, std::vector<Edit>>
editsByFile(llvm::ArrayRef<const FixPlan *> Plans);

/// \p Text with \p Edits, which are sorted and apart.
std::string apply(std::string_view Text, llvm::ArrayRef<Edit> Edits);

/// Prints what turns \p Old into \p New, as `diff -u` does; \p Path is how the
/// file is called.
void printDiff(std::string_view Path, std::string_view Old,
               std::string_view New, llvm::raw_ostream &Out);

} // namespace ungil::fix

#endif
