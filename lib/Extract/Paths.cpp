//===- Paths.cpp - expressions to access paths and operands ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Paths.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace ungil {

static bool isSmartPointer(QualType Type) {
  const CXXRecordDecl *Class = Type.getNonReferenceType()->getAsCXXRecordDecl();
  return Class && Class->isInStdNamespace() && Class->getIdentifier() &&
         (Class->getName() == "unique_ptr" || Class->getName() == "shared_ptr");
}

//===-- Locals ------------------------------------------------------------===//

uint32_t PathBuilder::local(const VarDecl *Var) {
  auto [It, New] = Locals.try_emplace(Var, Out.Locals.size());
  if (!New)
    return It->second;
  uint32_t Index = It->second;
  Local L;
  L.Name = Var->getName().str();
  L.Type = Var->getType().getCanonicalType().getAsString();
  L.Class = classify(Var->getType());
  // A reference names storage that is elsewhere, as a pointer does.
  if (L.Class == TypeClass::Record &&
      (Var->getType()->isReferenceType() || isSmartPointer(Var->getType())))
    L.Class = TypeClass::Pointer;
  if (const RecordDecl *Record = recordBehind(Var->getType()))
    L.Record = B.entity(Record);
  if (Var->getType()->isArrayType())
    L.Flags |= EF_Array;
  L.Loc = B.range(Var->getLocation());
  Out.Locals.push_back(std::move(L));
  return Index;
}

void PathBuilder::addThis(const CXXRecordDecl *Class) {
  Local L;
  L.Name = "this";
  L.Type = Class->getQualifiedNameAsString() + " *";
  L.Class = isObjectStruct(Class) ? TypeClass::PyObject : TypeClass::Pointer;
  L.Record = B.entity(llvm::cast<RecordDecl>(Class));
  Out.Locals.push_back(std::move(L));
}

//===-- Storage -----------------------------------------------------------===//

Path PathBuilder::asPath(const Operand &Pointer) {
  Path P;
  switch (Pointer.Kind) {
  case OperandKind::Load:
    P = B.Facts.Paths[Pointer.Index];
    P.Steps.push_back({StepKind::Deref, None});
    return P;
  case OperandKind::Address:
    return B.Facts.Paths[Pointer.Index];
  case OperandKind::Result:
    P.Root = RootKind::Result;
    P.Index = Pointer.Index;
    P.Steps.push_back({StepKind::Deref, None});
    return P;
  case OperandKind::Choice:
    // One name is better than none: the first arm that has one.
    for (const Operand &Part :
         std::vector<Operand>(B.Facts.Choices[Pointer.Index]))
      if (P = asPath(Part); P.Root != RootKind::Unknown)
        return P;
    return P;
  default:
    return P;
  }
}

/// Each part of an expression has its path, and what a program wrote may be
/// thousands of parts long: nobody asks about places that far.
static Path bounded(Path P) {
  constexpr size_t MaxSteps = 32;
  return P.Steps.size() <= MaxSteps ? std::move(P) : Path();
}

Path PathBuilder::pointee(const Expr *E) { return bounded(asPath(operand(E))); }

Path PathBuilder::place(const Expr *E) { return bounded(placeOf(E)); }

Path PathBuilder::fieldOf(Path Base, const FieldDecl *Field) {
  if (Base.Root == RootKind::Unknown)
    return Base;
  if (!Field->getName().empty()) // members of anonymous records are one level
    Base.Steps.push_back({StepKind::Field, B.entity(Field)});
  return Base;
}

