//===- Fix.cpp - one call for two steps -----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   PyDict_SetItem(d, k, made)     PyDict_SetDefaultRef(d, k, made, &first)
//                                  and on with what is there
//   PyDict_GetItemRef(d, k, &v)    PyDict_Pop(d, k, &v)
//   PyDict_DelItem(d, k)
//   PyDict_Contains(d, k)          PyDict_Pop(d, k, NULL)
//   PyDict_DelItem(d, k)
//
// The calls that do both report as the first one did: 1, 0 or -1.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Fix/NullTest.h"
#include "TwoSteps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

constexpr PyVersion Since = 0x30d;

class StepsFix {
public:
  StepsFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P), F(Found.About.Function),
        Code(P, F, Context.text(P.body(F).Body.File)), D(Code),
        Act(P.event({F, Found.About.Event})), ActEvent(Found.About.Event) {}

  FixPlan plan();

private:
  CallText textOf(const Event &Call) const {
    return callAt(Code.Text, Call.Range.Offset, P.calleeName(Call));
  }
  const Local *madeLocal(std::string_view Name) const;
  bool isAliased(const Local &Made) const;
  void setDefault();
  bool leavesWhenAbsent(StatementId If, const std::string &Value) const;
  bool onlyLeavesWhenAbsent(const std::vector<StatementId> &Between,
                            const std::string &Value) const;
  bool isJustDelete(StatementId S) const;
  void pop(const Event &Check);
  void popUnread(const Event &Check);

  const FixContext &Context;
  const Program &P;
  FunctionId F;
  FunctionText Code;
  Draft D;
  const Event &Act;
  EventId ActEvent;
};

const Local *StepsFix::madeLocal(std::string_view Name) const {
  for (const Local &L : P.body(F).Locals)
    if (L.Name == Name && isObjectPointer(L.Type))
      return &L;
  return nullptr;
}

/// Does another variable lead to the new object when it is stored?
bool StepsFix::isAliased(const Local &Made) const {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  const std::vector<Origin> &Stored = V.arg(ActEvent, 2);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Bind = Body.Events[E];
    if (Bind.Kind != EventKind::Bind || Bind.Range.Offset > Act.Range.Offset ||
        &Body.Locals[P.path(Bind.Where).Index] == &Made)
      continue;
    if (llvm::any_of(V.value(E), [&](const Origin &O) {
          return O.Kind == OperandKind::Result && llvm::is_contained(Stored, O);
        }))
      return true;
  }
  return false;
}

/// What was made is stored unless there is something, which is then used.
void StepsFix::setDefault() {
  CallText Call = textOf(Act);
  StatementId S = Code.at(Act);
  if (P.calleeName(Act) != "PyDict_SetItem" || !Call.isValid() ||
      Call.Args.size() != 3 || S == None)
    return D.refuse("no function does both steps of '" + P.calleeName(Act) +
                    "'");
  const Local *Made = madeLocal(Call.Args[2]);
  if (!Made)
    return D.refuse("what is stored is in no variable");
  if (isAliased(*Made))
    return D.refuse("another variable than '" + Made->Name +
                    "' points to what is stored");
  bool Leaves = Code[S].Kind == StatementKind::Return || Code[S].has(SF_Else) ||
                Code[S].Kind == StatementKind::Loop || Code.isLabelled(S);
  if (Leaves)
    return D.refuse("there is no place behind the call for what is there");
  useApi(D, Context, Code, "PyDict_SetDefaultRef", Since, /*InCompat=*/true);
  std::string First = D.newName("first");
  std::string Null = isCxx(Context, Code.file()) ? "nullptr" : "NULL";
  D.before(S, "PyObject *" + First + " = " + Null + ";");
  D.replace(Call.NameBegin, Call.NameEnd, "PyDict_SetDefaultRef");
  D.replace(Call.End - 1, Call.End - 1, ", &" + First);
  D.after(S, "if (" + First + " != " + Null + ")");
  D.after(S,
          Code.indentUnit() + "Py_SETREF(" + Made->Name + ", " + First + ");");
}

