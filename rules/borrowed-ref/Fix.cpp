//===- Fix.cpp - borrowed references to strong ones -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The call becomes the one that returns a strong reference, and the variable
// it is kept in is released on every way out.
//
//===----------------------------------------------------------------------===//

#include "Fix/FailureExit.h"
#include "Fix/NullTest.h"
#include "Fix/Release.h"
#include "InPlace.h"
#include "SectionFix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

/// How the call stands in its statement.
enum class Shape : uint8_t { Declared, Assigned, InCondition, Other };

class BorrowFix {
public:
  BorrowFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P),
        S{Found.About.Function, Found.About.Event},
        Code(P, S.Function, Context.text(P.body(S.Function).Body.File)),
        D(Code) {}

  FixPlan plan();
  /// The call stays as it is if a section can make it right.
  bool wantsSection() const {
    return D.isRefused() && !Done && Strong &&
           (Strong->Form == ReplaceForm::Manual ||
            Strong->Form == ReplaceForm::CanFail);
  }

private:
  void findCall();
  void findVariable();
  void ownVariable();
  void replaceCall();
  void replaceByOut();
  void checkFailure();
  bool asksForBoth() const;
  void askForFailure(const std::string &New);
  void nullForNone();
  void mustNotThrow();
  FixPlan planVariable(const LentInPlace &Lent);
  FixPlan finish(const Draft &Of) const;
  bool isRightType() const;
  std::string castTo(const std::string &Type, const std::string &Value) const;

  const FixContext &Context;
  const Program &P;
  Site S;
  FunctionText Code;
  Draft D;
  const ApiFunction *Api = nullptr;
  const Replacement *Strong = nullptr;
  CallText Call;
  StatementId Where = None;
  Shape How = Shape::Other;
  const Local *Variable = nullptr;
  StatementId FailureTest = None; ///< `if` that asks for -1 now
  bool Done = false; ///< with a variable of its own, whatever D says
};

void BorrowFix::findCall() {
  if (!Code.isValid())
    return D.refuse("the function is written by a macro");
  Api = P.api(P.event(S));
  if (!Api || !Api->Borrow || !Api->Borrow->Strong)
    return D.refuse("the reference is lent by a function of the extension");
  Strong = &*Api->Borrow->Strong;
  if (Strong->Form == ReplaceForm::Manual)
    return D.refuse("'" + std::string(Api->Name) +
                    "' has no counterpart that takes its place as it stands");
  Call = callIn(Code.Text, P.event(S).Range, P.calleeName(P.event(S)));
  if (!Call.isValid())
    return D.refuse("the call is part of a macro");
  Where = Code.at(Call.NameBegin);
  if (Where == None)
    return D.refuse("the call is not in a statement");
  if (Code[Where].has(SF_Macro))
    return D.refuse("the call is part of a macro");
  useApi(D, Context, Code, Strong->Name, Strong->Since, Strong->InCompat);
}

/// The local that the call's result is bound to, and nothing else.
void BorrowFix::findVariable() {
  const Function &Body = P.body(S.Function);
  auto Bind = llvm::find_if(Body.Events, [&](const Event &E) {
    return E.Kind == EventKind::Bind && E.Value.Kind == OperandKind::Result &&
           E.Value.Index == S.Event;
  });
  if (Bind == Body.Events.end())
    return;
  const Path &Target = P.path(Bind->Where);
  if (Target.Root != RootKind::Local || !Target.Steps.empty())
    return;
  const Local &Found = Body.Locals[Target.Index];
  if (Found.Flags & EF_StaticLocal)
    return D.refuse("the result is kept in a static variable");
  const Statement &Here = Code[Where];
  std::vector<Token> Words = tokens(Code.Text, Here.Offset, Here.end());
  if (Here.Kind == StatementKind::Declaration)
    How = Shape::Declared;
  else if (Here.Kind == StatementKind::Expression && Words.size() > 2 &&
           spelling(Code.Text, Words[0]) == Found.Name &&
           spelling(Code.Text, Words[1]) == "=")
    How = Shape::Assigned;
  else if (Here.Kind == StatementKind::If)
    How = Shape::InCondition;
  else
    return;
  Variable = &Found;
}

std::string BorrowFix::castTo(const std::string &Type,
                              const std::string &Value) const {
  return isObjectPointer(Variable->Type) ? Value : "(" + Type + ")" + Value;
}

void BorrowFix::replaceCall() {
  bool Out =
      Strong->Form != ReplaceForm::Same && Strong->Form != ReplaceForm::CanFail;
  if (Out)
    return replaceByOut();
  D.replace(Call.NameBegin, Call.NameEnd, Strong->Name);
}

