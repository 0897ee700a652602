//===- Body.cpp - a function body as events -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Body.h"
#include "Extract/BodyLowering.h"
#include "Extract/Statements.h"
#include "Support/LockNames.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Analysis/Analyses/PostOrderCFGView.h"
#include "clang/Analysis/AnalysisDeclContext.h"

using namespace clang;

namespace ungil {

Event &BodyLowering::add(EventKind Kind, const Stmt *Where) {
  Current->Events.push_back(Out.Events.size());
  Event &E = Out.Events.emplace_back();
  E.Kind = Kind;
  E.Range = B.range(Where->getSourceRange());
  mark(E, Where->getBeginLoc());
  return E;
}

void BodyLowering::mark(Event &E, SourceLocation Loc) {
  if (!Loc.isMacroID())
    return;
  bool InProjectMacro;
  llvm::StringRef Macro = B.apiMacro(Loc, InProjectMacro);
  if (!Macro.empty())
    E.Macro = B.string(Macro);
  if (InProjectMacro)
    E.Flags |= EV_InMacroBody;
}

void BodyLowering::addParameters(const FunctionDecl *F) {
  if (const auto *Method = llvm::dyn_cast<CXXMethodDecl>(F);
      Method && Method->isInstance())
    Paths.addThis(Method->getParent());
  for (const ParmVarDecl *P : F->parameters())
    Paths.local(P);
  Out.Params = Out.Locals.size();
}

//===-- Stores and declarations -------------------------------------------===//

void BodyLowering::lowerStore(const Expr *Target, Operand Value,
                              const Stmt *Whole, EventKind Kind) {
  Path Where = Paths.place(Target);
  bool Bare = Where.Root == RootKind::Local && Where.Steps.empty();
  Event &E =
      add(Bare && Kind == EventKind::Write ? EventKind::Bind : Kind, Whole);
  E.Where = B.path(Where);
  E.Value = Value;
  if (Bare)
    E.Flags |= EV_Assigned;
  if (classify(Target->getType()) == TypeClass::Atomic)
    E.Flags |= EV_Atomic;
  if (Value.Kind != OperandKind::Function || Where.Steps.empty() ||
      Where.Steps.back().Kind != StepKind::Field)
    return;
  // `type.tp_dealloc = f` makes an entry point of f.
  const Entity &Field = B.Facts.Entities[Where.Steps.back().Field];
  EntryPoint Entry;
  Entry.Kind = EntryKind::Callback;
  if (Field.Parent != None)
    slotEntryKind(B.Facts.Entities[Field.Parent].Name, Field.Name, Entry.Kind);
  Entry.Function = Value.Index;
  Entry.Name = Field.Name;
  Entry.Field = Where.Steps.back().Field;
  Entry.Within = Out.Id;
  Entry.Loc = Out.Events.back().Range;
  B.Facts.EntryPoints.push_back(std::move(Entry));
}

void BodyLowering::lowerAssignment(const BinaryOperator *Assign) {
  bool Plain = Assign->getOpcode() == BO_Assign;
  lowerStore(Assign->getLHS(), Paths.operand(Assign->getRHS()), Assign,
             Plain ? EventKind::Write : EventKind::ReadWrite);
}

/// Aggregate initialisers store field by field.
void BodyLowering::lowerInitList(const Path &Where, const Expr *Init) {
  const auto *List = llvm::dyn_cast<InitListExpr>(Init->IgnoreParenImpCasts());
  if (!List)
    return;
  if (const InitListExpr *Semantic = List->getSemanticForm())
    List = Semantic;
  const RecordDecl *Record = List->getType()->getAsRecordDecl();
  if (!Record || Record->isUnion())
    return;
  unsigned I = 0;
  if (const auto *Class = llvm::dyn_cast<CXXRecordDecl>(Record))
    I = Class->getNumBases();
  for (const FieldDecl *Field : Record->fields()) {
    if (I >= List->getNumInits())
      break;
    const Expr *Part = List->getInit(I++);
    if (llvm::isa<ImplicitValueInitExpr>(Part))
      continue;
    Path Inner = Where;
    Inner.Steps.push_back({StepKind::Field, B.entity(Field)});
    if (llvm::isa<InitListExpr>(Part->IgnoreParenImpCasts())) {
      lowerInitList(Inner, Part);
      continue;
    }
    Operand Value = Paths.operand(Part);
    Event &E = add(EventKind::Write, Part);
    E.Where = B.path(Inner);
    E.Value = Value;
  }
}

void BodyLowering::lowerDecl(const VarDecl *Var, const Stmt *Whole) {
  const Expr *Init = Var->getInit();
  if (Var->hasGlobalStorage()) {
    // A C++ magic static: the initialiser runs here, under a hidden lock.
    if (Init && (B.Facts.Entities[B.entity(Var)].Flags & EF_MagicStatic)) {
      Operand Value = Paths.operand(Init);
      EntityId Place = B.entity(Var);
      Event &E = add(EventKind::Write, Whole);
      E.Where = B.path({RootKind::Place, Place, {}});
      E.Value = Value;
      E.Flags |= EV_Atomic | EV_Implicit;
    }
    return;
  }
  uint32_t Index = Paths.local(Var);
  if (!Init)
    return;
  Path Where{RootKind::Local, Index, {}};
  if (const CXXConstructorDecl *Constructor = openConstructor(Var))
    return lowerConstruct(Var, Constructor, Whole);
  Operand Value = Var->getType()->isReferenceType() && Init->isGLValue()
                      ? Paths.addressOf(Init)
                      : Paths.operand(Init);
  if (Value.Kind == OperandKind::Result)
    if (Event &Made = Out.Events[Value.Index];
        Made.has(EV_MethodCall) && Made.Kind == EventKind::Call &&
        !Made.Args.empty() && Made.Args[0].Kind == OperandKind::Unknown &&
        llvm::isa<CXXConstructExpr>(Init->IgnoreImplicit()))
      Made.Args[0] = {OperandKind::Address, B.path(Where)};
  Event &E = add(EventKind::Bind, Whole);
  E.Range = B.range(Var->getSourceRange());
  E.Where = B.path(Where);
  E.Value = Value;
  lowerInitList(Where, Init);
}

//===-- Elements ----------------------------------------------------------===//

void BodyLowering::lowerStmt(const Stmt *S) {
  if (const auto *E = llvm::dyn_cast<Expr>(S); E && E->containsErrors())
    Missing |=
        speaksOfLock(B.text(E->getSourceRange())) ? EF_HasError : EF_Partial;
  if (const auto *Call = llvm::dyn_cast<CallExpr>(S))
    return lowerCall(Call);
  if (const auto *Construct = llvm::dyn_cast<CXXConstructExpr>(S))
    return lowerConstruct(Construct);
  if (const auto *Atomic = llvm::dyn_cast<AtomicExpr>(S))
    return lowerAtomic(Atomic);
  if (const auto *Binary = llvm::dyn_cast<BinaryOperator>(S)) {
    if (Binary->isAssignmentOp())
      lowerAssignment(Binary);
    if (Binary->isEqualityOp() || Binary->isLogicalOp()) {
      markTested(Binary->getLHS());
      markTested(Binary->getRHS());
    }
    return;
  }
  if (const auto *Unary = llvm::dyn_cast<UnaryOperator>(S)) {
    if (Unary->isIncrementDecrementOp())
      return lowerStore(Unary->getSubExpr(), {}, S, EventKind::ReadWrite);
    if (Unary->getOpcode() == UO_LNot)
      markTested(Unary->getSubExpr());
    if (Unary->getOpcode() == UO_AddrOf) {
      Path Where = Paths.place(Unary->getSubExpr());
      if (Where.Root == RootKind::Place || !Where.Steps.empty())
        add(EventKind::Address, S).Where = B.path(Where);
    }
    return;
  }
  if (const auto *Cast = llvm::dyn_cast<CastExpr>(S)) {
    if (Cast->getCastKind() == CK_LValueToRValue) {
      if (Paths.isApiAccess(Cast->getSubExpr()))
        return;
      Path Where = Paths.place(Cast->getSubExpr());
      if (Where.Root == RootKind::Place || !Where.Steps.empty()) {
        Event &E = add(EventKind::Read, S);
        E.Where = B.path(Where);
        if (classify(Cast->getSubExpr()->getType()) == TypeClass::Atomic)
          E.Flags |= EV_Atomic;
        Reads[Cast] = Out.Events.size() - 1;
      }
    } else if (Cast->getCastKind() == CK_PointerToBoolean) {
      markTested(Cast->getSubExpr());
    } else if (Cast->getCastKind() == CK_ArrayToPointerDecay) {
      Path Where = Paths.place(Cast->getSubExpr());
      if (Where.Root == RootKind::Place)
        add(EventKind::Address, S).Where = B.path(Where);
    }
    return;
  }
  if (const auto *Decl = llvm::dyn_cast<DeclStmt>(S)) {
    for (const auto *D : Decl->decls())
      if (const auto *Var = llvm::dyn_cast<VarDecl>(D))
        lowerDecl(Var, S);
    return;
  }
  if (const auto *Return = llvm::dyn_cast<ReturnStmt>(S)) {
    Operand Value;
    if (const Expr *E = Return->getRetValue())
      Value = E->isGLValue() ? Paths.addressOf(E) : Paths.operand(E);
    add(EventKind::Return, S).Value = Value;
    return;
  }
  if (llvm::isa<CXXThrowExpr>(S)) {
    add(EventKind::Throw, S);
    return;
  }
  if (const auto *New = llvm::dyn_cast<CXXNewExpr>(S)) {
    EntityId Callee = New->getOperatorNew() ? B.entity(New->getOperatorNew())
                                            : B.synthetic("operator new");
    add(EventKind::Call, S).Callee = Callee;
    Paths.setResult(New, Out.Events.size() - 1);
    return;
  }
  if (const auto *Delete = llvm::dyn_cast<CXXDeleteExpr>(S)) {
    Operand Value = Paths.operand(Delete->getArgument());
    EntityId Callee = Delete->getOperatorDelete()
                          ? B.entity(Delete->getOperatorDelete())
                          : B.synthetic("operator delete");
    Event &E = add(EventKind::Call, S);
    E.Callee = Callee;
    E.Args = {Value};
    return;
  }
  // `l->ob_item[i]`, PyList_GET_ITEM and PySequence_Fast_* show no call.
  if (const auto *E = llvm::dyn_cast<Expr>(S)) {
    Operand Object, Index;
    llvm::StringRef Name = Paths.apiAccess(E, Object, Index);
    if (Name.empty())
      return;
    EntityId Callee = B.synthetic(Name);
    Event &Call = add(EventKind::Call, S);
    Call.Callee = Callee;
    Call.Args = {Object, Index};
    Paths.setResult(E, Out.Events.size() - 1);
  }
}

void BodyLowering::lowerDestructor(const CFGElement &Element) {
  if (auto Automatic = Element.getAs<CFGAutomaticObjDtor>())
    return destroy(Automatic->getVarDecl(),
                   Automatic->getDestructorDecl(B.Context),
                   Automatic->getTriggerStmt());
  // In a template, where the CFG has no destructors: those that are known.
  if (auto End = Element.getAs<CFGLifetimeEnds>())
    if (const auto *Class = End->getVarDecl()->getType()->getAsCXXRecordDecl();
        Class && Class->hasDefinition() &&
        (!Class->isDependentContext() || Class->hasUserDeclaredDestructor()) &&
        !End->getVarDecl()->getType()->isReferenceType())
      destroy(End->getVarDecl(), Class->getDestructor(), End->getTriggerStmt());
}

void BodyLowering::destroy(const VarDecl *Var,
                           const CXXDestructorDecl *Destructor,
                           const Stmt *Where) {
  if (!Destructor || !Where)
    return;
  Operand Object{OperandKind::Address,
                 B.path({RootKind::Local, Paths.local(Var), {}})};
  EntityId Callee = B.entity(Destructor);
  Event &E = add(EventKind::Call, Where);
  E.Callee = Callee;
  E.Args = {Object};
  E.Flags |= EV_Implicit | EV_MethodCall;
}

void BodyLowering::lowerElement(const CFGElement &Element) {
  if (auto Statement = Element.getAs<CFGStmt>())
    return lowerStmt(Statement->getStmt());
  if (auto Initializer = Element.getAs<CFGInitializer>()) {
    const CXXCtorInitializer *Init = Initializer->getInitializer();
    const FieldDecl *Field = Init->getAnyMember();
    if (!Field || Out.Locals.empty())
      return;
    Operand Value = Paths.operand(Init->getInit());
    Path Where{RootKind::Local,
               0,
               {{StepKind::Deref, None}, {StepKind::Field, B.entity(Field)}}};
    Event &E = add(EventKind::Write, Init->getInit());
    E.Where = B.path(Where);
    E.Value = Value;
    E.Flags |= EV_Implicit;
    return;
  }
  lowerDestructor(Element);
}

void BodyLowering::run(const CFG &Graph) {
  Out.Blocks.resize(Graph.getNumBlockIDs());
  Out.Entry = Graph.getEntry().getBlockID();
  Out.Exit = Graph.getExit().getBlockID();
  PostOrderCFGView Order(&Graph);
  for (const CFGBlock *Source : Order) {
    Current = &Out.Blocks[Source->getBlockID()];
    for (const CFGElement &Element : *Source)
      lowerElement(Element);
    lowerBranch(*Source);
    if (Source->hasNoReturnElement())
      continue; // abort() does not get to the end of the function
    for (const CFGBlock::AdjacentBlock &Next : Source->succs())
      Current->Succs.push_back(
          Next.isReachable() ? Next.getReachableBlock()->getBlockID() : None);
  }
}

bool lowerBody(FactsBuilder &Builder, const Decl *D, Stmt *Body, EntityId Id) {
  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Options.AddInitializers = true;
  Options.AddEHEdges = Builder.Context.getLangOpts().CPlusPlus; // to handlers
  const auto *F = llvm::dyn_cast<FunctionDecl>(D);
  // Destructors of dependent types are unknown to the CFG builder.
  Options.AddImplicitDtors = !F || !F->isDependentContext();
  Options.AddLifetime = !Options.AddImplicitDtors;
  std::unique_ptr<CFG> Graph =
      CFG::buildCFG(D, Body, &Builder.Context, Options);
  if (!Graph)
    return false;
  Function Out;
  Out.Id = Id;
  Out.Body = Builder.range(Body->getSourceRange());
  BodyLowering Lowering(Builder, Out);
  if (F)
    Lowering.addParameters(F);
  Lowering.run(*Graph);
  Out.Statements = statementsOf(Builder, Body);
  Builder.Facts.Entities[Id].Flags |= Lowering.Missing;
  Builder.Facts.Functions.push_back(std::move(Out));
  return true;
}

} // namespace ungil
