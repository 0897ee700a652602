//===- ExecFix.cpp - what first use made, made by module init -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecFix.h"
#include "Fix/NullTest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <set>
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

/// The function that an import runs: the one of a Py_mod_exec slot, else the
/// PyInit function. None when there are several of a kind.
FunctionId initOf(const Program &P) {
  std::set<FunctionId> Exec, Init;
  for (const EntryPoint &Entry : P.Facts.EntryPoints)
    if (Entry.Kind == EntryKind::ModuleInit &&
        !llvm::StringRef(Entry.Name).contains("create"))
      for (FunctionId F : P.bodiesOf(Entry.Function))
        (llvm::StringRef(P.name(F)).starts_with("PyInit_") ? Init : Exec)
            .insert(F);
  const std::set<FunctionId> &All = Exec.empty() ? Init : Exec;
  return All.size() == 1 ? *All.begin() : None;
}

bool isFailure(llvm::StringRef Value) {
  return Value == "NULL" || Value == "nullptr" || Value == "-1";
}

class ExecFix {
public:
  ExecFix(const FixContext &Context, EntityId Place, FunctionId From,
          FunctionId Init)
      : P(Context.P), Place(Place),
        Code(P, From, Context.text(P.body(From).Body.File)),
        Into(P, Init, Context.text(P.body(Init).Body.File)), D(Code) {}

  FixPlan plan();

private:
  void findBlock();
  void checkBlock();
  void checkPlaces();
  std::string valueOf(StatementId Return) const;
  std::string failure() const;
  StatementId front() const;
  std::string moved() const;

  const Program &P;
  EntityId Place;
  FunctionText Code, Into;
  Draft D;
  StatementId Block = None; ///< the `if`
  std::vector<StatementId> Returns;
};

/// The `if` that asks for the variable, around all that is stored to it.
void ExecFix::findBlock() {
  llvm::StringRef Name = P.entity(Place).Name;
  for (const Access &A : P.Places.at(Place)) {
    if (!A.writes() || A.Indirect || P.initOnly(A.At.Function))
      continue;
    if (A.At.Function != Code.F || A.LazyTest == None)
      return D.refuse("it is set in other places, too");
    StatementId Lazy = None;
    for (StatementId S = Code.at(P.event(A.At).Range.Offset); S != None;
         S = Code[S].Parent)
      if (Code[S].Kind == StatementKind::If) {
        auto [Open, Close] = Code.condition(S);
        if (nullTest(Code.Text, Open, Close, Name, false).Then ==
            Nullness::Null)
          Lazy = S;
      }
    if (Lazy == None || (Block != None && Lazy != Block))
      return D.refuse("what sets it is not in one 'if' that asks for it");
    Block = Lazy;
  }
  if (Block == None)
    return D.refuse("what sets it was not found");
  auto [Open, Close] = Code.condition(Block);
  std::string_view Asked = Code.Text.substr(Open, Close - Open);
  bool Alone = Asked.find("&&") == Asked.npos && Asked.find("||") == Asked.npos;
  if (!Alone || Code.children(Block).size() != 1 || Code[Block].has(SF_Else) ||
      Code[Code[Block].Parent].Kind != StatementKind::Compound)
    D.refuse("the 'if' that asks for it does more than that");
}

std::string ExecFix::valueOf(StatementId Return) const {
  llvm::StringRef Text(Code.text(Return));
  Text.consume_front("return");
  return Text.trim().rtrim(';').trim().str();
}

