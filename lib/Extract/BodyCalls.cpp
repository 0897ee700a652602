//===- BodyCalls.cpp - calls as events ------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/BodyLowering.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace ungil {

/// Methods of the standard containers that hand out elements without
/// changing the container's shape although they are not const.
static bool onlyLooks(const CXXMethodDecl *Method) {
  if (Method->isConst())
    return true;
  llvm::StringRef Record = Method->getParent()->getName();
  if (Method->isOverloadedOperator())
    return Method->getOverloadedOperator() == OO_Subscript &&
           !Record.contains("map");
  if (!Method->getIdentifier())
    return false;
  llvm::StringRef Name = Method->getName();
  return llvm::is_contained({"begin", "end", "find", "at", "data", "front",
                             "back", "rbegin", "rend", "lower_bound",
                             "upper_bound", "equal_range", "get", "count"},
                            Name);
}

/// A call on an object of a library class reads or changes that object.
void BodyLowering::containerMethod(const CXXMethodDecl *Method,
                                   const Expr *Object, const Stmt *Whole) {
  if (!Method || !Method->isInstance() || B.isUserFile(Method->getLocation()))
    return;
  if (Object->getType()->isPointerType() &&
      !llvm::isa<CXXThisExpr>(Object->IgnoreParenImpCasts()))
    return;
  Path Where = Paths.place(Object);
  if (Where.Root == RootKind::Unknown ||
      (Where.Root == RootKind::Local && Where.Steps.empty()))
    return;
  // An object without fields (an allocator, a functor) has nothing to change.
  if (const CXXRecordDecl *Class = Object->getType()->getAsCXXRecordDecl();
      Class && Class->hasDefinition() && Class->isEmpty())
    return;
  bool Atomic = Paths.atomicObject(Object);
  Event &E =
      add(onlyLooks(Method) ? EventKind::Read : EventKind::ReadWrite, Whole);
  E.Where = B.path(Where);
  if (Atomic)
    E.Flags |= EV_Atomic;
}

void BodyLowering::lowerCall(const CallExpr *Call) {
  if (Paths.handedOn(Call))
    return;
  if (const Expr *Smart = Paths.smartPointer(Call))
    return containerMethod(
        llvm::dyn_cast_or_null<CXXMethodDecl>(Call->getCalleeDecl()), Smart,
        Call);
  const FunctionDecl *Callee = Call->getDirectCallee();
  std::vector<Operand> Args;
  uint16_t Flags = 0;
  PathId Pointer = None;
  if (const auto *Member = llvm::dyn_cast<CXXMemberCallExpr>(Call)) {
    if (const Expr *Object = Member->getImplicitObjectArgument()) {
      if (lowerAtomicMethod(Call, Member->getMethodDecl(), Object,
                            Call->getNumArgs() ? Call->getArg(0) : nullptr))
        return;
      Args.push_back(Object->getType()->isPointerType()
                         ? Paths.operand(Object)
                         : Paths.addressOf(Object));
      Flags |= EV_MethodCall;
      containerMethod(Member->getMethodDecl(), Object, Call);
    }
  } else if (const auto *Operator = llvm::dyn_cast<CXXOperatorCallExpr>(Call)) {
    const auto *Method = llvm::dyn_cast_or_null<CXXMethodDecl>(Callee);
    if (Method && Method->isInstance() && Operator->getNumArgs()) {
      if (lowerAtomicMethod(Call, Method, Operator->getArg(0),
                            Operator->getNumArgs() > 1 ? Operator->getArg(1)
                                                       : nullptr))
        return;
      Flags |= EV_MethodCall;
      containerMethod(Method, Operator->getArg(0), Call);
    }
  } else if (!Callee) {
    // `names.emplace_front(args...)` in a template: which overload is open,
    // the container is not.
    if (const auto *Open = llvm::dyn_cast<UnresolvedMemberExpr>(
            Call->getCallee()->IgnoreParens());
        Open && !Open->isImplicitAccess() && !Open->isArrow())
      containerMethod(llvm::dyn_cast<CXXMethodDecl>(
                          (*Open->decls_begin())->getAsFunction()),
                      Open->getBase(), Call);
    Path P = Paths.place(Call->getCallee());
    if (P.Root == RootKind::Unknown)
      P = Paths.pointee(Call->getCallee());
    Pointer = B.path(P);
  }
  for (unsigned I = 0, N = Call->getNumArgs(); I != N; ++I) {
    const Expr *Arg = Call->getArg(I);
    unsigned Param = I;
    bool ByReference = Arg->isGLValue() && Arg->getType()->isRecordType();
    if (Callee && !llvm::isa<CXXOperatorCallExpr>(Call) &&
        Param < Callee->getNumParams())
      ByReference |= Callee->getParamDecl(Param)->getType()->isReferenceType();
    Args.push_back(ByReference && Arg->isGLValue() ? Paths.addressOf(Arg)
                                                   : Paths.operand(Arg));
  }
  Event &E = add(EventKind::Call, Call);
  E.Flags |= Flags;
  E.Where = Pointer;
  E.Args.assign(Args.begin(), Args.end());
  uint32_t Index = Out.Events.size() - 1;
  if (Callee)
    Out.Events[Index].Callee = B.entity(Callee);
  else if (const auto *Lookup = llvm::dyn_cast<OverloadExpr>(
               Call->getCallee()->IgnoreParenImpCasts()))
    Out.Events[Index].Callee =
        B.synthetic(Lookup->getName().getAsString()); // template pattern
  else if (const auto *Dependent = llvm::dyn_cast<CXXDependentScopeMemberExpr>(
               Call->getCallee()->IgnoreParenImpCasts()))
    Out.Events[Index].Callee =
        B.synthetic("?::" + Dependent->getMember().getAsString());
  Paths.setResult(Call, Index);
  if (Callee) {
    handOver(Call, Callee);
    emplaced(Call, Callee);
  }
}

