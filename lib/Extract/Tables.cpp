//===- Tables.cpp - what initialisers hand to the interpreter -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Tables.h"
#include "Extract/Body.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/StringSwitch.h"

using namespace clang;

namespace ungil {

bool slotEntryKind(llvm::StringRef Record, llvm::StringRef Field,
                   EntryKind &Kind) {
  bool Known = llvm::StringSwitch<bool>(Record)
                   .Cases("_typeobject", "PyTypeObject", "PyNumberMethods",
                          "PySequenceMethods", "PyMappingMethods",
                          "PyAsyncMethods", "PyBufferProcs", true)
                   .Cases("PyModuleDef", "PyMethodDef", "PyGetSetDef", true)
                   .Cases("PyType_Slot", "PyModuleDef_Slot", true)
                   .Default(false);
  if (!Known)
    return false;
  Kind = llvm::StringSwitch<EntryKind>(Field)
             .Case("tp_new", EntryKind::New)
             .Case("tp_init", EntryKind::Init)
             .Case("tp_dealloc", EntryKind::Dealloc)
             .Cases("tp_finalize", "tp_del", EntryKind::Finalize)
             .Case("tp_traverse", EntryKind::Traverse)
             .Case("tp_clear", EntryKind::Clear)
             .Cases("mod_exec", "mod_create", EntryKind::ModuleInit)
             .Case("m_traverse", EntryKind::ModuleTraverse)
             .Case("m_clear", EntryKind::ModuleClear)
             .Case("m_free", EntryKind::ModuleFree)
             .Case("ml_meth", EntryKind::Method)
             .Case("get", EntryKind::Getter)
             .Case("set", EntryKind::Setter)
             .Default(EntryKind::Slot);
  return true;
}

namespace {

llvm::StringRef recordName(const RecordDecl *Record) {
  if (!Record->getName().empty())
    return Record->getName();
  if (const TypedefNameDecl *Typedef = Record->getTypedefNameForAnonDecl())
    return Typedef->getName();
  return {};
}

class TableReader {
public:
  TableReader(FactsBuilder &B, const VarDecl *Var)
      : B(B), Var(Var), Table(B.entity(Var)) {}

  void read(const Expr *Init);

private:
  void readRecord(llvm::StringRef Record, const InitListExpr *List);
  void readMethod(const InitListExpr *List);
  void readGetSet(const InitListExpr *List);
  void readSlot(llvm::StringRef Record, const InitListExpr *List);
  void readMember(const InitListExpr *List);
  void readModule(const InitListExpr *List);
  void addEntry(EntryKind Kind, std::string Name, const Expr *Where,
                EntityId Function, uint32_t MethodFlags = 0);

  /// Function, string or constant that \p E is, through casts.
  EntityId function(const Expr *E);
  std::string text(const Expr *E);
  int64_t number(const Expr *E);
  EntityId place(const Expr *E);

  static const Expr *field(const InitListExpr *List, unsigned I) {
    return I < List->getNumInits() ? List->getInit(I) : nullptr;
  }

