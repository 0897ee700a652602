//===- PathsApi.cpp - accesses that show no call --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PyList_GET_ITEM and its kind, and a bare `ob_item[i]`: accesses of a list or
// a tuple that are calls of that name to us.
//
//===----------------------------------------------------------------------===//

#include "Extract/Paths.h"

using namespace clang;

namespace ungil {

/// `x->ob_item` of a list or tuple, wherever casts hide it.
static const MemberExpr *itemMember(const Expr *E) {
  const auto *Member = llvm::dyn_cast<MemberExpr>(E->IgnoreParenImpCasts());
  if (!Member || !Member->getMemberDecl()->getIdentifier() ||
      Member->getMemberDecl()->getName() != "ob_item")
    return nullptr;
  const auto *Field = llvm::dyn_cast<FieldDecl>(Member->getMemberDecl());
  if (!Field)
    return nullptr;
  llvm::StringRef Record = Field->getParent()->getName();
  if (Record.empty())
    if (const TypedefNameDecl *T =
            Field->getParent()->getTypedefNameForAnonDecl())
      Record = T->getName();
  return Record == "PyListObject" || Record == "PyTupleObject" ? Member
                                                               : nullptr;
}

static const MemberExpr *itemMemberInside(const Stmt *S) {
  if (const auto *E = llvm::dyn_cast<Expr>(S))
    if (const MemberExpr *Member = itemMember(E))
      return Member;
  for (const Stmt *Child : S->children())
    if (Child)
      if (const MemberExpr *Found = itemMemberInside(Child))
        return Found;
  return nullptr;
}

static bool isListItem(const MemberExpr *Member) {
  const auto *Field = llvm::cast<FieldDecl>(Member->getMemberDecl());
  llvm::StringRef Name = Field->getParent()->getName();
  if (Name.empty())
    if (const TypedefNameDecl *T =
            Field->getParent()->getTypedefNameForAnonDecl())
      Name = T->getName();
  return Name == "PyListObject";
}

llvm::StringRef PathBuilder::apiAccess(const Expr *E, Operand &Object,
                                       Operand &Index) {
  if (!llvm::isa<ArraySubscriptExpr, ConditionalOperator, MemberExpr>(E))
    return {};
  bool InProjectMacro;
  llvm::StringRef Macro =
      E->getBeginLoc().isMacroID() || E->getExprLoc().isMacroID()
          ? B.apiMacro(E->getExprLoc(), InProjectMacro)
          : llvm::StringRef();
  bool Sequence = Macro.starts_with("PySequence_Fast_");
  if (llvm::isa<ConditionalOperator>(E)) {
    // GET_ITEM is a choice of two elements, or an element of ITEMS.
    bool Element = classify(E->getType()) == TypeClass::PyObject;
    if (!Sequence || Element != (Macro == "PySequence_Fast_GET_ITEM"))
      return {};
    if (const MemberExpr *Member = itemMemberInside(E)) {
      Object = operand(Member->getBase());
      return Macro;
    }
    return {};
  }
  if (const auto *Subscript = llvm::dyn_cast<ArraySubscriptExpr>(E)) {
    if (Sequence) {
      if (!llvm::isa<ConditionalOperator>(
              Subscript->getBase()->IgnoreParenImpCasts()))
        return {};
      if (const MemberExpr *Member = itemMemberInside(Subscript->getBase())) {
        Object = operand(Member->getBase());
        Index = operand(Subscript->getIdx());
        return Macro;
      }
      return {};
    }
    const MemberExpr *Member = itemMember(Subscript->getBase());
    if (!Member)
      return {};
    Object = operand(Member->getBase());
    Index = operand(Subscript->getIdx());
    if (Macro == "PyList_GET_ITEM" || Macro == "PyTuple_GET_ITEM")
      return Macro;
    return isListItem(Member) ? "PyListObject::ob_item[]"
                              : "PyTupleObject::ob_item[]";
  }
  // `items = list->ob_item`: an interior pointer.
  const MemberExpr *Member = itemMember(E);
  if (!Member || !Macro.empty())
    return {};
  Object = operand(Member->getBase());
  return isListItem(Member) ? "PyListObject::ob_item"
                            : "PyTupleObject::ob_item";
}

bool PathBuilder::isApiAccess(const Expr *E) {
  return Results.count(E->IgnoreParens());
}

} // namespace ungil
