//===- SectionFix.cpp - borrowed references that stay borrowed ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SectionFix.h"
#include "Fix/NullTest.h"
#include "Fix/Walk.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

class SectionFix {
public:
  SectionFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P),
        S{Found.About.Function, Found.About.Event}, Body(P.body(S.Function)),
        Code(P, S.Function, Context.text(Body.Body.File)), D(Code),
        Borrow(*P.api(P.event(S))->Borrow) {}

  FixPlan plan();

private:
  EventId maker();
  bool isSequence(const Operand &O) const;
  bool copyBehind(StatementId Making);
  FixPlan copyFirst(EventId Maker);
  void findWalk();
  void findVariable();
  void findSizes(StatementId Loop);

  const FixContext &Context;
  const Program &P;
  Site S;
  const Function &Body;
  FunctionText Code;
  Draft D;
  const BorrowFact &Borrow;
  Walk W;
  uint32_t Sequence = None; ///< local
};

/// Is \p O the value of the local that holds the sequence?
bool SectionFix::isSequence(const Operand &O) const {
  return O.Kind == OperandKind::Load && O.Index < P.Facts.Paths.size() &&
         P.path(O.Index).Root == RootKind::Local &&
         P.path(O.Index).Index == Sequence && P.path(O.Index).Steps.empty();
}

/// The call of PySequence_Fast that the container came from; None. The model
/// looks through it: it may return its argument.
EventId SectionFix::maker() {
  const Event &Use = P.event(S);
  auto Owner = static_cast<unsigned>(Borrow.Owner);
  if (Borrow.Category != "sequence_fast" || Owner >= Use.Args.size() ||
      Use.Args[Owner].Kind != OperandKind::Load)
    return None;
  const Path &Where = P.path(Use.Args[Owner].Index);
  if (Where.Root != RootKind::Local || !Where.Steps.empty())
    return None;
  Sequence = Where.Index;
  EventId Made = None;
  for (const Event &E : Body.Events) {
    if (E.Kind != EventKind::Bind || P.path(E.Where).Root != RootKind::Local ||
        P.path(E.Where).Index != Sequence || !P.path(E.Where).Steps.empty() ||
        E.Value.Kind == OperandKind::Null)
      continue;
    if (E.Value.Kind != OperandKind::Result || Made != None)
      return None;
    Made = E.Value.Index;
  }
  if (Made == None)
    return None;
  const Event &Call = Body.Events[Made];
  return P.api(Call) && Call.Args.size() == 2 ? Made : None;
}

/// Makes the copy behind the `if` that asks for the failure of \p Making, and
/// fails in the same way: what is said of other arguments stays.
bool SectionFix::copyBehind(StatementId Making) {
  const std::string &Name = Body.Locals[Sequence].Name;
  StatementId If = Making;
  if (Making != None && Code[Making].Kind != StatementKind::If) {
    std::vector<StatementId> Behind = Code.siblingsAfter(Making);
    If = Behind.empty() ? None : Behind.front();
  }
  if (If == None || Code[If].Kind != StatementKind::If ||
      Code[If].has(SF_Macro | SF_Else) || Code.children(If).size() != 1 ||
      Code[Code[If].Parent].Kind != StatementKind::Compound)
    return false;
  StatementId Exit = Code.children(If)[0];
  auto [Open, Close] = Code.condition(If);
  std::string_view Asked = Code.Text.substr(Open, Close - Open);
  if (!Code.endsWays(Exit) || Asked.find("||") != Asked.npos ||
      nullTest(Code.Text, Open, Close, Name, false).Then != Nullness::Null)
    return false;
  D.after(If, "Py_SETREF(" + Name + ", " + Borrow.Strong->Name + "(" + Name +
                  "));");
  D.after(If, "if (" + Name + " == NULL)" +
                  std::string(
                      Code.Text.substr(Close + 1, Code[If].end() - Close - 1)));
  return true;
}

/// PySequence_Fast hands a list on as it is; a tuple of it is ours alone.
FixPlan SectionFix::copyFirst(EventId Maker) {
  const Event &Made = P.event({S.Function, Maker});
  CallText Call = callAt(Code.Text, Made.Range.Offset, P.calleeName(Made));
  if (!Call.isValid() || Call.Args.size() != 2)
    D.refuse("the call is part of a macro");
  for (const Event &Use : Body.Events) {
    bool Given =
        llvm::any_of(Use.Args, [&](const Operand &O) { return isSequence(O); });
    bool Kept = isSequence(Use.Value) &&
                (Use.Kind == EventKind::Return ||
                 Use.Kind == EventKind::Write || Use.Kind == EventKind::Bind);
    bool Called = Use.Kind == EventKind::Call && Given;
    // As it is written: the macros themselves ask whether it is a list.
    bool AsList = Called && llvm::StringRef(Code.Text.substr(Use.Range.Offset))
                                .starts_with("PyList_");
    std::string Name = Called ? P.calleeName(Use) : std::string();
    bool Own = Called && !llvm::StringRef(Name).ltrim('_').starts_with("Py");
    if (Kept || AsList || Own)
      D.refuse("the sequence is handed on, or used as a list");
  }
  const std::string &Copy = Borrow.Strong->Name;
  std::string Title = "work on a tuple of the items, made by " + Copy + "()";
  if (!D.isRefused() && !copyBehind(Code.at(Call.NameBegin))) {
    D.replace(Call.NameBegin, Call.End,
              Copy + "(" + std::string(Call.Args[0]) + ")");
    Title += "; what it says of an argument that is no sequence differs";
  }
  FixPlan Plan = D.finish(Applicability::Suggested, Title);
  for (Edit &E : Plan.Edits)
    E.Once = true; // every other use of the sequence wants the same
  return Plan;
}