/// `threads.emplace_back(f, x)` calls the constructor of what the container
/// holds. Only a library's class has a name that says what it does.
void BodyLowering::emplaced(const CallExpr *Call, const FunctionDecl *Callee) {
  const auto *Method = llvm::dyn_cast<CXXMethodDecl>(Callee);
  if (!Method || !Method->getIdentifier() ||
      !Method->getName().starts_with("emplace") ||
      B.isUserFile(Method->getLocation()))
    return;
  const auto *Container =
      llvm::dyn_cast<ClassTemplateSpecializationDecl>(Method->getParent());
  if (!Container || !Container->getTemplateArgs().size() ||
      Container->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
    return;
  const CXXRecordDecl *Element =
      Container->getTemplateArgs()[0].getAsType()->getAsCXXRecordDecl();
  if (!Element || B.isUserFile(Element->getLocation()))
    return;
  std::string Name = FactsBuilder::spokenName(Element);
  std::vector<Operand> Args{Operand{}};
  for (const Expr *Arg : Call->arguments())
    Args.push_back(Arg->isGLValue() ? Paths.addressOf(Arg)
                                    : Paths.operand(Arg));
  EntityId Constructor = B.synthetic(Name + "::" + Element->getNameAsString());
  Event &E = add(EventKind::Call, Call);
  E.Callee = Constructor;
  E.Args.assign(Args.begin(), Args.end());
  E.Flags |= EV_MethodCall | EV_Implicit;
}

void BodyLowering::lowerConstruct(const CXXConstructExpr *Construct) {
  if (Paths.handedOn(Construct))
    return;
  std::vector<Operand> Args{Operand{}}; // the object, named when it has a name
  for (const Expr *Arg : Construct->arguments())
    Args.push_back(Arg->isGLValue() ? Paths.addressOf(Arg)
                                    : Paths.operand(Arg));
  EntityId Callee = B.entity(Construct->getConstructor());
  Event &E = add(EventKind::Call, Construct);
  E.Callee = Callee;
  E.Args.assign(Args.begin(), Args.end());
  E.Flags |= EV_MethodCall;
  Paths.setResult(Construct, Out.Events.size() - 1);
}

/// `guard g(flag);` in a template, where nothing is chosen while types are
/// open: the one constructor of \p Var's class that takes as many arguments.
const CXXConstructorDecl *BodyLowering::openConstructor(const VarDecl *Var) {
  const auto *Init = llvm::dyn_cast<ParenListExpr>(Var->getInit());
  const CXXRecordDecl *Class = Var->getType()->getAsCXXRecordDecl();
  if (!Init || !Class || !Class->hasDefinition())
    return nullptr;
  const CXXConstructorDecl *Only = nullptr;
  for (const CXXConstructorDecl *C : Class->ctors()) {
    unsigned Args = Init->getNumExprs();
    if (C->isImplicit() || C->isDeleted() || C->isCopyOrMoveConstructor() ||
        Args < C->getMinRequiredArguments() || Args > C->getNumParams())
      continue;
    if (Only)
      return nullptr;
    Only = C;
  }
  return Only;
}

void BodyLowering::lowerConstruct(const VarDecl *Var,
                                  const CXXConstructorDecl *Constructor,
                                  const Stmt *Whole) {
  Path Where{RootKind::Local, Paths.local(Var), {}};
  std::vector<Operand> Args{{OperandKind::Address, B.path(Where)}};
  const auto *List = llvm::cast<ParenListExpr>(Var->getInit());
  for (unsigned I = 0; I != List->getNumExprs(); ++I) {
    const Expr *Arg = List->getExpr(I);
    Args.push_back(Arg->isGLValue() ? Paths.addressOf(Arg)
                                    : Paths.operand(Arg));
  }
  EntityId Callee = B.entity(Constructor);
  Event &E = add(EventKind::Call, Whole);
  E.Callee = Callee;
  E.Args.assign(Args.begin(), Args.end());
  E.Flags |= EV_MethodCall;
}

/// `__atomic_*` and `__c11_atomic_*` builtins have a node of their own.
void BodyLowering::lowerAtomic(const AtomicExpr *Atomic) {
  Path Where = Paths.pointee(Atomic->getPtr());
  llvm::StringRef Name = Atomic->getOpAsString();
  bool Loads = Name.contains("load"), Stores = Name.contains("store");
  bool ByPointer = Name == "__atomic_load" || Name == "__atomic_store";
  Operand Value;
  if (Stores && ByPointer) {
    if (Path From = Paths.pointee(Atomic->getVal1());
        From.Root != RootKind::Unknown)
      Value = {OperandKind::Load, B.path(From)};
  } else if (Stores) {
    Value = Paths.operand(Atomic->getVal1());
  }
  accessAtomic(Where,
               Loads    ? EventKind::Read
               : Stores ? EventKind::Write
                        : EventKind::ReadWrite,
               Value, Atomic);
  if (Path To = Loads && ByPointer ? Paths.pointee(Atomic->getVal1()) : Path();
      To.Root == RootKind::Local && To.Steps.empty()) {
    Event &E = add(EventKind::Bind, Atomic);
    E.Where = B.path(To);
    E.Value = {OperandKind::Load, B.path(Where)};
    E.Flags |= EV_Assigned;
  }
}

void BodyLowering::accessAtomic(const Path &Where, EventKind Kind,
                                Operand Value, const Stmt *Whole) {
  Event &E = add(Kind, Whole);
  E.Where = B.path(Where);
  E.Value = Value;
  E.Flags |= EV_Atomic;
}

/// Loads and stores of std::atomic are accesses, no calls. False for others,
/// which return what was there before.
bool BodyLowering::lowerAtomicMethod(const CallExpr *Call,
                                     const CXXMethodDecl *Method,
                                     const Expr *Object, const Expr *Value) {
  Object = Paths.atomicObject(Object);
  if (!Method || !Object)
    return false;
  Path Where = Paths.place(Object);
  if (Where.Root == RootKind::Unknown)
    return false;
  bool Loads = Paths.atomicLoad(Call);
  bool Stores =
      Value && (Method->getOverloadedOperator() == OO_Equal ||
                (Method->getIdentifier() && Method->getName() == "store"));
  if (Loads || Stores)
    accessAtomic(Where, Loads ? EventKind::Read : EventKind::Write,
                 Stores ? Paths.operand(Value) : Operand{}, Call);
  return Loads || Stores;
}

} // namespace ungil