/// `v = f(a);` becomes `g(a, &v);`, in front of an `if` that assigned it.
void BorrowFix::replaceByOut() {
  const Statement &Here = Code[Where];
  std::string Args;
  for (std::string_view Arg : Call.Args)
    Args += std::string(Arg) + ", ";
  std::string New = Strong->Name + "(" + Args +
                    castTo("PyObject **", "&" + Variable->Name) + ")";
  if (asksForBoth())
    return askForFailure(New);
  bool Silent = Strong->Form == ReplaceForm::OutSilent;
  std::string Statement = Silent ? "if (" + New + " < 0)" : New + ";";
  std::vector<std::string> Lines{Statement};
  if (Silent)
    Lines.push_back(Code.indentUnit() + "PyErr_Clear();");
  if (How == Shape::Assigned)
    return D.rewrite(Where, Lines);
  if (How == Shape::Declared) {
    size_t Equal = Code.text(Where).find('=');
    std::string_view Front = Code.text(Where).substr(0, Equal);
    bool Single = Front.find(',') == Front.npos &&
                  Code.text(Where).find(';') ==
                      Call.End - Here.Offset +
                          Code.Text.substr(Call.End).find_first_not_of(" \t\n");
    if (!Single)
      return D.refuse("the declaration has more than one variable");
    Lines.insert(Lines.begin(), llvm::StringRef(Front).rtrim().str() + ";");
    return D.rewrite(Where, Lines);
  }
  // Only what the condition asks first can be moved in front of it.
  std::string_view Text = Code.text(Where);
  size_t Assign = Text.find(Variable->Name + " =");
  std::string_view Before = Text.substr(0, std::min(Assign, Text.size()));
  bool First = Assign != Text.npos &&
               Before.find_first_not_of(" \t\n!(", 2) == Before.npos;
  bool Alone = Code[Here.Parent].Kind == StatementKind::Compound;
  if (!First || !Alone)
    return D.refuse("the call is in the middle of a condition");
  uint32_t Begin = Here.Offset + static_cast<uint32_t>(Assign);
  uint32_t End = Call.End;
  // `(v = f(a))` loses its parentheses with the assignment.
  if (Begin > 0 && Code.Text[Begin - 1] == '(' && Code.Text[End] == ')' &&
      Before.find('(') != Before.rfind('(')) {
    --Begin;
    ++End;
  }
  for (std::string &Line : Lines)
    D.before(Where, Line);
  D.replace(Begin, End, Variable->Name);
}

/// What never failed can fail now: leaves as the function does next.
void BorrowFix::checkFailure() {
  if (Strong->Form != ReplaceForm::CanFail)
    return;
  if (How == Shape::InCondition)
    return D.refuse("the call is in the middle of a condition");
  std::string Exit = failureExit(Code, Where, Variable->Name);
  if (Exit.empty())
    return D.refuse("'" + Strong->Name +
                    "' can fail, and how this function "
                    "reports failure is not plain");
  D.after(Where, "if (" + Variable->Name + " == NULL)" + Exit);
}

/// Does the function ask both for NULL, which says that the call failed, and
/// for None?
bool BorrowFix::asksForBoth() const {
  if (Strong->Form != ReplaceForm::OutNone)
    return false;
  bool Null = false, None = false;
  for (StatementId I = Where; I != Code.Statements.size(); ++I) {
    if (Code[I].Kind != StatementKind::If || Code[I].has(SF_Macro))
      continue;
    auto [Open, Close] = Code.condition(I);
    auto Asks = [&, Begin = Open, End = Close](bool NoneIsNull) {
      NullTest T = nullTest(Code.Text, Begin, End, Variable->Name, NoneIsNull);
      return T.Then == Nullness::Null || T.Else == Nullness::Null;
    };
    Null |= Asks(false);
    None |= !Asks(false) && Asks(true);
  }
  return Null && None;
}

/// `if ((v = f(a)) == NULL)` becomes `if (g(a, &v) < 0)`, and so does an `if`
/// of its own right behind.
void BorrowFix::askForFailure(const std::string &New) {
  StatementId If = Where;
  if (How != Shape::InCondition) {
    std::vector<StatementId> Behind = Code.siblingsAfter(Where);
    If = Behind.empty() ? None : Behind.front();
  }
  bool Plain = If != None && Code[If].Kind == StatementKind::If &&
               !Code[If].has(SF_Macro | SF_Else);
  auto [Open, Close] = Plain ? Code.condition(If) : std::pair(0u, 0u);
  std::string_view Asked = Code.Text.substr(Open, Close - Open);
  Plain &= Asked.find("&&") == Asked.npos && Asked.find("||") == Asked.npos &&
           nullTest(Code.Text, Open, Close, Variable->Name, false).Then ==
               Nullness::Null;
  if (!Plain)
    return D.refuse("NULL and None are told apart, and the test for NULL does "
                    "not stand right behind the call");
  FailureTest = If;
  D.replace(Open, Close, New + " < 0");
  if (How == Shape::Assigned)
    D.remove(Where);
  if (How == Shape::Declared) {
    std::string_view Front =
        Code.text(Where).substr(0, Code.text(Where).find('='));
    if (Front.find(',') != Front.npos)
      return D.refuse("the declaration has more than one variable");
    D.rewrite(Where, {llvm::StringRef(Front).rtrim().str() + ";"});
  }
}