void SectionFix::findWalk() {
  const Event &E = P.event(S);
  CallText Call = callAt(Code.Text, E.Range.Offset, P.calleeName(E));
  W.Call = S;
  if (!Code.isValid() || !Call.isValid() || Borrow.Owner < 0 ||
      Borrow.Danger == Hazard::Always || Borrow.Category == "type")
    return D.refuse("no section protects it");
  W.Owner = static_cast<unsigned>(Borrow.Owner);
  W.Where = Code.at(Call.NameBegin);
  if (W.Where == None || Code[W.Where].has(SF_Macro) ||
      W.Owner >= Call.Args.size())
    return D.refuse("the call is part of a macro");
  if (P.sectionHeld(S, W.Owner))
    return D.refuse("the item outlives the section that is there");
  W.Container = llvm::StringRef(Call.Args[W.Owner]).trim().str();
}

/// The local that keeps the item, which can hold a reference from its
/// statement on to the end of the block.
void SectionFix::findVariable() {
  if (D.isRefused())
    return;
  LentVariable V;
  V.Life = lifetimeOf(P, S);
  for (const Event &E : Body.Events)
    if (E.Kind == EventKind::Bind && E.Value.Kind == OperandKind::Result &&
        E.Value.Index == S.Event && P.path(E.Where).Steps.empty() &&
        P.path(E.Where).Root == RootKind::Local)
      V.Local = P.path(E.Where).Index;
  if (V.Local == None)
    return D.refuse("the result is not kept in a local variable");
  const Statement &Here = Code[W.Where];
  bool Block = Here.Parent != None && Here.Parent != 0 &&
               Code[Here.Parent].Kind == StatementKind::Compound &&
               Code[Code[Here.Parent].Parent].Kind != StatementKind::Switch;
  bool Simple = Here.Kind == StatementKind::Declaration ||
                Here.Kind == StatementKind::Expression;
  if (Block && Simple && !Borrow.Interior) {
    W.Part = Here.Parent;
    W.From = W.Where;
  }
  W.Lent.push_back(std::move(V));
}

/// What says how far the walk goes has to be read under the same section, and
/// holds only until that is let go.
void SectionFix::findSizes(StatementId Loop) {
  const Values &V = P.Functions[S.Function].Value;
  std::vector<EventId> Inside, Before;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Ev.Kind != EventKind::Call || V.arg(E, 0) != V.arg(S.Event, W.Owner) ||
        !llvm::StringRef(P.calleeName(Ev)).ends_with_insensitive("size"))
      continue;
    if (Ev.Range.Offset < Code[Loop].Offset)
      Before.push_back(E);
    else if (Ev.Range.Offset < Code[Loop].end())
      Inside.push_back(E);
  }
  for (EventId E : Inside.empty() ? Before : Inside)
    if (isInterrupted(P, W, E, S.Event))
      return D.refuse("the container may shrink after its size was read, "
                      "where something lets go of the section");
  if (Inside.empty() && !Before.empty() &&
      isInterrupted(P, W, S.Event, S.Event))
    return D.refuse("the container may shrink in the middle of the loop, where "
                    "something lets go of the section");
  if (Inside.empty())
    W.Before = std::move(Before);
}

FixPlan SectionFix::plan() {
  if (EventId Maker = maker(); Maker != None && Code.isValid())
    return copyFirst(Maker);
  findWalk();
  findVariable();
  StatementId Whole = None;
  if (!D.isRefused()) {
    Whole = Code.around(W.Where, StatementKind::Loop);
    if (Whole == None)
      Whole = W.Where;
    findSizes(Whole);
  }
  putSectionAround(D, Context, Code, W, Whole);
  return D.finish(Applicability::Suggested, "hold a critical section on '" +
                                                W.Container +
                                                "' while its items are used");
}

} // namespace

FixPlan borrowedRefSectionFix(const FixContext &Context, const Finding &Found) {
  return SectionFix(Context, Found).plan();
}

} // namespace ungil::rules