Path PathBuilder::placeOf(const Expr *E) {
  E = E->IgnoreParens();
  if (const auto *Ref = llvm::dyn_cast<DeclRefExpr>(E)) {
    const auto *Var = llvm::dyn_cast<VarDecl>(Ref->getDecl());
    if (!Var)
      return {};
    Path P;
    if (Var->hasGlobalStorage()) {
      P = {RootKind::Place, B.entity(Var), {}};
    } else {
      P = {RootKind::Local, local(Var), {}};
    }
    if (Var->getType()->isReferenceType())
      P.Steps.push_back({StepKind::Deref, None});
    return P;
  }
  if (const auto *Member = llvm::dyn_cast<MemberExpr>(E)) {
    if (const auto *Var = llvm::dyn_cast<VarDecl>(Member->getMemberDecl()))
      return {RootKind::Place, B.entity(Var), {}};
    const auto *Field = llvm::dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (!Field)
      return {};
    Path P = fieldOf(Member->isArrow() ? pointee(Member->getBase())
                                       : place(Member->getBase()),
                     Field);
    if (Field->getType()->isReferenceType() && P.Root != RootKind::Unknown)
      P.Steps.push_back({StepKind::Deref, None});
    return P;
  }
  if (const auto *Subscript = llvm::dyn_cast<ArraySubscriptExpr>(E)) {
    const Expr *Base = Subscript->getBase()->IgnoreParens();
    if (const auto *Cast = llvm::dyn_cast<ImplicitCastExpr>(Base);
        Cast && Cast->getCastKind() == CK_ArrayToPointerDecay) {
      Path P = place(Cast->getSubExpr());
      if (P.Root != RootKind::Unknown)
        P.Steps.push_back({StepKind::Index, None});
      return P;
    }
    return pointee(Subscript->getBase());
  }
  if (const auto *Unary = llvm::dyn_cast<UnaryOperator>(E)) {
    if (Unary->getOpcode() == UO_Deref)
      return pointee(Unary->getSubExpr());
    if (Unary->getOpcode() == UO_Extension || Unary->isIncrementDecrementOp())
      return place(Unary->getSubExpr());
    return {};
  }
  if (const auto *Cast = llvm::dyn_cast<CastExpr>(E)) {
    if (Cast->isGLValue() || Cast->getCastKind() == CK_NoOp ||
        Cast->getCastKind() == CK_UncheckedDerivedToBase ||
        Cast->getCastKind() == CK_DerivedToBase)
      return place(Cast->getSubExpr());
    return {};
  }
  if (const auto *Temporary = llvm::dyn_cast<MaterializeTemporaryExpr>(E))
    return place(Temporary->getSubExpr());
  if (const auto *Full = llvm::dyn_cast<FullExpr>(E))
    return place(Full->getSubExpr());
  if (const auto *Binary = llvm::dyn_cast<BinaryOperator>(E)) {
    if (Binary->isAssignmentOp())
      return place(Binary->getLHS());
    if (Binary->getOpcode() == BO_Comma)
      return place(Binary->getRHS());
    return {};
  }
  if (llvm::isa<CXXThisExpr>(E))
    return {RootKind::Local, 0, {}};
  if (const Expr *Smart = smartPointer(E)) // `*p`
    return asPath(pointerIn(Smart));
  if (const Expr *Same = handedOn(E))
    return place(Same);
  if (auto It = Results.find(E); It != Results.end())
    return {RootKind::Result, It->second, {{StepKind::Deref, None}}};
  return {};
}

Operand PathBuilder::addressOf(const Expr *E) {
  Path P = place(E);
  return P.Root == RootKind::Unknown ? operand(E) : addressOf(std::move(P));
}

Operand PathBuilder::addressOf(Path P) {
  // The address of what a pointer points to is the pointer.
  if (!P.Steps.empty() && P.Steps.back().Kind == StepKind::Deref) {
    if (P.Root == RootKind::Result && P.Steps.size() == 1)
      return {OperandKind::Result, P.Index};
    P.Steps.pop_back();
    return {OperandKind::Load, B.path(P)};
  }
  return {OperandKind::Address, B.path(P)};
}

//===-- Smart pointers ----------------------------------------------------===//