/// It may use nothing that the call was given or has made, and leaves by
/// failing only.
void ExecFix::checkBlock() {
  if (D.isRefused())
    return;
  uint32_t Begin = Code[Block].Offset, End = Code[Block].end();
  for (const Local &L : P.body(Code.F).Locals) {
    bool Inside = Begin <= L.Loc.Offset && L.Loc.Offset < End;
    if (!Inside && !L.Name.empty() && Code.mentions(L.Name, Block))
      return D.refuse("what is made depends on '" + L.Name + "'");
  }
  if (Code.hasDirective(Begin, End))
    return D.refuse("there is conditional compilation in what makes it");
  for (StatementId S = Block; S != Code.Statements.size(); ++S) {
    if (!Code.within(S, Block) || !Code.leaves(S, Begin, End))
      continue;
    if (Code[S].Kind != StatementKind::Return || Code[S].has(SF_Macro) ||
        !isFailure(valueOf(S)))
      return D.refuse("what makes it leaves by something else than a failure");
    Returns.push_back(S);
  }
  if (Returns.empty())
    D.refuse("what makes it does not say when it failed");
}

/// Both functions see the variable. What the block calls stands in front of
/// module init, for its function does.
void ExecFix::checkPlaces() {
  const SourceRange &Declared = P.entity(Place).Declaration;
  if (P.entity(Place).has(EF_StaticLocal))
    return D.refuse("it is a static variable of the function");
  if (Code.file() != Into.file() || Declared.File != Into.file() ||
      Declared.Offset > Into[0].Offset || Code[0].Offset > Into[0].Offset)
    return D.refuse("module init is in another file, or in front of it");
}

/// What module init returns when it fails; empty when that is not plain.
std::string ExecFix::failure() const {
  for (const Statement &S : Into.Statements) {
    if (S.Kind != StatementKind::Return || S.has(SF_Macro))
      continue;
    llvm::StringRef Text(Into.Text.substr(S.Offset, S.Length));
    Text.consume_front("return");
    Text = Text.trim().rtrim(';').trim();
    if (isFailure(Text))
      return Text.str();
  }
  std::string Type = Into.returnType();
  return Type == "int" ? "-1" : Type == "PyObject *" ? "NULL" : "";
}

/// The first statement of module init that does something.
StatementId ExecFix::front() const {
  for (StatementId S : Into.children(0))
    if (Into[S].Kind != StatementKind::Declaration ||
        Into.text(S).find('(') != std::string_view::npos)
      return S;
  return None;
}

/// The block, with the failure of module init and in its place.
std::string ExecFix::moved() const {
  std::string Text(Code.text(Block));
  for (StatementId S : llvm::reverse(Returns))
    Text.replace(Code[S].Offset - Code[Block].Offset, Code[S].Length,
                 "return " + failure() + ";");
  std::string Old = Code.indent(Code[Block].Offset);
  std::string New = Into.indent(Into[front()].Offset);
  for (size_t At = 0; (At = Text.find('\n', At)) != Text.npos; ++At)
    if (Text.compare(At + 1, Old.size(), Old) == 0)
      Text.replace(At + 1, Old.size(), New);
  return Text + std::string(Code.lineEnd()) + New;
}

FixPlan ExecFix::plan() {
  if (!Code.isValid() || !Into.isValid())
    D.refuse("module init is written by a macro");
  else {
    checkPlaces();
    findBlock();
    checkBlock();
  }
  if (!D.isRefused() && (front() == None || failure().empty()))
    D.refuse("how module init fails is not plain");
  if (!D.isRefused()) {
    D.replaceIn(Into.file(), Into[front()].Offset, Into[front()].Offset,
                moved());
    D.remove(Block);
  }
  return D.finish(Applicability::Suggested,
                  "make it in '" + P.name(Into.F) +
                      "': an import then takes longer, and can fail");
}

} // namespace

FixPlan execFix(const FixContext &Context, EntityId Place) {
  const Program &P = Context.P;
  FunctionId Init = initOf(P), From = None;
  for (const Access &A : P.Places.at(Place))
    if (A.writes() && A.LazyTest != None && !P.initOnly(A.At.Function))
      From = A.At.Function;
  if (Init == None || From == None || !P.initOnly(Init))
    return {Applicability::Manual, "no edit: there is not one module init", {}};
  return ExecFix(Context, Place, From, Init).plan();
}

} // namespace ungil::rules
