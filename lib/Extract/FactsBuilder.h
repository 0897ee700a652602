//===- FactsBuilder.h - declarations to entities ----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Interns what the walk meets into the tables of one TuFacts: files, strings,
// paths, and an entity per declaration, with its type classified once.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_FACTSBUILDER_H
#define UNGIL_EXTRACT_FACTSBUILDER_H

#include "Extract/Extract.h"
#include "Extract/Types.h"
#include "Facts/Facts.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Type.h"
#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>

namespace ungil {

class FactsBuilder {
public:
  FactsBuilder(clang::ASTContext &Context, const ExtractOptions &Options,
               TuFacts &Facts);

  TuFacts &Facts;
  clang::ASTContext &Context;
  const clang::SourceManager &Sources;

  bool isUserFile(clang::SourceLocation Loc);
  FileId file(clang::FileID Id);

  /// Range of tokens, at the expansion when inside a macro.
  SourceRange range(clang::SourceRange Range);
  SourceRange range(clang::SourceLocation Loc) {
    return range(clang::SourceRange(Loc, Loc));
  }
  /// The tokens as the source has them, at the expansion when in a macro.
  llvm::StringRef text(clang::SourceRange Range);

  EntityId entity(const clang::FunctionDecl *Function);
  EntityId entity(const clang::VarDecl *Place);
  EntityId entity(const clang::FieldDecl *Field);
  EntityId entity(const clang::RecordDecl *Record);
  /// A function without declaration: an API macro, or Clang's own.
  EntityId synthetic(llvm::StringRef Name);

  uint32_t string(llvm::StringRef S);
  PathId path(const Path &P);
  uint32_t choice(std::vector<Operand> Parts);

  /// The outermost macro from outside the user's files that expands to
  /// \p Loc (`Py_CLEAR`), or empty. \p InProjectMacro is set when the body of
  /// a macro of the extension wrote the code.
  llvm::StringRef apiMacro(clang::SourceLocation Loc, bool &InProjectMacro);

  /// A name as a person says it: qualified, without template arguments of
  /// enclosing classes' inline namespaces.
  static std::string spokenName(const clang::NamedDecl *D);

private:
  EntityId add(const clang::NamedDecl *D, EntityKind Kind, std::string Usr);
  std::string usr(const clang::NamedDecl *D);
  uint32_t linkageFlags(const clang::NamedDecl *D);

  const ExtractOptions &Options;
  llvm::DenseMap<const clang::Decl *, EntityId> Entities;
  llvm::StringMap<EntityId> Synthetic;
  llvm::StringMap<uint32_t> Strings;
  std::map<std::vector<uint32_t>, PathId> Paths;
  llvm::DenseMap<clang::FileID, FileId> Files;
  llvm::StringMap<FileId> FilesByPath;
};

} // namespace ungil

#endif
