//===- Preprocessor.h - what only the preprocessor sees ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Macros that depend on the GIL, comments, the Python version, and the module
// macros of binding tools: remembered while the unit is read, written to the
// facts at its end.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_PREPROCESSOR_H
#define UNGIL_EXTRACT_PREPROCESSOR_H

#include "Extract/FactsBuilder.h"
#include "clang/Lex/Preprocessor.h"
#include <utility>
#include <vector>

namespace ungil {

class PreprocessorRecord : public clang::CommentHandler {
public:
  bool HandleComment(clang::Preprocessor &PP,
                     clang::SourceRange Comment) override;

  /// Writes what was remembered; call once, at the end of the unit.
  void finish(clang::Preprocessor &PP, FactsBuilder &Builder);

  std::vector<
      std::pair<const clang::IdentifierInfo *, const clang::MacroInfo *>>
      Macros;

private:
  std::vector<clang::SourceRange> Comments;
};

} // namespace ungil

#endif