const Expr *PathBuilder::smartPointer(const Expr *E) {
  const Expr *Object = nullptr;
  if (const auto *Operator = llvm::dyn_cast<CXXOperatorCallExpr>(E)) {
    if ((Operator->getOperator() == OO_Arrow ||
         Operator->getOperator() == OO_Star) &&
        Operator->getNumArgs() == 1)
      Object = Operator->getArg(0);
  } else if (const auto *Call = llvm::dyn_cast<CXXMemberCallExpr>(E)) {
    const CXXMethodDecl *Method = Call->getMethodDecl();
    bool Looks =
        Method && (llvm::isa<CXXConversionDecl>(Method) ||
                   (Method->getIdentifier() && Method->getName() == "get"));
    if (Looks && !Call->getImplicitObjectArgument()->getType()->isPointerType())
      Object = Call->getImplicitObjectArgument();
  }
  Object = Object ? Object->IgnoreParenImpCasts() : nullptr;
  return Object && isSmartPointer(Object->getType()) ? Object : nullptr;
}

const Expr *PathBuilder::handedOn(const Expr *E) {
  if (const auto *Call = llvm::dyn_cast<CallExpr>(E)) {
    const FunctionDecl *F = Call->getDirectCallee();
    bool Moves = F && F->isInStdNamespace() && F->getIdentifier() &&
                 (F->getName() == "move" || F->getName() == "forward") &&
                 Call->getNumArgs() == 1;
    return Moves ? Call->getArg(0) : nullptr;
  }
  const auto *Made = llvm::dyn_cast<CXXConstructExpr>(E);
  return Made && Made->getNumArgs() >= 1 && isSmartPointer(Made->getType())
             ? Made->getArg(0)
             : nullptr;
}

//===-- Values ------------------------------------------------------------===//

Operand PathBuilder::choice(const Expr *First, const Expr *Second) {
  Operand A = operand(First), C = operand(Second);
  if (A == C)
    return A;
  return {OperandKind::Choice, B.choice({A, C})};
}

/// The operands of arithmetic that have a name; numbers have none.
Operand PathBuilder::computed(const Expr *First, const Expr *Second) {
  std::vector<Operand> Parts;
  for (const Expr *E : {First, Second}) {
    Operand O = operand(E);
    if (O.Kind == OperandKind::Load || O.Kind == OperandKind::Result)
      Parts.push_back(O);
    if (O.Kind == OperandKind::Choice || O.Kind == OperandKind::Computed)
      for (const Operand &Part : B.Facts.Choices[O.Index])
        if (Part.Kind == OperandKind::Load || Part.Kind == OperandKind::Result)
          Parts.push_back(Part);
  }
  constexpr size_t MaxParts = 32; // as for paths
  if (Parts.empty() || Parts.size() > MaxParts)
    return {};
  return {OperandKind::Computed, B.choice(std::move(Parts))};
}

const Expr *PathBuilder::atomicObject(const Expr *Object) {
  // The methods of std::atomic<int> are those of a base class.
  Object = Object ? Object->IgnoreParenImpCasts() : nullptr;
  return Object && !Object->getType()->isPointerType() &&
                 classify(Object->getType()) == TypeClass::Atomic
             ? Object
             : nullptr;
}

const Expr *PathBuilder::atomicLoad(const Expr *Call) {
  const auto *Member = llvm::dyn_cast<CXXMemberCallExpr>(Call);
  const CXXMethodDecl *Method = Member ? Member->getMethodDecl() : nullptr;
  if (!Method || !(llvm::isa<CXXConversionDecl>(Method) ||
                   (Method->getIdentifier() && Method->getName() == "load")))
    return nullptr;
  return atomicObject(Member->getImplicitObjectArgument());
}

/// The pointer that smart pointer \p Object holds.
Operand PathBuilder::pointerIn(const Expr *Object) {
  Path P = place(Object);
  if (P.Root == RootKind::Unknown)
    return operand(Object);
  if (P.Root == RootKind::Result && P.Steps.size() == 1)
    return {OperandKind::Result, P.Index}; // a temporary is what it holds
  return {OperandKind::Load, B.path(P)};
}