/// `if (v == NULL)`, `if (found <= 0)`, `if (!found)`, and out.
bool StepsFix::leavesWhenAbsent(StatementId If,
                                const std::string &Value) const {
  std::vector<StatementId> Parts = Code.children(If);
  if (Code[If].Kind != StatementKind::If || Parts.size() != 1 ||
      !Code.endsWays(Parts[0]))
    return false;
  auto [Begin, End] = Code.condition(If);
  if (!Value.empty() &&
      nullTest(Code.Text, Begin, End, Value, false).Then == Nullness::Null)
    return true;
  llvm::StringRef Test =
      llvm::StringRef(Code.Text.substr(Begin, End - Begin)).trim();
  bool Joined = Test.contains("&&") || Test.contains("||");
  return !Joined && (Test.starts_with("!") || Test.ends_with("<= 0") ||
                     Test.ends_with("< 0") || Test.ends_with("== 0") ||
                     Test.ends_with("< 1") || Test.ends_with("!= 1") ||
                     Test.ends_with("== -1"));
}

bool StepsFix::onlyLeavesWhenAbsent(const std::vector<StatementId> &Between,
                                    const std::string &Value) const {
  return llvm::all_of(Between, [&](StatementId S) {
    return leavesWhenAbsent(S, Value) ||
           (Code[S].Kind == StatementKind::Declaration &&
            Code.text(S).find('(') == std::string_view::npos);
  });
}

/// Does \p S do nothing but the deletion, and leave when that fails?
bool StepsFix::isJustDelete(StatementId S) const {
  CallText Call = textOf(Act);
  if (!Call.isValid() || S == None)
    return false;
  if (Code[S].Kind == StatementKind::Expression)
    return Code[S].Offset == Call.NameBegin && Call.End + 1 >= Code[S].end();
  std::vector<StatementId> Parts = Code.children(S);
  if (Code[S].Kind != StatementKind::If || Parts.size() != 1 ||
      !Code.endsWays(Parts[0]))
    return false;
  auto [Begin, End] = Code.condition(S);
  llvm::StringRef Rest(Code.Text.substr(Call.End, End - Call.End));
  return Begin == Call.NameBegin &&
         llvm::is_contained({"", "< 0", "!= 0", "== -1"}, Rest.trim());
}

/// Statements of the block of \p First behind it and in front of \p Last.
std::vector<StatementId> between(const FunctionText &Code, StatementId First,
                                 StatementId Last) {
  std::vector<StatementId> Out;
  for (StatementId S : Code.siblingsAfter(First))
    if (S < Last)
      Out.push_back(S);
  return Out;
}

/// What is found is taken out by the same call.
void StepsFix::pop(const Event &Check) {
  std::string Name = P.calleeName(Check), Delete = P.calleeName(Act);
  bool Text =
      Name == "PyDict_GetItemStringRef" && Delete == "PyDict_DelItemString";
  CallText Call = textOf(Check);
  StatementId From = Code.at(Check), To = Code.at(Act);
  if (!Text && (Name != "PyDict_GetItemRef" || Delete != "PyDict_DelItem"))
    return D.refuse("no function does both '" + Name + "' and '" + Delete +
                    "'");
  if (!Call.isValid() || Call.Args.size() != 3 || From == None || To == None ||
      Code[From].Parent != Code[To].Parent || !isJustDelete(To))
    return D.refuse("the two steps are not two statements of one block");
  std::string Value = llvm::StringRef(Call.Args[2]).ltrim("& ").str();
  if ((Code[From].Kind == StatementKind::If &&
       !leavesWhenAbsent(From, Value)) ||
      !onlyLeavesWhenAbsent(between(Code, From, To), Value))
    return D.refuse("something may be done between the two steps");
  std::string Pop = Text ? "PyDict_PopString" : "PyDict_Pop";
  useApi(D, Context, Code, Pop, Since, /*InCompat=*/true);
  D.replace(Call.NameBegin, Call.NameEnd, Pop);
  D.remove(To);
}

