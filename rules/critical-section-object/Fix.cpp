//===- Fix.cpp - both objects at once, and a second look ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two sections nested become one that locks both objects. A value that Python
// code worked out is stored only if the slot is still unset; else what another
// thread stored stays, and the value is dropped.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Fix/Section.h"
#include "Rules/Objects.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

constexpr std::string_view Begin = "Py_BEGIN_CRITICAL_SECTION";
constexpr std::string_view End = "Py_END_CRITICAL_SECTION";

class ObjectFix {
public:
  ObjectFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P), F(Found.About.Function),
        E(Found.About.Event), Notes(Found.Notes),
        Code(P, F, Context.text(P.body(F).Body.File)), D(Code) {}

  FixPlan plan();

private:
  StatementId sectionAround(StatementId S) const;
  CallText endOf(StatementId Section) const;
  void erase(uint32_t From, uint32_t To);
  void checkOutside(StatementId Outer, StatementId Inner,
                    std::string_view Object);
  FixPlan lockBoth();

  const Entity *slot() const;
  bool isNew(const std::vector<Origin> &Value) const;
  void store(StatementId S, const std::string &Slot, const std::string &Value);
  FixPlan lookAgain();

  const FixContext &Context;
  const Program &P;
  FunctionId F;
  EventId E;
  const std::vector<Note> &Notes;
  FunctionText Code;
  Draft D;
};

StatementId ObjectFix::sectionAround(StatementId S) const {
  for (; S != None; S = Code[S].Parent)
    if (Code[S].Kind == StatementKind::Compound &&
        callAt(Code.Text, Code[S].Offset, Begin).isValid())
      return S;
  return None;
}

/// The macro at the end of \p Section; invalid when it is in another one.
CallText ObjectFix::endOf(StatementId Section) const {
  uint32_t Behind = 0;
  for (StatementId S : Code.children(Section))
    if (!llvm::StringRef(Code.text(S)).starts_with(llvm::StringRef(End)))
      Behind = Code[S].end();
  for (const Token &T : tokens(Code.Text, Behind, Code[0].end()))
    if (spelling(Code.Text, T) != ";" && spelling(Code.Text, T) != ")")
      return callAt(Code.Text, T.Offset, End);
  return {};
}

/// Bytes with the `;` behind them, and their line when nothing else is on it.
void ObjectFix::erase(uint32_t From, uint32_t To) {
  if (To < Code.Text.size() && Code.Text[To] == ';')
    ++To;
  size_t Rest = Code.Text.find_first_not_of(" \t", To);
  bool Ends = Rest != Code.Text.npos &&
              (Code.Text[Rest] == '\n' || Code.Text[Rest] == '\r');
  if (Code.startsLine(From) && Ends) {
    From -=
        static_cast<uint32_t>(Code.indent(From).size() + Code.lineEnd().size());
    To = static_cast<uint32_t>(Rest);
  }
  D.replace(From, To, "");
}

/// The inner object is locked earlier than before.
void ObjectFix::checkOutside(StatementId Outer, StatementId Inner,
                             std::string_view Object) {
  uint32_t From = Code[Outer].Offset, To = Code[Inner].Offset;
  if (!isPlainPath(Object))
    return D.refuse("the inner object has no name of its own");
  if (changedIn(Code, Object, From, Code[Outer].end()) ||
      asksForNull(Code, Object, From, To))
    return D.refuse("'" + std::string(Object) +
                    "' is not known where the outer section begins");
  for (StatementId S = Code[Inner].Parent; S != Outer; S = Code[S].Parent)
    if (Code[S].Kind != StatementKind::Compound &&
        Code[S].Kind != StatementKind::Loop)
      return D.refuse("the inner section is in a branch");
}

FixPlan ObjectFix::lockBoth() {
  StatementId Inner = sectionAround(Code.at(P.event({F, E})));
  StatementId Outer = Inner == None ? None : sectionAround(Code[Inner].Parent);
  bool Known = Outer != None && !Notes.empty() &&
               Notes[0].Range.Offset == Code[Outer].Offset;
  CallText First, Second, InnerEnd, OuterEnd;
  if (Known) {
    First = callAt(Code.Text, Code[Outer].Offset, Begin);
    Second = callAt(Code.Text, Code[Inner].Offset, Begin);
    InnerEnd = endOf(Inner);
    OuterEnd = endOf(Outer);
  }
  if (!InnerEnd.isValid() || !OuterEnd.isValid() || First.Args.size() != 1 ||
      Second.Args.size() != 1)
    D.refuse("the two sections do not begin and end here");
  else if (Code.hasDirective(First.NameBegin, OuterEnd.End))
    D.refuse("there is conditional compilation in the section");
  else
    checkOutside(Outer, Inner, Second.Args[0]);
  if (!D.isRefused()) {
    D.replace(First.NameBegin, First.End,
              std::string(Begin) + "2(" + std::string(First.Args[0]) + ", " +
                  std::string(Second.Args[0]) + ")");
    D.replace(OuterEnd.NameBegin, OuterEnd.NameEnd, std::string(End) + "2");
    erase(Second.NameBegin, Second.End);
    erase(InnerEnd.NameBegin, InnerEnd.End);
  }
  return D.finish(Applicability::Suggested, "lock both objects at once");
}

