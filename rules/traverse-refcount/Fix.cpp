//===- Fix.cpp - tp_traverse without references of its own ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Py_INCREF(x), visit, Py_DECREF(x): the object is held by what is traversed,
// so the pair goes.
//
//===----------------------------------------------------------------------===//

#include "Fix/Section.h"
#include "llvm/ADT/StringRef.h"
#include <map>

namespace ungil::rules {
namespace {

using namespace fix;

/// Statements that take or drop a reference to one expression.
struct Pair {
  std::vector<StatementId> Takes, Drops;
};

class PairFix {
public:
  PairFix(const FixContext &Context, const Finding &Found)
      : P(Context.P), F(Found.About.Function),
        Code(P, F, Context.text(P.body(F).Body.File)), D(Code) {}

  FixPlan plan();

private:
  void collect(const Event &Call);
  void remove(StatementId S);

  const Program &P;
  FunctionId F;
  FunctionText Code;
  Draft D;
  std::map<std::string, Pair> Pairs; ///< by the expression
};

void PairFix::collect(const Event &Call) {
  const ApiFunction *Api = P.api(Call);
  if (!Api || !Api->Ownership)
    return;
  const OwnershipFact &Own = *Api->Ownership;
  if (Own.NewReference || !Own.Fresh.empty() || !Own.Outs.empty() ||
      !Own.Steals.empty())
    return D.refuse("'" + P.calleeName(Call) + "' makes a reference");
  if (Own.Retains.empty() && Own.Releases.empty())
    return;
  std::string Name = P.calleeName(Call);
  CallText Text = callAt(Code.Text, Call.Range.Offset, Name);
  StatementId S = Code.at(Call);
  bool Alone = Text.isValid() && Text.Args.size() == 1 && S != None &&
               Code[S].Kind == StatementKind::Expression &&
               Code[S].Offset == Text.NameBegin;
  if (!Alone)
    return D.refuse("'" + Name + "' is part of something larger");
  Pair &Both = Pairs[std::string(Text.Args[0])];
  (Own.Retains.empty() ? Both.Drops : Both.Takes).push_back(S);
}

/// Removes the statement, with the plain test (`if (x)`) that it hangs on.
void PairFix::remove(StatementId S) {
  StatementId Parent = Code[S].Parent;
  bool Labelled = Code[Parent].Kind == StatementKind::Label ||
                  Code[Parent].Kind == StatementKind::Case;
  if (Labelled && Code.siblingsAfter(Parent).empty())
    return D.replace(Code[S].Offset, Code[S].end(), ";");
  if (Labelled || Code[Parent].Kind == StatementKind::Compound)
    return D.remove(S);
  std::vector<Token> Test =
      tokens(Code.Text, Code[Parent].Offset, Code[S].Offset);
  StatementKind Outer = Code[Code[Parent].Parent].Kind;
  bool Plain =
      Code[Parent].Kind == StatementKind::If &&
      Code.children(Parent).size() == 1 &&
      (Outer == StatementKind::Compound || Outer == StatementKind::Case);
  for (size_t I = 2; I < Test.size(); ++I) {
    std::string_view Word = spelling(Code.Text, Test[I]);
    Plain &= Word != "(" && Word != "=" && Word != "+" && Word != "-";
  }
  if (!Plain)
    return D.refuse("the reference is taken on some of the ways only");
  D.remove(Parent);
}

FixPlan PairFix::plan() {
  if (!Code.isValid())
    D.refuse("the function is written by a macro");
  for (const Event &E : P.body(F).Events)
    if (E.Kind == EventKind::Call && !D.isRefused())
      collect(E);
  if (Pairs.empty())
    D.refuse("there is no pair of Py_INCREF and Py_DECREF here");
  for (const auto &[Expression, Both] : Pairs) {
    if (D.isRefused())
      break;
    if (Both.Takes.empty())
      D.refuse("the reference to '" + Expression + "' is taken elsewhere");
    else if (Both.Drops.empty())
      D.refuse("the reference to '" + Expression + "' is never dropped here");
    for (const auto *All : {&Both.Takes, &Both.Drops})
      for (StatementId S : *All) {
        remove(S);
      }
  }
  return D.finish(Applicability::Safe, "visit without a reference of its own");
}

} // namespace

/// `Py_VISIT(self->seen);` stands for how the one that is missing is visited.
static FixPlan visitToo(const FixContext &Context, const Finding &Found) {
  const Program &P = Context.P;
  FunctionId F = Found.About.Function;
  FunctionText Code(P, F, Context.text(P.body(F).Body.File));
  Draft D(Code);
  StatementId S =
      Code.isValid() ? Code.at(P.event({F, Found.About.Event})) : None;
  CallText Visit;
  if (S != None)
    Visit = callAt(Code.Text, Code[S].Offset, "Py_VISIT");
  llvm::StringRef Path;
  if (Visit.isValid() && Visit.Args.size() == 1)
    Path = Visit.Args[0];
  size_t Arrow = Path.rfind("->");
  bool Plain = Arrow != Path.npos && isPlainPath(Path.str()) &&
               Path.find('.', Arrow) == Path.npos &&
               Code[Code[S].Parent].Kind == StatementKind::Compound;
  if (!Plain)
    D.refuse("no plain Py_VISIT() of a field shows how");
  else
    D.after(S, "Py_VISIT(" + Path.take_front(Arrow + 2).str() +
                   P.entity(Found.About.Entity).Name + ");");
  return D.finish(Applicability::Suggested, "visit it, too");
}

FixPlan traverseRefcountFix(const FixContext &Context, const Finding &Found) {
  if (Found.About.Entity != None)
    return visitToo(Context, Found);
  return PairFix(Context, Found).plan();
}

} // namespace ungil::rules
