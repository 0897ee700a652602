//===- Fix.h - plans for findings -------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   Program, Finding ── a rule's planner ──► FixPlan
//
// A rule that can mend what it finds has a planner, rules/<id>/Fix.cpp. It
// works on the linked program and the text of the files, and either says every
// edit that the fix needs, or why there is none.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_FIX_H
#define UNGIL_FIX_FIX_H

#include "Fix/Draft.h"
#include "Link/Program.h"
#include "Report/Finding.h"
#include "Report/RuleInfo.h"
#include "Support/SourceCache.h"
#include "llvm/ADT/ArrayRef.h"
#include <string>
#include <vector>

namespace ungil {

struct FixOptions {
  /// Oldest Python that the edited code must build with; 0: that of the
  /// headers that were read.
  PyVersion Target = 0;
  /// pythoncapi_compat.h may be included for what Target lacks.
  bool Compat = false;
};

struct FixContext {
  const Program &P;
  SourceCache &Sources;
  FixOptions Options;
  /// Sources of the extension that were not read; null: nobody knows which.
  const std::vector<std::string> *Unread = nullptr;

  std::string_view text(FileId File) const {
    return Sources.get(P.Facts.Files[File].Path).text();
  }
};

/// Fills Fix of every finding whose rule, one of \p Rules, has a planner.
void planFixes(const FixContext &Context,
               llvm::ArrayRef<const RuleInfo *> Rules, FindingList &Findings);

namespace fix {

/// Makes function \p Name, in CPython's API since \p Since, usable in the file
/// of \p Code: includes pythoncapi_compat.h when it is needed and may be, says
/// what stands in for it on older Pythons (OldPython.h), or refuses.
void useApi(Draft &D, const FixContext &Context, const FunctionText &Code,
            std::string_view Name, PyVersion Since, bool InCompat);

/// Behind the last line in front of byte \p Before that includes something,
/// outside of any conditional compilation but the guard around a whole file; 0
/// if there is none.
uint32_t afterIncludes(std::string_view Text, uint32_t Before);

/// Is the file one of C++?
bool isCxx(const FixContext &Context, FileId File);

/// Is \p Type, as facts spell it, `PyObject *`?
bool isObjectPointer(std::string_view Type);

/// Could a C++ exception come out of what \p F does in bytes \p Begin to
/// \p End?
bool mayThrow(const FixContext &Context, FunctionId F, uint32_t Begin,
              uint32_t End);

} // namespace fix
} // namespace ungil

#endif
