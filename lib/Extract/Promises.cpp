//===- Promises.cpp - Clang's thread-safety attributes --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Promises.h"
#include "Extract/Paths.h"
#include "Support/ClangCompat.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace ungil {
namespace {

/// The attributes written on one declaration. Lock expressions speak of the
/// parameters of that very declaration.
class PromiseReader {
public:
  PromiseReader(FactsBuilder &B, const ValueDecl *D, EntityId Of)
      : B(B), Of(Of), Paths(B, Scratch) {
    const auto *F = llvm::dyn_cast<FunctionDecl>(D);
    const auto *Method = llvm::dyn_cast<CXXMethodDecl>(D);
    if (Method && Method->isInstance())
      Paths.addThis(Method->getParent());
    else if (const auto *Field = llvm::dyn_cast<FieldDecl>(D))
      if (const auto *Class = llvm::dyn_cast<CXXRecordDecl>(Field->getParent()))
        Paths.addThis(Class);
    if (F)
      for (const ParmVarDecl *P : F->parameters())
        Paths.local(P);
  }

  void read(const Attr *A);

private:
  LockPromise &add(PromiseKind Kind, const Attr *A, bool Shared = false);
  void add(PromiseKind Kind, const Attr *A, const Expr *Lock, bool Shared);
  template <class Attribute>
  void addAll(PromiseKind Kind, const Attribute *A, bool Shared);
  template <class Attribute> void addTry(const Attribute *A, bool Shared);

  FactsBuilder &B;
  EntityId Of;
  Function Scratch;
  PathBuilder Paths;
};

LockPromise &PromiseReader::add(PromiseKind Kind, const Attr *A, bool Shared) {
  LockPromise &Said = B.Facts.Promises.emplace_back();
  Said.Kind = Kind;
  Said.Of = Of;
  Said.Shared = Shared;
  Said.Loc = B.range(A->getRange());
  return Said;
}

void PromiseReader::add(PromiseKind Kind, const Attr *A, const Expr *Lock,
                        bool Shared) {
  Lock = Lock->IgnoreParenImpCasts();
  // `!lock` says that it is not held, a string says nothing.
  if (llvm::isa<StringLiteral>(Lock))
    return;
  if (const auto *Not = llvm::dyn_cast<UnaryOperator>(Lock);
      Not && Not->getOpcode() == UO_LNot)
    return;
  if (const auto *Not = llvm::dyn_cast<CXXOperatorCallExpr>(Lock);
      Not && Not->getOperator() == OO_Exclaim)
    return;
  // Locks are named by pointers and by lvalues alike.
  QualType Type = Lock->getType();
  if (const auto *Address = llvm::dyn_cast<UnaryOperator>(Lock);
      Address && Address->getOpcode() == UO_AddrOf) {
    Lock = Address->getSubExpr();
    Type = Lock->getType();
  }
  bool Pointer = Type->isPointerType();
  Path Where = Paths.place(Lock);
  if (Pointer && Where.Root != RootKind::Unknown)
    Where.Steps.push_back({StepKind::Deref, None});
  PathId Id = Where.Root == RootKind::Local || Where.Root == RootKind::Place
                  ? B.path(Where)
                  : None;
  LockPromise &Said = add(Kind, A, Shared);
  Said.Lock = Id;
  Said.Type = (Pointer ? Type->getPointeeType() : Type)
                  .getCanonicalType()
                  .getAsString();
}

/// Without an argument it is the object itself: `void lock() ACQUIRE();`.
template <class Attribute>
void PromiseReader::addAll(PromiseKind Kind, const Attribute *A, bool Shared) {
  if (A->args_begin() != A->args_end()) {
    for (const Expr *Lock : A->args())
      add(Kind, A, Lock, Shared);
    return;
  }
  if (Scratch.Locals.empty() || Scratch.Locals[0].Name != "this")
    return;
  PathId Self = B.path({RootKind::Local, 0, {{StepKind::Deref, None}}});
  add(Kind, A, Shared).Lock = Self;
}

template <class Attribute>
void PromiseReader::addTry(const Attribute *A, bool Shared) {
  size_t First = B.Facts.Promises.size();
  addAll(PromiseKind::Tries, A, Shared);
  bool Success = false;
  const Expr *Value = A->getSuccessValue();
  bool Known = Value && !Value->isValueDependent() &&
               Value->EvaluateAsBooleanCondition(Success, B.Context);
  for (; First != B.Facts.Promises.size(); ++First)
    B.Facts.Promises[First].IfZero = Known && !Success;
}

void PromiseReader::read(const Attr *A) {
  if (const auto *G = llvm::dyn_cast<GuardedByAttr>(A))
    return add(PromiseKind::Guards, A, G->getArg(), false);
  if (const auto *G = llvm::dyn_cast<PtGuardedByAttr>(A))
    return add(PromiseKind::GuardsPointee, A, G->getArg(), false);
  if (const auto *R = llvm::dyn_cast<RequiresCapabilityAttr>(A))
    return addAll(PromiseKind::Requires, R, R->isShared());
  if (const auto *T = llvm::dyn_cast<AcquireCapabilityAttr>(A))
    return addAll(PromiseKind::Takes, T, T->isShared());
  if (const auto *G = llvm::dyn_cast<ReleaseCapabilityAttr>(A))
    return addAll(PromiseKind::Gives, G, G->isShared());
  if (const auto *T = llvm::dyn_cast<TryAcquireCapabilityAttr>(A))
    return addTry(T, T->isShared());
  if (const auto *S = llvm::dyn_cast<AssertCapabilityAttr>(A))
    return addAll(PromiseKind::Asserts, S, S->isShared());
  if (const auto *E = llvm::dyn_cast<LocksExcludedAttr>(A))
    return addAll(PromiseKind::Excludes, E, false);
  if (const auto *R = llvm::dyn_cast<LockReturnedAttr>(A))
    return add(PromiseKind::Returns, A, R->getArg(), false);
  if (const auto *O = llvm::dyn_cast<AcquiredBeforeAttr>(A))
    return addAll(PromiseKind::Before, O, false);
  if (const auto *O = llvm::dyn_cast<AcquiredAfterAttr>(A))
    return addAll(PromiseKind::After, O, false);
  bool Old = compat::visitOldCapability(
      A, [&](const auto *T, bool Shared) { addTry(T, Shared); },
      [&](const auto *S, bool Shared) {
        addAll(PromiseKind::Asserts, S, Shared);
      });
  if (!Old && llvm::isa<NoThreadSafetyAnalysisAttr>(A))
    add(PromiseKind::Unchecked, A);
}

} // namespace

void readPromises(FactsBuilder &Builder, const ValueDecl *D, EntityId Of) {
  for (const Decl *Written : D->redecls()) {
    if (!Written->hasAttrs())
      continue;
    PromiseReader Reader(Builder, llvm::cast<ValueDecl>(Written), Of);
    for (const Attr *A : Written->attrs())
      if (!llvm::isa<InheritableAttr>(A) ||
          !llvm::cast<InheritableAttr>(A)->isInherited())
        Reader.read(A);
  }
}

} // namespace ungil
