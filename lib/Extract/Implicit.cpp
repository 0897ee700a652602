//===- Implicit.cpp - bodies that the compiler writes ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Implicit.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace ungil {
namespace {

using Callees = llvm::SmallVector<const FunctionDecl *, 4>;

const FunctionDecl *copyOf(const CXXRecordDecl *Class) {
  for (const CXXConstructorDecl *Constructor : Class->ctors())
    if (Constructor->isCopyConstructor() && Constructor->isUserProvided())
      return Constructor;
  return nullptr;
}

const FunctionDecl *endOf(const CXXRecordDecl *Class) {
  const CXXDestructorDecl *Destructor = Class->getDestructor();
  return Destructor && Destructor->isUserProvided() ? Destructor : nullptr;
}

/// What somebody wrote for objects of type \p Type, or for their parts.
template <class Member>
void collect(QualType Type, Member Written, Callees &Out, unsigned Depth = 0);

template <class Member>
void collectParts(const CXXRecordDecl *Class, Member Written, Callees &Out,
                  unsigned Depth) {
  for (const CXXBaseSpecifier &Base : Class->bases())
    collect(Base.getType(), Written, Out, Depth + 1);
  for (const FieldDecl *Field : Class->fields())
    collect(Field->getType(), Written, Out, Depth + 1);
}

template <class Member>
void collect(QualType Type, Member Written, Callees &Out, unsigned Depth) {
  if (Type.isNull() || Type->isReferenceType() || Type->isPointerType() ||
      Depth > 8)
    return;
  const CXXRecordDecl *Class = Type->getAsCXXRecordDecl();
  Class = Class ? Class->getDefinition() : nullptr;
  if (!Class)
    return;
  if (const FunctionDecl *F = Written(Class))
    Out.push_back(F);
  else
    collectParts(Class, Written, Out, Depth);
}

void addBody(FactsBuilder &B, EntityId Id, SourceRange Range,
             const Callees &Calls) {
  Function Out;
  Out.Id = Id;
  Out.Body = Range;
  Out.Exit = 1;
  Out.Blocks.resize(2);
  Out.Blocks[0].Succs.push_back(1);
  for (const FunctionDecl *Callee : Calls) {
    Event E;
    E.Kind = EventKind::Call;
    E.Flags = EV_Implicit | EV_MethodCall;
    E.Callee = B.entity(Callee);
    E.Range = Range;
    Out.Blocks[0].Events.push_back(Out.Events.size());
    Out.Events.push_back(std::move(E));
  }
  B.Facts.Functions.push_back(std::move(Out));
}

} // namespace

void addDefaultedCopy(FactsBuilder &B, const CXXConstructorDecl *Copy) {
  Callees Calls;
  collectParts(Copy->getParent(), copyOf, Calls, 0);
  if (Calls.empty())
    return;
  EntityId Id = B.entity(Copy);
  B.Facts.Entities[Id].Flags |= EF_Defined | EF_Implicit;
  addBody(B, Id, B.range(Copy->getSourceRange()), Calls);
}

void addClosureEnd(FactsBuilder &B, const LambdaExpr *Lambda) {
  Callees Calls;
  for (const LambdaCapture &Capture : Lambda->captures())
    if (Capture.capturesVariable() && Capture.getCaptureKind() == LCK_ByCopy)
      collect(Capture.getCapturedVar()->getType(), endOf, Calls);
  const CXXMethodDecl *Operator = Lambda->getCallOperator();
  if (Calls.empty() || !Operator)
    return;
  EntityId Call = B.entity(Operator);
  EntityId Id = B.synthetic(B.Facts.Entities[Call].Usr + "#end");
  Entity &E = B.Facts.Entities[Id];
  E.Name = "end of " + B.Facts.Entities[Call].Name;
  E.Flags = EF_Defined | EF_Internal | EF_Implicit | EF_Lambda | EF_Destructor;
  E.Parent = Call;
  E.Loc = B.range(Lambda->getBeginLoc());
  addBody(B, Id, B.range(Lambda->getIntroducerRange()), Calls);
}

} // namespace ungil
