//===- Extract.h - one walk of a translation unit ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only Clang-heavy arrow: a translation unit in, TuFacts out. Used by
// the Driver (through a front-end action) and by the clang-tidy plugin
// (on the ASTContext clang-tidy already has).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_EXTRACT_H
#define UNGIL_EXTRACT_EXTRACT_H

#include "Facts/Facts.h"
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace clang {
class ASTConsumer;
class ASTContext;
class CompilerInstance;
class FrontendAction;
class Preprocessor;
class Sema;
} // namespace clang

namespace ungil {

struct ExtractOptions {
  /// Is \p AbsolutePath a file of the extension under scan? Bodies of
  /// functions elsewhere are not read.
  std::function<bool(std::string_view AbsolutePath)> IsUserFile;
};

/// Collects what only the preprocessor and the lexer see. Attach before the
/// main file is entered; finish with extract().
class PreprocessorRecord;
std::shared_ptr<PreprocessorRecord> attach(clang::Preprocessor &PP,
                                           const ExtractOptions &Options);

/// Writes the facts of a parsed unit to \p Out.
void extract(clang::ASTContext &Context, clang::Preprocessor &PP,
             PreprocessorRecord &Record, const ExtractOptions &Options,
             TuFacts &Out);

/// A front-end action that does both and skips bodies outside user files.
std::unique_ptr<clang::FrontendAction> makeExtractAction(ExtractOptions Options,
                                                         TuFacts &Out);

} // namespace ungil

#endif