  FactsBuilder &B;
  const VarDecl *Var;
  EntityId Table;
};

const Expr *plain(const Expr *E) {
  while (E) {
    const Expr *Inner = E->IgnoreParenCasts();
    if (const auto *Address = llvm::dyn_cast<UnaryOperator>(Inner);
        Address && Address->getOpcode() == UO_AddrOf)
      Inner = Address->getSubExpr()->IgnoreParenCasts();
    if (const auto *Full = llvm::dyn_cast<FullExpr>(Inner))
      Inner = Full->getSubExpr();
    if (Inner == E)
      return E;
    E = Inner;
  }
  return E;
}

EntityId TableReader::function(const Expr *E) {
  E = plain(E);
  if (!E)
    return None;
  if (const auto *Ref = llvm::dyn_cast<DeclRefExpr>(E))
    if (const auto *F = llvm::dyn_cast<FunctionDecl>(Ref->getDecl()))
      return B.entity(F);
  if (const auto *Lambda = llvm::dyn_cast<LambdaExpr>(E))
    if (const CXXMethodDecl *Operator = Lambda->getCallOperator())
      return B.entity(Operator);
  // A captureless lambda becomes a pointer through a conversion call.
  if (const auto *Call = llvm::dyn_cast<CXXMemberCallExpr>(E))
    if (llvm::isa_and_nonnull<CXXConversionDecl>(Call->getMethodDecl()))
      return function(Call->getImplicitObjectArgument());
  return None;
}

std::string TableReader::text(const Expr *E) {
  E = plain(E);
  if (const auto *Text = llvm::dyn_cast_or_null<StringLiteral>(E))
    if (Text->getCharByteWidth() == 1)
      return Text->getString().str();
  return {};
}

int64_t TableReader::number(const Expr *E) {
  Expr::EvalResult Result;
  if (E && !E->isValueDependent() &&
      (E->getType()->isIntegerType()
           ? E->EvaluateAsInt(Result, B.Context)
           : plain(E)->getType()->isIntegerType() &&
                 plain(E)->EvaluateAsInt(Result, B.Context)))
    return Result.Val.getInt().getExtValue();
  return 0;
}

EntityId TableReader::place(const Expr *E) {
  E = plain(E);
  if (const auto *Ref = llvm::dyn_cast_or_null<DeclRefExpr>(E))
    if (const auto *V = llvm::dyn_cast<VarDecl>(Ref->getDecl()))
      return B.entity(V);
  return None;
}

void TableReader::addEntry(EntryKind Kind, std::string Name, const Expr *Where,
                           EntityId Function, uint32_t MethodFlags) {
  EntryPoint E;
  E.Function = Function;
  E.Kind = Kind;
  E.Name = std::move(Name);
  E.MethodFlags = MethodFlags;
  E.Table = Table;
  E.Loc = B.range(Where->getSourceRange());
  B.Facts.EntryPoints.push_back(std::move(E));
}

void TableReader::readMethod(const InitListExpr *List) {
  EntityId F = function(field(List, 1));
  if (F != None)
    addEntry(EntryKind::Method, text(field(List, 0)), List, F,
             number(field(List, 2)));
}

void TableReader::readGetSet(const InitListExpr *List) {
  std::string Name = text(field(List, 0));
  if (EntityId F = function(field(List, 1)); F != None)
    addEntry(EntryKind::Getter, Name, List, F);
  if (EntityId F = function(field(List, 2)); F != None)
    addEntry(EntryKind::Setter, Name, List, F);
}

void TableReader::readSlot(llvm::StringRef Record, const InitListExpr *List) {
  const Expr *Number = field(List, 0);
  const Expr *Value = field(List, 1);
  if (!Number || !Value)
    return;
  SlotEntry Slot;
  bool InProjectMacro;
  Slot.Slot =
      B.apiMacro(Number->IgnoreParenCasts()->getBeginLoc(), InProjectMacro);
  if (Slot.Slot.empty())
    Slot.Slot = std::to_string(number(Number));
  if (Slot.Slot == "0")
    return; // the sentinel
  Slot.Function = function(Value);
  if (Slot.Function == None)
    Slot.Value = number(Value);
  Slot.Loc = B.range(List->getSourceRange());
  std::string Name = Slot.Slot;
  if (llvm::StringRef(Name).starts_with("Py_"))
    Name = Name.substr(3);
  if (Slot.Function != None) {
    EntryKind Kind = EntryKind::Slot;
    slotEntryKind(Record, Name, Kind);
    addEntry(Kind, Name, List, Slot.Function);
  }
  if (B.Facts.SlotTables.empty() || B.Facts.SlotTables.back().Place != Table)
    B.Facts.SlotTables.push_back({Table, {}});
  B.Facts.SlotTables.back().Entries.push_back(std::move(Slot));
}

void TableReader::readMember(const InitListExpr *List) {
  MemberEntry Member;
  Member.Name = text(field(List, 0));
  const Expr *Offset = field(List, 2) ? plain(field(List, 2)) : nullptr;
  const auto *OffsetOf = llvm::dyn_cast_or_null<OffsetOfExpr>(Offset);
  if (!OffsetOf || !OffsetOf->getNumComponents())
    return;
  const OffsetOfNode &Last =
      OffsetOf->getComponent(OffsetOf->getNumComponents() - 1);
  if (Last.getKind() != OffsetOfNode::Field)
    return;
  Member.Field = B.entity(Last.getField());
  Member.ReadOnly = number(field(List, 3)) & 1; // READONLY, Py_READONLY
  Member.Loc = B.range(List->getSourceRange());
  B.Facts.Members.push_back(std::move(Member));
}

void TableReader::readModule(const InitListExpr *List) {
  ModuleDecl Module;
  Module.Def = Table;
  Module.Loc = B.range(Var->getLocation());
  unsigned I = 0;
  for (const FieldDecl *F : List->getType()->getAsRecordDecl()->fields()) {
    const Expr *Value = field(List, I++);
    if (!Value)
      break;
    if (F->getName() == "m_name")
      Module.Name = text(Value);
    if (F->getName() == "m_slots")
      Module.Slots = place(Value);
  }
  B.Facts.Modules.push_back(std::move(Module));
}

void TableReader::readRecord(llvm::StringRef Record, const InitListExpr *List) {
  if (Record == "PyMethodDef")
    return readMethod(List);
  if (Record == "PyGetSetDef")
    return readGetSet(List);
  if (Record == "PyType_Slot" || Record == "PyModuleDef_Slot")
    return readSlot(Record, List);
  if (Record == "PyMemberDef")
    return readMember(List);
  if (Record == "PyModuleDef")
    readModule(List);
  const RecordDecl *Decl = List->getType()->getAsRecordDecl();
  if (Decl->isUnion()) {
    if (List->getNumInits())
      read(List->getInit(0));
    return;
  }
  unsigned I = 0;
  if (const auto *Class = llvm::dyn_cast<CXXRecordDecl>(Decl))
    I = Class->getNumBases();
  for (const FieldDecl *F : Decl->fields()) {
    const Expr *Value = field(List, I++);
    if (!Value)
      break;
    EntityId Target = function(Value);
    if (Target == None) {
      read(Value);
      continue;
    }
    EntryKind Kind = EntryKind::Callback;
    slotEntryKind(Record, F->getName(), Kind);
    addEntry(Kind, F->getName().str(), Value, Target);
    B.Facts.EntryPoints.back().Field = B.entity(F);
  }
}

void TableReader::read(const Expr *Init) {
  const auto *List = llvm::dyn_cast<InitListExpr>(Init->IgnoreParenImpCasts());
  if (!List)
    return;
  if (const InitListExpr *Semantic = List->getSemanticForm())
    List = Semantic;
  if (const RecordDecl *Record = List->getType()->getAsRecordDecl())
    return readRecord(recordName(Record), List);
  for (const Expr *Element : List->inits()) {
    if (EntityId F = function(Element); F != None)
      addEntry(EntryKind::Capsule, B.Facts.Entities[Table].Name, Element, F);
    else
      read(Element);
  }
}

} // namespace

void readTables(FactsBuilder &Builder, const VarDecl *Var) {
  TableReader Reader(Builder, Var);
  const Expr *Init = Var->getInit();
  Reader.read(Init);
}

} // namespace ungil
