//===- BodyBindings.cpp - what binding tools are given --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// pybind11's and nanobind's `def` family make entry points of the functions
// they get and Python classes of C++ ones. Further arguments say how the
// functions are called: without a thread state (call_guard), under the
// critical section of an argument (lock_self, `"name"_a.lock()`).
//
//===----------------------------------------------------------------------===//

#include "Extract/BodyLowering.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include <optional>

using namespace clang;

namespace ungil {

/// How the functions of one definition are called.
struct BindingTerms {
  bool Detached = false;
  bool TakesSelf = false; ///< their first argument is the object
  bool LocksSelf = false;
  std::vector<unsigned> LocksArgs; ///< by position, the object apart
};

namespace {

bool isTools(const NamedDecl *D) {
  std::string Name = D->getQualifiedNameAsString();
  return Name.starts_with("pybind11::") || Name.starts_with("nanobind::");
}

const CXXRecordDecl *toolClass(QualType Type) {
  const CXXRecordDecl *Class = Type.getNonReferenceType()->getAsCXXRecordDecl();
  return Class && isTools(Class) ? Class : nullptr;
}

/// The types a class template of a tool was given (`call_guard<T...>`).
llvm::SmallVector<QualType, 4> typeArguments(const CXXRecordDecl *Class) {
  llvm::SmallVector<QualType, 4> Types;
  const auto *Spec =
      llvm::dyn_cast_or_null<ClassTemplateSpecializationDecl>(Class);
  if (!Spec)
    return Types;
  for (const TemplateArgument &A : Spec->getTemplateArgs().asArray())
    for (const TemplateArgument &Part : A.getKind() == TemplateArgument::Pack
                                            ? A.pack_elements()
                                            : llvm::ArrayRef(A))
      if (Part.getKind() == TemplateArgument::Type)
        Types.push_back(Part.getAsType());
  return Types;
}

const Expr *withoutTemporaries(const Expr *E) {
  for (;;) {
    const Expr *Inner = E->IgnoreParenImpCasts();
    if (const auto *Temporary = llvm::dyn_cast<MaterializeTemporaryExpr>(Inner))
      Inner = Temporary->getSubExpr();
    if (const auto *Bind = llvm::dyn_cast<CXXBindTemporaryExpr>(Inner))
      Inner = Bind->getSubExpr();
    if (const auto *Cast = llvm::dyn_cast<CXXFunctionalCastExpr>(Inner))
      Inner = Cast->getSubExpr();
    if (const auto *Copy = llvm::dyn_cast<CXXConstructExpr>(Inner);
        Copy && Copy->getConstructor()->isCopyOrMoveConstructor())
      Inner = Copy->getArg(0);
    if (Inner == E)
      return E;
    E = Inner;
  }
}

/// `"name"_a.lock().noconvert()`
bool locksArgument(const Expr *E) {
  while (const auto *Call =
             llvm::dyn_cast<CXXMemberCallExpr>(withoutTemporaries(E))) {
    const CXXMethodDecl *Method = Call->getMethodDecl();
    if (Method && Method->getIdentifier() && Method->getName() == "lock")
      return true;
    E = Call->getImplicitObjectArgument();
  }
  return false;
}

void addTerms(llvm::ArrayRef<const Expr *> Args, BindingTerms &Terms) {
  unsigned Position = 0;
  for (const Expr *Arg : Args) {
    const CXXRecordDecl *Class = toolClass(Arg->getType());
    if (!Class)
      continue;
    llvm::StringRef Name = Class->getName();
    if (Name == "call_guard")
      for (QualType Guard : typeArguments(Class))
        if (const CXXRecordDecl *G = toolClass(Guard))
          Terms.Detached |= G->getName().starts_with("gil_scoped_release");
    if (Name == "lock_self")
      Terms.LocksSelf = true;
    if (!Name.starts_with("arg"))
      continue;
    if (locksArgument(Arg))
      Terms.LocksArgs.push_back(Position);
    ++Position;
  }
}

/// The arguments of a call or construction that only wraps functions:
/// `init(f)`, `cpp_function(f)`.
llvm::ArrayRef<const Expr *> wrapped(const Expr *E) {
  E = withoutTemporaries(E);
  auto Plain = [](const Expr *const *Args, unsigned N) {
    return llvm::ArrayRef<const Expr *>(Args, N);
  };
  if (const auto *Call = llvm::dyn_cast<CallExpr>(E)) {
    const FunctionDecl *F = Call->getDirectCallee();
    if (F && F->getIdentifier() && F->getName() == "init" && isTools(F))
      return Plain(Call->getArgs(), Call->getNumArgs());
  }
  if (const auto *Made = llvm::dyn_cast<CXXConstructExpr>(E);
      Made && toolClass(Made->getType()))
    return Plain(Made->getArgs(), Made->getNumArgs());
  return {};
}

/// Is \p E the description of a constructor, `init<int, long>()`?
bool isInit(const Expr *E) {
  const CXXRecordDecl *Class = toolClass(E->getType());
  return Class &&
         (Class->getName() == "init" || Class->getName() == "constructor" ||
          Class->getName() == "init_implicit" ||
          Class->getName() == "alias_constructor");
}

/// Does a definition of this name hand out a data member, and to be assigned?
std::optional<bool> givesMember(llvm::StringRef Name) {
  if (Name == "def_readwrite" || Name == "def_rw")
    return true;
  if (Name == "def_readonly" || Name == "def_ro")
    return false;
  return std::nullopt;
}

} // namespace

void BodyLowering::bindFunction(const Expr *Arg, EntryPoint Entry,
                                const BindingTerms &Terms) {
  Operand O = Paths.operand(Arg);
  if (O.Kind != OperandKind::Function) {
    BindingTerms Own = Terms;
    addTerms(wrapped(Arg), Own);
    for (const Expr *Inner : wrapped(Arg))
      bindFunction(Inner, Entry, Own);
    return;
  }
  const Entity &F = B.Facts.Entities[O.Index];
  bool Member = F.has(EF_Member), Closure = F.has(EF_Lambda);
  unsigned Self = Closure ? 1 : 0; // `this` of a closure is its captures
  unsigned First = Self + (Terms.TakesSelf || (Member && !Closure) ? 1 : 0);
  if (Terms.LocksSelf)
    Entry.Locked.push_back(Self);
  for (unsigned Position : Terms.LocksArgs)
    Entry.Locked.push_back(First + Position);
  Entry.Function = O.Index;
  Entry.Detached = Terms.Detached;
  Entry.Loc = B.range(Arg->getSourceRange());
  B.Facts.EntryPoints.push_back(std::move(Entry));
}

/// The constructor of \p Class that takes as many arguments as \p Arg names.
void BodyLowering::bindConstructor(const Expr *Arg, const CXXRecordDecl *Class,
                                   EntryPoint Entry,
                                   const BindingTerms &Terms) {
  size_t Wanted = typeArguments(toolClass(Arg->getType())).size();
  const CXXConstructorDecl *Found = nullptr;
  for (const CXXConstructorDecl *C : Class->ctors())
    if (C->isUserProvided() && !C->isCopyOrMoveConstructor() &&
        C->getMinRequiredArguments() <= Wanted && C->getNumParams() >= Wanted) {
      if (Found)
        return; // one of several
      Found = C;
    }
  if (!Found || !B.isUserFile(Found->getLocation()))
    return;
  Entry.Function = B.entity(Found);
  Entry.Kind = EntryKind::New;
  Entry.Name = "__init__";
  Entry.Detached = Terms.Detached;
  Entry.Loc = B.range(Arg->getSourceRange());
  B.Facts.EntryPoints.push_back(std::move(Entry));
}

/// Python has objects of this class, and of the classes it is made from.
void BodyLowering::bindClass(const CXXRecordDecl *Class) {
  Class = Class ? Class->getDefinition() : nullptr;
  if (!Class || !B.isUserFile(Class->getLocation()))
    return;
  EntityId Id = B.entity(Class);
  B.Facts.Entities[Id].Flags |= EF_Bound;
  for (const CXXBaseSpecifier &Base : Class->bases())
    bindClass(Base.getType()->getAsCXXRecordDecl());
}

/// Python reads, and with \p Entry writable assigns, the data member that
/// \p Arg (`&Point::name`) names.
void BodyLowering::bindMember(const Expr *Arg, MemberEntry Entry) {
  const auto *Address = llvm::dyn_cast<UnaryOperator>(withoutTemporaries(Arg));
  const auto *Ref =
      Address && Address->getOpcode() == UO_AddrOf
          ? llvm::dyn_cast<DeclRefExpr>(Address->getSubExpr()->IgnoreParens())
          : nullptr;
  const auto *Field = Ref ? llvm::dyn_cast<FieldDecl>(Ref->getDecl()) : nullptr;
  if (!Field)
    return;
  const CXXRecordDecl *Class = Field->getType()->getAsCXXRecordDecl();
  Entry.Field = B.entity(Field);
  Entry.Owns = Class && Class->hasDefinition() &&
               !Class->getDefinition()->isTriviallyCopyable();
  Entry.Loc = B.range(Arg->getSourceRange());
  B.Facts.Members.push_back(std::move(Entry));
}

void BodyLowering::handOver(const CallExpr *Call, const FunctionDecl *Callee) {
  const auto *Method = llvm::dyn_cast<CXXMethodDecl>(Callee);
  if (!Method || !Method->getIdentifier() ||
      !Method->getName().starts_with("def") || !isTools(Method->getParent()))
    return;
  const CXXRecordDecl *Class = nullptr;
  if (Method->getParent()->getName() == "class_")
    if (auto Types = typeArguments(Method->getParent()); !Types.empty())
      Class = Types[0]->getAsCXXRecordDecl();
  bindClass(Class);
  BindingTerms Terms;
  addTerms(llvm::ArrayRef(Call->getArgs(), Call->getNumArgs()), Terms);
  Terms.TakesSelf = Class && !Method->getName().contains("static");
  EntryPoint Entry;
  Entry.Kind = EntryKind::Method;
  Entry.Name = Method->getName().str();
  Entry.Within = Out.Id;
  std::optional<bool> Writable = givesMember(Method->getName());
  for (const Expr *Arg : Call->arguments()) {
    Operand O = Paths.operand(Arg);
    if (O.Kind == OperandKind::String)
      Entry.Name = B.Facts.Strings[O.Index];
    if (Class && isInit(Arg))
      bindConstructor(Arg, Class, Entry, Terms);
    else
      bindFunction(Arg, Entry, Terms);
    if (Writable)
      bindMember(Arg, {.Name = Entry.Name, .ReadOnly = !*Writable});
  }
}

} // namespace ungil
