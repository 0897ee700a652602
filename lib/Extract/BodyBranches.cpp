//===- BodyBranches.cpp - what a branch asks ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/BodyLowering.h"
#include "clang/Basic/Builtins.h"

using namespace clang;

namespace ungil {

static TestKind negated(TestKind Test) {
  switch (Test) {
  case TestKind::NonZero:
    return TestKind::IsZero;
  case TestKind::IsZero:
    return TestKind::NonZero;
  case TestKind::EqualConst:
    return TestKind::NotEqualConst;
  case TestKind::NotEqualConst:
    return TestKind::EqualConst;
  default:
    return TestKind::Other;
  }
}

static bool isZero(const Operand &O) { return O.Kind == OperandKind::Null; }

/// What a condition asks about what: `!(p == NULL)` is NonZero of p.
Operand BodyLowering::testSubject(const Expr *Condition, TestKind &Test,
                                  Operand &Limit) {
  const Expr *Value = Condition; // operand() needs the casts of a load
  Condition = Condition->IgnoreParenImpCasts();
  if (const auto *Not = llvm::dyn_cast<UnaryOperator>(Condition);
      Not && Not->getOpcode() == UO_LNot) {
    Operand O = testSubject(Not->getSubExpr(), Test, Limit);
    Test = negated(Test);
    return O;
  }
  if (const auto *Call = llvm::dyn_cast<CallExpr>(Condition))
    if (const FunctionDecl *F = Call->getDirectCallee();
        F && F->getBuiltinID() == Builtin::BI__builtin_expect)
      return testSubject(Call->getArg(0), Test, Limit);
  const auto *Binary = llvm::dyn_cast<BinaryOperator>(Condition);
  if (Binary && Binary->isComparisonOp()) {
    Operand Left = Paths.operand(Binary->getLHS());
    Operand Right = Paths.operand(Binary->getRHS());
    bool Swapped =
        Left.Kind == OperandKind::Null || Left.Kind == OperandKind::Constant;
    if (Swapped)
      std::swap(Left, Right);
    bool Constant = isZero(Right) || Right.Kind == OperandKind::Constant;
    if (Constant)
      Limit = Right;
    switch (Binary->getOpcode()) {
    case BO_EQ:
      Test = isZero(Right) ? TestKind::IsZero
             : Constant    ? TestKind::EqualConst
                           : TestKind::Other;
      return Left;
    case BO_NE:
      Test = isZero(Right) ? TestKind::NonZero
             : Constant    ? TestKind::NotEqualConst
                           : TestKind::Other;
      return Left;
    case BO_LT:
      // Below zero means "not set yet"; below a limit does not.
      Test = isZero(Right) && !Swapped ? TestKind::Less : TestKind::Other;
      return Left;
    default:
      Test = TestKind::Other;
      return Left;
    }
  }
  Test = TestKind::NonZero;
  return Paths.operand(Value);
}

/// Nothing but a comparison looks at \p Value: if it was read from storage,
/// that read is a test.
void BodyLowering::markTested(const Expr *Value) {
  for (;;) {
    Value = Value->IgnoreParens();
    if (auto It = Reads.find(Value); It != Reads.end()) {
      Out.Events[It->second].Flags |= EV_OnlyTested;
      return;
    }
    const auto *Cast = llvm::dyn_cast<CastExpr>(Value);
    if (!Cast)
      return;
    Value = Cast->getSubExpr();
  }
}

void BodyLowering::lowerBranch(const CFGBlock &Block) {
  if (!Block.getTerminatorStmt())
    return; // a call that may throw has two successors and tests nothing
  if (llvm::isa<GotoStmt, BreakStmt, ContinueStmt>(Block.getTerminatorStmt())) {
    add(EventKind::Jump, Block.getTerminatorStmt());
    return;
  }
  const Expr *E = Block.getLastCondition(); // `b` of `if (a && b)`
  if (!E)
    E = llvm::dyn_cast_or_null<Expr>(Block.getTerminatorCondition());
  if (!E || Block.succ_size() < 2)
    return;
  markTested(E);
  TestKind Test = TestKind::Other;
  Operand Limit;
  Operand Subject = testSubject(E, Test, Limit);
  if (Block.succ_size() > 2)
    Test = TestKind::Other;
  Event &Branch = add(EventKind::Branch, E);
  Branch.Value = Subject;
  Branch.Test = Test;
  if (Test == TestKind::EqualConst || Test == TestKind::NotEqualConst)
    Branch.Args = {Limit};
}

} // namespace ungil
