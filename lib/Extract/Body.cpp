//===- Body.cpp - a function body as events -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Body.h"
#include "Extract/Paths.h"
#include "Support/LockNames.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Analysis/Analyses/PostOrderCFGView.h"
#include "clang/Analysis/AnalysisDeclContext.h"
#include "clang/Analysis/CFG.h"

using namespace clang;

namespace ungil {
namespace {

/// Writes the events of one body, block by block. Clang's CFG lists every
/// subexpression before its parent (setAllAlwaysAdd), so each expression is
/// looked at once and calls are numbered before their results are used.
class BodyLowering {
public:
  BodyLowering(FactsBuilder &Builder, Function &Out)
      : B(Builder), Out(Out), Paths(Builder, Out) {}

  void run(const CFG &Graph);

  /// Parameters become the first locals; `this` is the very first.
  void addParameters(const FunctionDecl *F);

  uint32_t Missing = 0; ///< EF_HasError, EF_Partial

private:
  void lowerElement(const CFGElement &Element);
  void lowerStmt(const Stmt *S);
  void lowerCall(const CallExpr *Call);
  void lowerConstruct(const CXXConstructExpr *Construct);
  void lowerAssignment(const BinaryOperator *Assign);
  void lowerStore(const Expr *Target, Operand Value, const Stmt *Whole,
                  EventKind Kind);
  void lowerDecl(const VarDecl *Var, const Stmt *Whole);
  void lowerInitList(const Path &Where, const Expr *Init);
  void lowerAtomic(const AtomicExpr *Atomic);
  bool lowerAtomicMethod(const CallExpr *Call, const CXXMethodDecl *Method,
                         const Expr *Object, const Expr *Value);
  void accessAtomic(const Path &Where, EventKind Kind, Operand Value,
                    const Stmt *Whole);
  void lowerDestructor(const CFGElement &Element);
  void destroy(const VarDecl *Var, const CXXDestructorDecl *Destructor,
               const Stmt *Where);
  void lowerBranch(const CFGBlock &Block);
  void containerMethod(const CXXMethodDecl *Method, const Expr *Object,
                       const Stmt *Whole);
  void handOver(const CallExpr *Call, const FunctionDecl *Callee);
  void emplaced(const CallExpr *Call, const FunctionDecl *Callee);
  void markTested(const Expr *Value);
  Operand testSubject(const Expr *Condition, TestKind &Test, Operand &Limit);
  Event &add(EventKind Kind, const Stmt *Where);
  void mark(Event &E, SourceLocation Loc);

  FactsBuilder &B;
  Function &Out;
  PathBuilder Paths;
  Block *Current = nullptr;
  llvm::DenseMap<const VarDecl *, uint32_t> Constructors;
  llvm::DenseMap<const Expr *, uint32_t> Reads; ///< events of loads
};

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

//===-- Calls -------------------------------------------------------------===//

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
  E.Args = std::move(Args);
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
  E.Args = std::move(Args);
  E.Flags |= EV_MethodCall | EV_Implicit;
}

/// pybind11's and nanobind's `def` family make entry points of what they get.
void BodyLowering::handOver(const CallExpr *Call, const FunctionDecl *Callee) {
  const auto *Method = llvm::dyn_cast<CXXMethodDecl>(Callee);
  if (!Method || !Method->getIdentifier() ||
      !Method->getName().starts_with("def"))
    return;
  std::string Class = Method->getParent()->getQualifiedNameAsString();
  if (!llvm::StringRef(Class).starts_with("pybind11::") &&
      !llvm::StringRef(Class).starts_with("nanobind::"))
    return;
  std::string Name = Method->getName().str();
  for (const Expr *Arg : Call->arguments()) {
    Operand O = Paths.operand(Arg);
    if (O.Kind == OperandKind::String)
      Name = B.Facts.Strings[O.Index];
    if (O.Kind != OperandKind::Function)
      continue;
    EntryPoint Entry;
    Entry.Function = O.Index;
    Entry.Kind = EntryKind::Method;
    Entry.Name = Name;
    Entry.Within = Out.Id;
    Entry.Loc = B.range(Arg->getSourceRange());
    B.Facts.EntryPoints.push_back(std::move(Entry));
  }
}

void BodyLowering::lowerConstruct(const CXXConstructExpr *Construct) {
  std::vector<Operand> Args{Operand{}}; // the object, named when it has a name
  for (const Expr *Arg : Construct->arguments())
    Args.push_back(Arg->isGLValue() ? Paths.addressOf(Arg)
                                    : Paths.operand(Arg));
  EntityId Callee = B.entity(Construct->getConstructor());
  Event &E = add(EventKind::Call, Construct);
  E.Callee = Callee;
  E.Args = std::move(Args);
  E.Flags |= EV_MethodCall;
  Paths.setResult(Construct, Out.Events.size() - 1);
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
        Class && Class->hasDefinition() && !Class->isDependentContext() &&
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

//===-- Branches ----------------------------------------------------------===//

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

} // namespace

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
  Builder.Facts.Entities[Id].Flags |= Lowering.Missing;
  Builder.Facts.Functions.push_back(std::move(Out));
  return true;
}

} // namespace ungil