Operand PathBuilder::operand(const Expr *E) {
  E = E->IgnoreParens();
  if (auto It = Results.find(E); It != Results.end())
    return {OperandKind::Result, It->second};
  if (const Expr *Smart = smartPointer(E))
    return pointerIn(Smart);
  if (const Expr *Same = handedOn(E))
    return isSmartPointer(Same->getType()) ? pointerIn(Same) : operand(Same);
  if (const Expr *Atomic = atomicLoad(E))
    if (Path P = place(Atomic); P.Root != RootKind::Unknown)
      return {OperandKind::Load, B.path(P)};
  if (const auto *Atomic = llvm::dyn_cast<AtomicExpr>(E);
      Atomic && Atomic->getOpAsString().contains("load"))
    if (Path P = pointee(Atomic->getPtr()); P.Root != RootKind::Unknown)
      return {OperandKind::Load, B.path(P)};
  if (const auto *Full = llvm::dyn_cast<FullExpr>(E))
    return operand(Full->getSubExpr());
  if (const auto *Temporary = llvm::dyn_cast<MaterializeTemporaryExpr>(E))
    return operand(Temporary->getSubExpr());
  if (const auto *Bind = llvm::dyn_cast<CXXBindTemporaryExpr>(E))
    return operand(Bind->getSubExpr());
  if (const auto *Default = llvm::dyn_cast<CXXDefaultArgExpr>(E))
    return operand(Default->getExpr());
  if (const auto *Cast = llvm::dyn_cast<CastExpr>(E)) {
    const Expr *Sub = Cast->getSubExpr();
    switch (Cast->getCastKind()) {
    case CK_LValueToRValue: {
      if (auto It = Results.find(Sub->IgnoreParens()); It != Results.end())
        return {OperandKind::Result, It->second};
      Path P = place(Sub);
      if (P.Root == RootKind::Unknown)
        return {};
      return {OperandKind::Load, B.path(P)};
    }
    case CK_NullToPointer:
      return {OperandKind::Null, None};
    case CK_FunctionToPointerDecay: // `(*pointer)(...)` calls the pointer
      if (const auto *Unary =
              llvm::dyn_cast<UnaryOperator>(Sub->IgnoreParens());
          Unary && Unary->getOpcode() == UO_Deref)
        return operand(Unary->getSubExpr());
      return operand(Sub);
    case CK_ArrayToPointerDecay:
      if (llvm::isa<StringLiteral>(Sub->IgnoreParens()))
        return operand(Sub);
      return addressOf(Sub);
    default:
      return operand(Sub);
    }
  }
  if (const auto *Number = llvm::dyn_cast<IntegerLiteral>(E)) {
    if (Number->getValue().isZero())
      return {OperandKind::Null, None};
    return {OperandKind::Constant,
            static_cast<uint32_t>(Number->getValue().getLimitedValue())};
  }
  if (const auto *Bool = llvm::dyn_cast<CXXBoolLiteralExpr>(E)) {
    if (Bool->getValue())
      return {OperandKind::Constant, 1};
    return {OperandKind::Null, None};
  }
  if (llvm::isa<CXXNullPtrLiteralExpr, GNUNullExpr>(E))
    return {OperandKind::Null, None};
  if (const auto *Text = llvm::dyn_cast<StringLiteral>(E)) {
    if (Text->getCharByteWidth() == 1)
      return {OperandKind::String, B.string(Text->getString())};
    return {};
  }
  if (const auto *Unary = llvm::dyn_cast<UnaryOperator>(E)) {
    if (Unary->getOpcode() == UO_AddrOf) {
      const Expr *Sub = Unary->getSubExpr()->IgnoreParens();
      if (const auto *Ref = llvm::dyn_cast<DeclRefExpr>(Sub))
        if (const auto *F = llvm::dyn_cast<FunctionDecl>(Ref->getDecl()))
          return {OperandKind::Function, B.entity(F)};
      return addressOf(Sub);
    }
    if (Unary->getOpcode() == UO_Plus || Unary->getOpcode() == UO_Extension)
      return operand(Unary->getSubExpr());
    if (Unary->getOpcode() == UO_Minus)
      if (const auto *Number = llvm::dyn_cast<IntegerLiteral>(
              Unary->getSubExpr()->IgnoreParenImpCasts()))
        return {OperandKind::Constant,
                static_cast<uint32_t>(-Number->getValue().getLimitedValue())};
    if (Unary->isIncrementDecrementOp()) {
      Path P = place(Unary->getSubExpr());
      if (P.Root != RootKind::Unknown)
        return {OperandKind::Load, B.path(P)};
    }
    return {};
  }
  if (const auto *Ref = llvm::dyn_cast<DeclRefExpr>(E)) {
    if (const auto *F = llvm::dyn_cast<FunctionDecl>(Ref->getDecl()))
      return {OperandKind::Function, B.entity(F)};
    if (const auto *Constant =
            llvm::dyn_cast<EnumConstantDecl>(Ref->getDecl())) {
      if (Constant->getInitVal().isZero())
        return {OperandKind::Null, None};
      return {OperandKind::Constant,
              static_cast<uint32_t>(Constant->getInitVal().getExtValue())};
    }
  }
  if (const auto *Lambda = llvm::dyn_cast<LambdaExpr>(E)) {
    if (const CXXMethodDecl *Operator = Lambda->getCallOperator())
      return {OperandKind::Function, B.entity(Operator)};
    return {};
  }
  if (const auto *Binary = llvm::dyn_cast<BinaryOperator>(E)) {
    if (Binary->isAssignmentOp()) {
      Path P = place(Binary->getLHS());
      if (P.Root == RootKind::Unknown)
        return operand(Binary->getRHS());
      return {OperandKind::Load, B.path(P)};
    }
    if (Binary->getOpcode() == BO_Comma)
      return operand(Binary->getRHS());
    if (Binary->isAdditiveOp() && E->getType()->isPointerType())
      return operand(Binary->getLHS()->getType()->isPointerType()
                         ? Binary->getLHS()
                         : Binary->getRHS()); // still the same object
    if (Binary->isBitwiseOp() && !E->isValueDependent()) // flags
      if (auto Value = E->getIntegerConstantExpr(B.Context);
          Value && !Value->isZero())
        return {OperandKind::Constant,
                static_cast<uint32_t>(Value->getLimitedValue())};
    if (!Binary->isComparisonOp() && !Binary->isLogicalOp() &&
        E->getType()->isArithmeticType())
      return computed(Binary->getLHS(), Binary->getRHS());
    return {};
  }
  if (const auto *Conditional = llvm::dyn_cast<ConditionalOperator>(E))
    return choice(Conditional->getTrueExpr(), Conditional->getFalseExpr());
  if (const auto *Elvis = llvm::dyn_cast<BinaryConditionalOperator>(E))
    return choice(Elvis->getCommon(), Elvis->getFalseExpr());
  if (const auto *Opaque = llvm::dyn_cast<OpaqueValueExpr>(E))
    return Opaque->getSourceExpr() ? operand(Opaque->getSourceExpr())
                                   : Operand{};
  if (const auto *Statement = llvm::dyn_cast<StmtExpr>(E)) {
    if (const CompoundStmt *Body = Statement->getSubStmt();
        Body && !Body->body_empty())
      if (const auto *Last = llvm::dyn_cast<Expr>(Body->body_back()))
        return operand(Last);
    return {};
  }
  if (llvm::isa<CXXThisExpr>(E))
    return {OperandKind::Load, B.path({RootKind::Local, 0, {}})};
  if (const auto *List = llvm::dyn_cast<InitListExpr>(E))
    if (List->getNumInits() == 1 && !List->getType()->isRecordType())
      return operand(List->getInit(0));
  if (E->isGLValue())
    if (Path P = place(E); P.Root != RootKind::Unknown)
      return addressOf(std::move(P));
  return {};
}

} // namespace ungil
