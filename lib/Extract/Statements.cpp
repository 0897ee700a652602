//===- Statements.cpp - the statements of a body, for edits ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Statements.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

using namespace clang;

namespace ungil {
namespace {

StatementKind kindOf(const Stmt *S) {
  if (llvm::isa<CompoundStmt>(S))
    return StatementKind::Compound;
  if (llvm::isa<DeclStmt>(S))
    return StatementKind::Declaration;
  if (llvm::isa<Expr>(S))
    return StatementKind::Expression;
  if (llvm::isa<IfStmt>(S))
    return StatementKind::If;
  if (llvm::isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S))
    return StatementKind::Loop;
  if (llvm::isa<SwitchStmt>(S))
    return StatementKind::Switch;
  if (llvm::isa<SwitchCase>(S))
    return StatementKind::Case;
  if (llvm::isa<LabelStmt>(S))
    return StatementKind::Label;
  if (llvm::isa<ReturnStmt>(S))
    return StatementKind::Return;
  if (llvm::isa<GotoStmt, IndirectGotoStmt>(S))
    return StatementKind::Goto;
  if (llvm::isa<BreakStmt>(S))
    return StatementKind::Break;
  if (llvm::isa<ContinueStmt>(S))
    return StatementKind::Continue;
  return StatementKind::Other;
}

bool leaves(const Stmt *S) {
  if (!S)
    return false;
  if (llvm::isa<ReturnStmt, GotoStmt, IndirectGotoStmt, BreakStmt,
                ContinueStmt>(S))
    return true;
  return llvm::any_of(S->children(), leaves);
}

/// The statements right inside \p S; conditions and other expressions that
/// are parts of it are none.
std::vector<const Stmt *> partsOf(const Stmt *S) {
  if (const auto *If = llvm::dyn_cast<IfStmt>(S))
    return {If->getThen(), If->getElse()};
  if (const auto *For = llvm::dyn_cast<ForStmt>(S))
    return {For->getBody()};
  if (const auto *While = llvm::dyn_cast<WhileStmt>(S))
    return {While->getBody()};
  if (const auto *Do = llvm::dyn_cast<DoStmt>(S))
    return {Do->getBody()};
  if (const auto *Range = llvm::dyn_cast<CXXForRangeStmt>(S))
    return {Range->getBody()};
  if (const auto *Switch = llvm::dyn_cast<SwitchStmt>(S))
    return {Switch->getBody()};
  if (const auto *Case = llvm::dyn_cast<SwitchCase>(S))
    return {Case->getSubStmt()};
  if (const auto *Label = llvm::dyn_cast<LabelStmt>(S))
    return {Label->getSubStmt()};
  if (const auto *Catch = llvm::dyn_cast<CXXCatchStmt>(S))
    return {Catch->getHandlerBlock()};
  if (llvm::isa<CompoundStmt, AttributedStmt, CXXTryStmt>(S))
    return {S->child_begin(), S->child_end()};
  return {};
}

class StatementWriter {
public:
  explicit StatementWriter(FactsBuilder &B) : B(B) {}

  std::vector<Statement> run(const Stmt *Body) {
    if (Body->getBeginLoc().isMacroID() && inOneMacro(Body))
      return {};
    File = B.Sources.getFileID(B.Sources.getExpansionLoc(Body->getBeginLoc()));
    add(Body, None, 0);
    return std::move(All);
  }

private:
  bool inOneMacro(const Stmt *S) const {
    SourceLocation Begin = S->getBeginLoc(), End = S->getEndLoc();
    return Begin.isMacroID() && End.isMacroID() &&
           B.Sources.getExpansionLoc(Begin) == B.Sources.getExpansionLoc(End);
  }

  void add(const Stmt *S, uint32_t Parent, uint8_t Flags);
  uint32_t endOf(const Stmt *S, StatementKind Kind) const;

  FactsBuilder &B;
  FileID File;
  std::vector<Statement> All;
};

/// One past the last byte of \p S, the `;` included.
uint32_t StatementWriter::endOf(const Stmt *S, StatementKind Kind) const {
  const SourceManager &Sources = B.Sources;
  const LangOptions &Language = B.Context.getLangOpts();
  SourceLocation Last = Sources.getExpansionRange(S->getEndLoc()).getEnd();
  bool EndsItself = Kind == StatementKind::Compound ||
                    Kind == StatementKind::If ||
                    Kind == StatementKind::Switch ||
                    (Kind == StatementKind::Loop && !llvm::isa<DoStmt>(S));
  if (!EndsItself || S->getEndLoc().isMacroID())
    if (auto Next = Lexer::findNextToken(Last, Sources, Language);
        Next && Next->is(tok::semi))
      Last = Next->getLocation();
  if (Sources.getFileID(Last) != File)
    return 0;
  return Sources.getFileOffset(Last) +
         Lexer::MeasureTokenLength(Last, Sources, Language);
}

void StatementWriter::add(const Stmt *S, uint32_t Parent, uint8_t Flags) {
  SourceLocation Begin = B.Sources.getExpansionLoc(S->getBeginLoc());
  if (S->getBeginLoc().isInvalid() || B.Sources.getFileID(Begin) != File)
    return; // an empty statement of the compiler's, an included fragment
  uint32_t Offset = B.Sources.getFileOffset(Begin);
  bool Macro = inOneMacro(S);
  if (Macro && !All.empty() && All.back().has(SF_Macro) &&
      All.back().Offset == Offset) { // the same use of the same macro
    All.back().Kind = StatementKind::Other;
    All.back().Flags |= leaves(S) ? SF_Leaves : 0;
    return;
  }
  auto Index = static_cast<uint32_t>(All.size());
  Statement Out;
  Out.Kind = kindOf(S);
  Out.Parent = Parent;
  Out.Offset = Offset;
  uint32_t End = endOf(S, Out.Kind);
  if (Macro) {
    Flags |= SF_Macro | (leaves(S) ? SF_Leaves : 0);
    if (!partsOf(S).empty())
      Out.Kind = StatementKind::Other;
  }
  Out.Flags = Flags;
  All.push_back(Out);
  if (!Macro) {
    const auto *If = llvm::dyn_cast<IfStmt>(S);
    for (const Stmt *Part : partsOf(S))
      if (Part) {
        add(Part, Index, If && Part == If->getElse() ? SF_Else : 0);
        End = std::max(End, All.back().end());
      }
  }
  All[Index].Length = End > Offset ? End - Offset : 0;
}

} // namespace

std::vector<Statement> statementsOf(FactsBuilder &Builder, const Stmt *Body) {
  return StatementWriter(Builder).run(Body);
}

} // namespace ungil
