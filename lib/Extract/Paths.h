//===- Paths.h - expressions to access paths and operands -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Names the storage an expression speaks of and the value it has, within one
// function. References are pointers here, casts and parentheses are nothing.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_PATHS_H
#define UNGIL_EXTRACT_PATHS_H

#include "Extract/FactsBuilder.h"
#include "clang/AST/Expr.h"

namespace ungil {

class PathBuilder {
public:
  PathBuilder(FactsBuilder &Builder, Function &Out) : B(Builder), Out(Out) {}

  /// Storage an lvalue names; root Unknown when it has no name.
  Path place(const clang::Expr *E);

  /// Storage that the pointer value of \p E points to.
  Path pointee(const clang::Expr *E);

  /// Value of \p E.
  Operand operand(const clang::Expr *E);

  /// Address of the storage \p E names: how a reference is bound.
  Operand addressOf(const clang::Expr *E);

  /// \p Object if it is an atomic, without casts to a base, else null.
  static const clang::Expr *atomicObject(const clang::Expr *Object);

  /// The atomic object that the member call \p Call loads (`x.load()`, or a
  /// conversion to its value), or null.
  static const clang::Expr *atomicLoad(const clang::Expr *Call);

  /// The smart pointer of the C++ library that \p E looks through (`p->`,
  /// `*p`, `p.get()`), or null. To us it is the pointer it holds.
  static const clang::Expr *smartPointer(const clang::Expr *E);

  /// What \p E hands on as it is: the argument of std::move, the source of a
  /// copied or moved smart pointer, the pointer one is made from. Else null.
  static const clang::Expr *handedOn(const clang::Expr *E);

  /// Name of the API access that \p E is although it shows no call
  /// (PyList_GET_ITEM, PySequence_Fast_ITEMS, a bare `ob_item[i]`), or empty.
  llvm::StringRef apiAccess(const clang::Expr *E, Operand &Object,
                            Operand &Index);
  bool isApiAccess(const clang::Expr *E);

  uint32_t local(const clang::VarDecl *Var);
  void addThis(const clang::CXXRecordDecl *Class);
  void setResult(const clang::Expr *E, uint32_t Event) { Results[E] = Event; }

private:
  Path placeOf(const clang::Expr *E); ///< however far
  Operand addressOf(Path P);
  Path fieldOf(Path Base, const clang::FieldDecl *Field);
  Path asPath(const Operand &Pointer);
  Operand pointerIn(const clang::Expr *Object);
  Operand choice(const clang::Expr *A, const clang::Expr *B);
  Operand computed(const clang::Expr *A, const clang::Expr *B);

  FactsBuilder &B;
  Function &Out;
  llvm::DenseMap<const clang::VarDecl *, uint32_t> Locals;
  llvm::DenseMap<const clang::Expr *, uint32_t> Results;
};

} // namespace ungil

#endif