/// `v == Py_None` asks `v == NULL` now.
void BorrowFix::nullForNone() {
  if (Strong->Form != ReplaceForm::OutNone)
    return;
  const SourceRange &Body = P.body(S.Function).Body;
  std::vector<Token> Words =
      tokens(Code.Text, Code[Where].Offset, Body.Offset + Body.Length);
  auto Is = [&](size_t I, std::string_view What) {
    return I < Words.size() && spelling(Code.Text, Words[I]) == What;
  };
  for (size_t I = 0; I < Words.size(); ++I) {
    bool Compared = (Is(I + 1, "==") || Is(I + 1, "!="));
    if (!Compared)
      continue;
    if (Is(I, Variable->Name) && Is(I + 2, "Py_None"))
      D.replace(Words[I + 2].Offset, Words[I + 2].end(), "NULL");
    else if (Is(I, "Py_None") && Is(I + 2, Variable->Name))
      D.replace(Words[I].Offset, Words[I].end(), "NULL");
  }
}

/// A C++ exception would pass the release.
void BorrowFix::mustNotThrow() {
  const SourceRange &Body = P.body(S.Function).Body;
  if (!D.isRefused() && mayThrow(Context, S.Function, Call.NameBegin + 1,
                                 Body.Offset + Body.Length))
    D.refuse("a C++ exception could pass the release");
}

void BorrowFix::ownVariable() {
  replaceCall();
  checkFailure();
  nullForNone();
  OwnedVariable Owned;
  Owned.Name = Variable->Name;
  Owned.From = Where;
  Owned.Life = lifetimeOf(P, S);
  Owned.NoneIsNull = Strong->Form == ReplaceForm::OutNone;
  Owned.FailureTest = FailureTest;
  Owned.MayBeNull = Strong->Form != ReplaceForm::CanFail;
  releaseOnEveryPath(D, Code, Owned);
}

/// PyList_GetItem raises SystemError for what is no list, its successor
/// TypeError: is the argument known to be one?
bool BorrowFix::isRightType() const {
  if (Api->Borrow->Category != "list" || Call.Args.empty())
    return true;
  const SourceRange &Body = P.body(S.Function).Body;
  llvm::StringRef Before(
      Code.Text.substr(Body.Offset, Call.NameBegin - Body.Offset));
  llvm::StringRef List(Call.Args[0]);
  for (const char *Check :
       {"PyList_Check(", "PyList_CheckExact(", "&PyList_Type, &"})
    if (Before.contains((Check + List).str()))
      return true;
  return false;
}

FixPlan BorrowFix::plan() {
  findCall();
  mustNotThrow();
  if (!D.isRefused())
    findVariable();
  if (!D.isRefused()) {
    LentInPlace Lent{S, Call, Where, Strong};
    if (!Variable)
      fixInPlace(D, Context, Code, Lent);
    else if (FixPlan Plan = planVariable(Lent); !Plan.Edits.empty())
      return Plan;
  }
  return finish(D);
}

/// The variable owns its reference, or a new one beside it does.
FixPlan BorrowFix::planVariable(const LentInPlace &Lent) {
  Draft Beside(D);
  ownVariable();
  if (!D.isRefused())
    return finish(D);
  fixInPlace(Beside, Context, Code, Lent);
  Done = !Beside.isRefused();
  return finish(Beside);
}

FixPlan BorrowFix::finish(const Draft &Of) const {
  bool SameErrors =
      Strong && (Strong->Form == ReplaceForm::Out ||
                 (Strong->Form == ReplaceForm::Same && isRightType()));
  return Of.finish(SameErrors ? Applicability::Safe : Applicability::Suggested,
                   "use " + (Strong ? Strong->Name : std::string()) +
                       "() and release its reference");
}

} // namespace

FixPlan borrowedRefFix(const FixContext &Context, const Finding &Found) {
  BorrowFix Strong(Context, Found);
  FixPlan Plan = Strong.plan();
  if (!Strong.wantsSection())
    return Plan;
  FixPlan Other = borrowedRefSectionFix(Context, Found);
  if (!Other.Edits.empty())
    return Other;
  llvm::StringRef Why(Other.Title);
  Why.consume_front("no edit: ");
  Plan.Title += "; nor can a section stand in: " + Why.str();
  return Plan;
}

} // namespace ungil::rules