/// What is stored to: a field or variable that keeps a reference.
const Entity *ObjectFix::slot() const {
  for (PathId Where : P.Functions[F].Value.Events[E].Where) {
    const Path &To = P.path(Where);
    EntityId Last = lastField(P, To);
    if (Last == None && To.Root == RootKind::Place)
      Last = To.Index;
    if (Last != None)
      return &P.entity(Last);
  }
  return nullptr;
}

bool ObjectFix::isNew(const std::vector<Origin> &Value) const {
  return llvm::all_of(Value, [&](const Origin &O) {
    if (O.Kind == OperandKind::Null)
      return true;
    if (O.Kind != OperandKind::Result || O.Out)
      return false;
    const Event &Call = P.body(F).Events[O.Index];
    const ApiFunction *Api = P.api(Call);
    return !(Api && Api->Borrow) &&
           llvm::none_of(P.bodiesOf(Call.Callee), [&](FunctionId Callee) {
             return P.Functions[Callee].Lends != None;
           });
  });
}

void ObjectFix::store(StatementId S, const std::string &Slot,
                      const std::string &Value) {
  std::string Null = isCxx(Context, Code.file()) ? "nullptr" : "NULL";
  std::string In = Code.indentUnit();
  bool Named =
      llvm::all_of(Value, [](char C) { return llvm::isAlnum(C) || C == '_'; });
  if (Named && Code.mentions(Value, Code[S].end(), Code[0].end()))
    return D.refuse("'" + Value + "' is used behind the store");
  if (!Named && Code.isLabelled(S))
    return D.refuse("a label stands before the store");
  std::string Name = Value;
  std::vector<std::string> Lines;
  if (!Named) {
    Name = D.newName("made");
    Lines.push_back("PyObject *" + Name + " = " + Value + ";");
  }
  Lines.push_back("if (" + Slot + " == " + Null + ")");
  Lines.push_back(In + Slot + " = " + Name + ";");
  if (!Named) {
    Lines.push_back("else if (" + Name + " == " + Null + ")");
    Lines.push_back(In + "PyErr_Clear(); // another thread has made one");
  }
  Lines.emplace_back("else");
  Lines.push_back(In + (Named ? "Py_XDECREF(" : "Py_DECREF(") + Name + ");");
  D.rewrite(S, std::move(Lines));
}

FixPlan ObjectFix::lookAgain() {
  const Event &Store = P.event({F, E});
  StatementId S = Code.at(Store);
  const Entity *Slot = slot();
  if (!Slot || !isObjectPointer(Slot->Type) ||
      !isNew(P.Functions[F].Value.value(E)))
    D.refuse("what is stored is not plainly a new reference");
  else if (S == None || Code[S].Kind != StatementKind::Expression)
    D.refuse("the store is not a statement of its own");
  if (D.isRefused())
    return D.finish(Applicability::Manual, "");
  auto [Left, Right] = llvm::StringRef(Code.text(S)).split('=');
  std::string To = Left.trim().str();
  std::string Value = Right.rtrim("; \t\r\n").ltrim().str();
  if (!isPlainPath(To) || Value.empty() || Value.front() == '=')
    D.refuse("the store is not plain");
  else
    store(S, To, Value);
  return D.finish(Applicability::Suggested,
                  "store it only if it is still unset");
}

FixPlan ObjectFix::plan() {
  if (!Code.isValid())
    D.refuse("the function is written by a macro");
  else if (P.event({F, E}).Kind != EventKind::Call)
    return lookAgain();
  else if (Notes.size() > 1)
    return lockBoth();
  else
    D.refuse("which object it should lock is for a person to say");
  return D.finish(Applicability::Manual, "");
}

} // namespace

FixPlan criticalSectionObjectFix(const FixContext &Context,
                                 const Finding &Found) {
  return ObjectFix(Context, Found).plan();
}

} // namespace ungil::rules