/// It is deleted by the call that says whether it was there.
void StepsFix::popUnread(const Event &Check) {
  CallText Call = textOf(Check);
  StatementId From = Code.at(Check), To = Code.at(Act);
  if (P.calleeName(Check) != "PyDict_Contains" ||
      P.calleeName(Act) != "PyDict_DelItem")
    return D.refuse("no function does both '" + P.calleeName(Check) +
                    "' and '" + P.calleeName(Act) + "'");
  if (!Call.isValid() || From == None || To == None || !isJustDelete(To))
    return D.refuse("the two steps are not two statements");
  // The deletion comes first where the key is there.
  StatementId If = Code.around(To, StatementKind::If);
  std::vector<StatementId> Parts =
      If == None ? std::vector<StatementId>() : Code.children(If);
  StatementId Branch = Parts.empty() ? None : Parts[0];
  bool Block = Branch != None && Code[Branch].Kind == StatementKind::Compound;
  std::vector<StatementId> Inside =
      Block ? Code.children(Branch) : std::vector<StatementId>{Branch};
  bool First = Branch != None && !Inside.empty() && Inside[0] == To;
  bool Same = If == From || (First && Code[If].Parent == Code[From].Parent);
  if (!First || !Same || Code[From].Kind == StatementKind::Loop ||
      (If != From && !onlyLeavesWhenAbsent(between(Code, From, If), "")))
    return D.refuse("something may be done between the two steps");
  useApi(D, Context, Code, "PyDict_Pop", Since, /*InCompat=*/true);
  std::string Null = isCxx(Context, Code.file()) ? "nullptr" : "NULL";
  std::string Pop = "PyDict_Pop(" + std::string(Call.Args[0]) + ", " +
                    std::string(Call.Args[1]) + ", " + Null + ")";
  bool Empty = Inside.size() == 1;
  if (Empty && Parts.size() != 1)
    return D.refuse("the deletion is all that one of two branches does");
  if (If != From || !Empty)
    D.replace(Call.NameBegin, Call.End, Pop);
  if (!Empty)
    return D.remove(To);
  if (If != From)
    return D.remove(If);
  // `if (there) if (deletion fails) leave` was all of it.
  if (Code[To].Kind != StatementKind::If)
    return D.rewrite(If, {Pop + ";"});
  StatementId Exit = Code.children(To)[0];
  std::string Test = "if (" + Pop + " < 0)", Out(Code.text(Exit));
  if (Code[Exit].Kind == StatementKind::Compound)
    return D.rewrite(If, {Test + " " + Out});
  D.rewrite(If, {Test, Code.indentUnit() + Out});
}

FixPlan StepsFix::plan() {
  std::optional<TwoSteps> Steps = twoStepsAt(P, {F, ActEvent});
  if (!Code.isValid() || !Steps)
    D.refuse("the function is written by a macro");
  if (D.isRefused())
    return D.finish(Applicability::Manual, "");
  const Event &Check = P.event({F, Steps->Check});
  std::string Title = "take it out with the call that looks it up";
  switch (Steps->What) {
  case ContainerLoss::Lost:
  case ContainerLoss::Twins:
    setDefault();
    Title = "go on with what is in the dict when another thread was faster";
    break;
  case ContainerLoss::Popped:
    pop(Check);
    break;
  case ContainerLoss::Gone:
    popUnread(Check);
    break;
  case ContainerLoss::Update:
    D.refuse("a new value from the old one needs a lock that the calls in "
             "between do not let go of");
    break;
  case ContainerLoss::Duplicate:
    D.refuse("comparing elements lets go of a section: whether a set or a "
             "mutex is right is for a person to say");
    break;
  case ContainerLoss::Shrunk:
    D.refuse("what to do when the element is gone is for a person to say");
    break;
  }
  return D.finish(Applicability::Suggested, Title);
}

} // namespace

FixPlan checkThenActFix(const FixContext &Context, const Finding &Found) {
  return StepsFix(Context, Found).plan();
}

} // namespace ungil::rules
