//===- BodyLowering.h - the walk behind Body.h ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One class over four files: statements and stores (Body.cpp), calls
// (BodyCalls.cpp), what binding tools are given (BodyBindings.cpp), what a
// branch asks (BodyBranches.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_BODYLOWERING_H
#define UNGIL_EXTRACT_BODYLOWERING_H

#include "Extract/Body.h"
#include "Extract/Paths.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Analysis/CFG.h"
#include "llvm/ADT/DenseMap.h"

namespace ungil {

struct BindingTerms;

/// Writes the events of one body, block by block. Clang's CFG lists
/// every subexpression before its parent (setAllAlwaysAdd), so each expression
/// is looked at once and calls are numbered before their results are used.
class BodyLowering {
public:
  BodyLowering(FactsBuilder &Builder, Function &Out)
      : B(Builder), Out(Out), Paths(Builder, Out) {}

  void run(const clang::CFG &Graph);

  /// Parameters become the first locals; `this` is the very first.
  void addParameters(const clang::FunctionDecl *F);

  uint32_t Missing = 0; ///< EF_HasError, EF_Partial

private:
  void lowerElement(const clang::CFGElement &Element);
  void lowerStmt(const clang::Stmt *S);
  void lowerCall(const clang::CallExpr *Call);
  void lowerConstruct(const clang::CXXConstructExpr *Construct);
  static const clang::CXXConstructorDecl *
  openConstructor(const clang::VarDecl *Var);
  void lowerConstruct(const clang::VarDecl *Var,
                      const clang::CXXConstructorDecl *Constructor,
                      const clang::Stmt *Whole);
  void lowerAssignment(const clang::BinaryOperator *Assign);
  void lowerStore(const clang::Expr *Target, Operand Value,
                  const clang::Stmt *Whole, EventKind Kind);
  void lowerDecl(const clang::VarDecl *Var, const clang::Stmt *Whole);
  void lowerInitList(const Path &Where, const clang::Expr *Init);
  void lowerAtomic(const clang::AtomicExpr *Atomic);
  bool lowerAtomicMethod(const clang::CallExpr *Call,
                         const clang::CXXMethodDecl *Method,
                         const clang::Expr *Object, const clang::Expr *Value);
  void accessAtomic(const Path &Where, EventKind Kind, Operand Value,
                    const clang::Stmt *Whole);
  void lowerDestructor(const clang::CFGElement &Element);
  void destroy(const clang::VarDecl *Var,
               const clang::CXXDestructorDecl *Destructor,
               const clang::Stmt *Where);
  void lowerBranch(const clang::CFGBlock &Block);
  void containerMethod(const clang::CXXMethodDecl *Method,
                       const clang::Expr *Object, const clang::Stmt *Whole);
  void handOver(const clang::CallExpr *Call, const clang::FunctionDecl *Callee);
  void bindFunction(const clang::Expr *Arg, EntryPoint Entry,
                    const BindingTerms &Terms);
  void bindConstructor(const clang::Expr *Arg,
                       const clang::CXXRecordDecl *Class, EntryPoint Entry,
                       const BindingTerms &Terms);
  void bindMember(const clang::Expr *Arg, MemberEntry Entry);
  void bindClass(const clang::CXXRecordDecl *Class);
  void emplaced(const clang::CallExpr *Call, const clang::FunctionDecl *Callee);
  void markTested(const clang::Expr *Value);
  Operand testSubject(const clang::Expr *Condition, TestKind &Test,
                      Operand &Limit);
  Event &add(EventKind Kind, const clang::Stmt *Where);
  void mark(Event &E, clang::SourceLocation Loc);

  FactsBuilder &B;
  Function &Out;
  PathBuilder Paths;
  Block *Current = nullptr;
  llvm::DenseMap<const clang::Expr *, uint32_t> Reads; ///< events of loads
};

} // namespace ungil

#endif
