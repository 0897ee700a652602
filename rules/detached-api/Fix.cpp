//===- Fix.cpp - a thread state where Python is used ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   Py_BEGIN_ALLOW_THREADS            Py_BEGIN_ALLOW_THREADS
//   work();                           work();
//   Py_DECREF(item);            ->    Py_BLOCK_THREADS
//   Py_END_ALLOW_THREADS              Py_DECREF(item);
//                                     Py_UNBLOCK_THREADS
//                                     Py_END_ALLOW_THREADS
//
// What was given up here is taken back around the statements that need it.
// Who is called without a thread state takes one before the first use, and
// keeps it to the last; one that is taken too late, or given up too early, is
// taken or given up elsewhere.
//
//===----------------------------------------------------------------------===//

#include "Fix/Section.h"
#include "Link/ThreadState.h"
#include "Rules/Locking.h"
#include "WaitFix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

class AttachFix {
public:
  AttachFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P),
        S{Found.About.Function, Found.About.Event},
        Code(P, S.Function, Context.text(P.body(S.Function).Body.File)),
        D(Code), Cxx(isCxx(Context, Code.file())) {}

  FixPlan plan();

private:
  struct Run {
    StatementId First = None, Last = None;
  };

  ThreadStates::Run states() const;
  bool needsState(EventId E) const;
  void findUses();
  void checkLocks();
  void blockAround();
  std::string restoring(std::string &Saving) const;
  void addRun(StatementId At);
  bool moveTurn(const ThreadStates::Run &States);
  bool takeEarlier(StatementId First, StatementId Turn);
  bool giveLater(StatementId Turn);
  bool mayWait(uint32_t Begin, uint32_t End) const;
  bool ensureEach();
  void takeAround();
  void ensureAround(StatementId First, StatementId Last);
  void releaseAt(StatementId Exit);
  std::string guardType() const;

  const Event &event(EventId E) const { return P.event({S.Function, E}); }

  const FixContext &Context;
  const Program &P;
  Site S;
  FunctionText Code;
  Draft D;
  bool Cxx;
  EventId Since = None;      ///< where it was given up, in this function
  std::vector<EventId> Uses; ///< without a thread state, as the finding's
  std::vector<Run> Runs;
  std::string Title;
};

ThreadStates::Run AttachFix::states() const {
  return P.threads().enteredDetached(P, S.Function);
}

/// Does the call need a thread state, or lead to one that does?
bool AttachFix::needsState(EventId E) const {
  const Event &Call = event(E);
  if (Call.Kind != EventKind::Call || Call.has(EV_Implicit))
    return false;
  if (usesPython(P, Call))
    return true;
  return !turnOf(P, Call) &&
         llvm::any_of(P.bodiesOf(Call.Callee), [&](FunctionId F) {
           return P.threads().firstUse(F).has_value();
         });
}

/// All uses in the function that want the same thread state.
void AttachFix::findUses() {
  if (!Code.isValid())
    return D.refuse("the function is written by a macro");
  auto Here = P.threads().at(S);
  bool Given = Here && Here->How == Attachment::Detached && Here->Since != None;
  if (Given)
    Since = Here->Since;
  ThreadStates::Run Entered = states();
  for (EventId E = 0; E != P.body(S.Function).Events.size(); ++E) {
    auto State = Given ? P.threads().at({S.Function, E}) : Entered.at(E);
    if (State && State->How == Attachment::Detached && State->Since == Since &&
        P.isLive({S.Function, E}) && needsState(E))
      Uses.push_back(E);
  }
  if (!llvm::is_contained(Uses, S.Event))
    D.refuse("the call is one that the compiler writes");
}

void AttachFix::checkLocks() {
  for (EventId E : Uses)
    for (const HeldLock &L : P.Functions[S.Function].Locks.at(E))
      if (isMutex(L))
        return D.refuse("a lock is held, and who waits for the thread state "
                        "with it may be waited for");
}

//===-- Given up in this function -----------------------------------------===//

/// The statement that takes the thread state back; \p Saving gives it up again.
std::string AttachFix::restoring(std::string &Saving) const {
  const Event &Call = event(Since);
  llvm::StringRef Macro =
      Call.Macro == None ? "" : llvm::StringRef(P.Facts.Strings[Call.Macro]);
  if (Macro == "Py_BEGIN_ALLOW_THREADS" || Macro == "Py_UNBLOCK_THREADS") {
    Saving = "Py_UNBLOCK_THREADS";
    return "Py_BLOCK_THREADS";
  }
  if (P.calleeName(Call) != "PyEval_SaveThread")
    return {};
  const Function &Body = P.body(S.Function);
  for (const Event &E : Body.Events) {
    if (E.Kind != EventKind::Bind || E.Value.Kind != OperandKind::Result ||
        E.Value.Index != Since)
      continue;
    const Path &To = P.path(E.Where);
    if (To.Root != RootKind::Local || !To.Steps.empty())
      return {};
    const std::string &Name = Body.Locals[To.Index].Name;
    Saving = Name + " = PyEval_SaveThread();";
    return "PyEval_RestoreThread(" + Name + ");";
  }
  return {};
}

/// The whole statement \p At gets it, with the one in front when that does.
void AttachFix::addRun(StatementId At) {
  while (At != None && Code[At].Parent != None &&
         Code[Code[At].Parent].Kind == StatementKind::Switch)
    At = Code[At].Parent;
  if (At == None || Code[At].Parent == None ||
      Code[At].Kind == StatementKind::Compound)
    return D.refuse("the call is not in a statement");
  for (StatementId I = At; I != Code.Statements.size(); ++I)
    if (Code.within(I, At) && Code.leaves(I, Code[At].Offset, Code[At].end()))
      return D.refuse("the statement leaves the part without a thread state");
  if (Code[At].Kind == StatementKind::Case ||
      Code[At].Kind == StatementKind::Label)
    return D.refuse("a label stands right in front of it");
  if (!Runs.empty() && Code.within(At, Runs.back().Last))
    return;
  if (!Runs.empty()) {
    std::vector<StatementId> Next = Code.siblingsAfter(Runs.back().Last);
    if (!Next.empty() && Next.front() == At) {
      Runs.back().Last = At;
      return;
    }
  }
  Runs.push_back({At, At});
}

void AttachFix::blockAround() {
  std::string Saving, Restoring = restoring(Saving);
  if (Restoring.empty())
    Restoring = guardType();
  if (Restoring.empty())
    return D.refuse("how the thread state was given up is not plain");
  if (mayThrow(Context, S.Function, Code[Runs.front().First].Offset,
               Code[Runs.back().Last].end()) &&
      !Saving.empty())
    return D.refuse("a C++ exception could pass the end of it");
  for (const Run &R : Runs) {
    if (!Saving.empty()) {
      D.before(R.First, Restoring);
      D.after(R.Last, Saving);
      continue;
    }
    // A guard needs a block, and what is declared there ends with it.
    for (StatementId I = R.First; I <= R.Last; ++I)
      if (Code[I].Kind == StatementKind::Declaration &&
          Code[I].Parent == Code[R.First].Parent)
        return D.refuse("what the statement declares is needed behind it");
    std::vector<std::string> Lines{"{", Code.indentUnit() + Restoring + " " +
                                            Code.freeName("attached") + ";"};
    for (StatementId I = R.First; I <= R.Last; ++I) {
      if (Code[I].Parent != Code[R.First].Parent)
        continue;
      Lines.push_back(Code.indentUnit() + std::string(Code.text(I)));
      if (I == R.Last)
        Lines.emplace_back("}");
      D.rewrite(I, std::move(Lines));
      Lines.clear();
    }
  }
  Title = "take the thread state back around what needs it";
}

//===-- Entered without one -----------------------------------------------===//

/// The guard of the binding tool that the function uses; empty if none.
std::string AttachFix::guardType() const {
  for (const Event &E : P.body(S.Function).Events) {
    if (E.Kind != EventKind::Call)
      continue;
    std::string Name = P.calleeName(E);
    for (const auto &[Tool, Alias] :
         {std::pair("pybind11", "py"), std::pair("nanobind", "nb")}) {
      if (!llvm::StringRef(Name).starts_with(std::string(Tool) + "::"))
        continue;
      bool Short = Code.Text.find(std::string("namespace ") + Alias + " = ") !=
                   std::string_view::npos;
      return std::string(Short ? Alias : Tool) + "::gil_scoped_acquire";
    }
  }
  return {};
}

/// The function takes a thread state in statement \p Turn, behind \p First.
bool AttachFix::takeEarlier(StatementId First, StatementId Turn) {
  if (Turn == None || Code[Turn].Parent != Code[First].Parent ||
      Code[Turn].Kind != StatementKind::Declaration ||
      Code[Turn].Offset < Code[First].Offset)
    return false;
  D.before(First, std::string(Code.text(Turn)));
  D.remove(Turn);
  Title = "take the thread state before the first use of Python";
  return true;
}

/// It gives it up in statement \p Turn, right in front of uses.
bool AttachFix::giveLater(StatementId Turn) {
  if (Turn == None || Code[Turn].Kind != StatementKind::Expression ||
      Code[Turn].Parent == None)
    return false;
  StatementId Last = None;
  for (StatementId Next : Code.siblingsAfter(Turn)) {
    bool Needs = llvm::any_of(
        Uses, [&](EventId E) { return Code.at(event(E)) == Next; });
    if (!Needs || Code[Next].Kind != StatementKind::Expression)
      break;
    Last = Next;
  }
  bool Whole = Last != None && llvm::all_of(Uses, [&](EventId E) {
                 StatementId At = Code.at(event(E));
                 return At != None && Code[At].Parent == Code[Turn].Parent &&
                        Code[At].Offset > Code[Turn].Offset &&
                        Code[At].Offset <= Code[Last].Offset;
               });
  if (!Whole)
    return false;
  D.after(Last, std::string(Code.text(Turn)));
  D.remove(Turn);
  Title = "give up the thread state behind the last use of Python";
  return true;
}

/// Is there a thread state near the uses, on one side only?
bool AttachFix::moveTurn(const ThreadStates::Run &States) {
  StatementId Use = Code.at(event(Uses.front()));
  StatementId Takes = None, Gives = None;
  for (const Block &B : P.body(S.Function).Blocks)
    for (size_t I = 1; I < B.Events.size(); ++I) {
      auto Before = States.at(B.Events[I - 1]), After = States.at(B.Events[I]);
      if (!Before || !After || Before->How == After->How)
        continue;
      StatementId At = Code.at(event(B.Events[I - 1]));
      bool Attaches = After->How == Attachment::Attached;
      if (At == None || event(B.Events[I - 1]).has(EV_Implicit))
        continue;
      if (Attaches && Takes == None && Code[At].Offset > Code[Use].Offset)
        Takes = At;
      if (!Attaches && Code[At].Offset < Code[Use].Offset)
        Gives = At;
    }
  return giveLater(Gives) || takeEarlier(Use, Takes);
}

/// `PyGILState_Release(gil)` in front of the way out \p Exit.
void AttachFix::releaseAt(StatementId Exit) {
  const std::string Release = "PyGILState_Release(gil);";
  bool Computes =
      Code[Exit].Kind == StatementKind::Return && !Code[Exit].has(SF_Macro) &&
      llvm::any_of(P.body(S.Function).Events, [&](const Event &E) {
        return E.Kind == EventKind::Call && Code.within(Code.at(E), Exit);
      });
  if (Code[Exit].has(SF_Macro))
    return D.refuse("a macro leaves the function");
  if (!Computes)
    return D.before(Exit, Release);
  std::string Type = Code.returnType();
  if (Type.empty())
    return D.refuse("what it returns cannot be kept in a variable");
  llvm::StringRef Value(Code.text(Exit));
  Value.consume_front("return");
  std::string Space = llvm::StringRef(Type).ends_with("*") ? "" : " ";
  D.rewrite(Exit, {Type + Space + Code.freeName("result") + " = " +
                       Value.trim().str(),
                   Release, "return " + Code.freeName("result") + ";"});
}

/// Does something between the uses perhaps wait? Whoever does that with the
/// thread state keeps all others waiting.
bool AttachFix::mayWait(uint32_t Begin, uint32_t End) const {
  const Function &Body = P.body(S.Function);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    if (Call.Kind == EventKind::Call && Begin <= Call.Range.Offset &&
        Call.Range.Offset < End && !llvm::is_contained(Uses, E) &&
        !P.api(Call) && P.bodiesOf(Call.Callee).empty())
      return true;
  }
  return false;
}

/// PyGILState_Ensure and PyGILState_Release around each use of its own, in
/// statements that do nothing else.
bool AttachFix::ensureEach() {
  std::map<StatementId, StatementId> ByBlock; // two of one name clash
  for (EventId E : Uses) {
    StatementId At = Code.at(event(E));
    if (At == None || Code[At].Kind != StatementKind::Expression ||
        Code[At].has(SF_Macro) ||
        Code[Code[At].Parent].Kind != StatementKind::Compound ||
        Code.freeName("gil") != "gil" ||
        ByBlock.try_emplace(Code[At].Parent, At).first->second != At)
      return false;
  }
  for (auto [Block, At] : ByBlock) {
    D.before(At, "PyGILState_STATE gil = PyGILState_Ensure();");
    D.after(At, "PyGILState_Release(gil);");
  }
  Title = "take a thread state around the uses of Python";
  return true;
}

/// PyGILState_Ensure and PyGILState_Release around statements of one block.
void AttachFix::ensureAround(StatementId First, StatementId Last) {
  uint32_t Begin = Code[First].Offset, End = Code[Last].end();
  if (mayThrow(Context, S.Function, Begin, End))
    return D.refuse("a C++ exception could pass the release");
  if (Code.hasDirective(Begin, End))
    return D.refuse("there is conditional compilation among the uses");
  if (Code.freeName("gil") != "gil")
    return D.refuse("the function has a 'gil' of its own");
  for (StatementId I = 0; I != Code.Statements.size(); ++I)
    for (StatementId L = First; L != Code.Statements.size(); ++L)
      if ((Code[I].Offset < Begin || Code[I].Offset >= End) &&
          Code[L].Offset >= Begin && Code[L].Offset < End && Code.goesTo(I, L))
        return D.refuse("a goto from outside leads into it");
  D.before(First, "PyGILState_STATE gil = PyGILState_Ensure();");
  for (StatementId I = First; I != Code.Statements.size(); ++I)
    if (Code[I].Offset < End && Code.leaves(I, Begin, End))
      releaseAt(I);
  if (!Code.endsWays(Last))
    D.after(Last, "PyGILState_Release(gil);");
  Title = "take a thread state around the uses of Python";
}

void AttachFix::takeAround() {
  uint32_t Front = ~0u, Back = 0;
  for (EventId E : Uses) {
    Front = std::min(Front, event(E).Range.Offset);
    Back = std::max(Back, event(E).Range.Offset);
  }
  auto [First, Last] = statementsAround(Code, Front, Back);
  if (First == None)
    return D.refuse("the uses are not in statements of one block");
  StatementKind Around = Code[Code[First].Parent].Kind;
  if (Around == StatementKind::Case || Around == StatementKind::Label ||
      Around == StatementKind::Switch)
    return D.refuse("a label stands right in front of it");
  std::string Guard = guardType();
  if (Guard.empty()) {
    if (!mayWait(Front, Back) || !ensureEach())
      ensureAround(First, Last);
    return;
  }
  if (Around != StatementKind::Compound)
    return D.refuse("the use is not in a block of its own");
  D.before(First, Guard + " " + Code.freeName("attached") + ";");
  Title = "take a thread state before the first use of Python";
}

FixPlan AttachFix::plan() {
  findUses();
  if (!D.isRefused())
    checkLocks();
  if (!D.isRefused() && Since != None) {
    for (EventId E : Uses)
      if (!D.isRefused())
        addRun(Code.at(event(E)));
    if (!D.isRefused())
      blockAround();
  } else if (!D.isRefused() && !moveTurn(states())) {
    takeAround();
  }
  FixPlan Plan = D.finish(Applicability::Suggested, Title);
  // The other findings about these uses have the same edits.
  for (Edit &E : Plan.Edits)
    E.Once = true;
  return Plan;
}

} // namespace

FixPlan detachedApiFix(const FixContext &Context, const Finding &Found) {
  const Program &P = Context.P;
  auto Manual = [](std::string Why) {
    return FixPlan{Applicability::Manual, "no edit: " + std::move(Why), {}};
  };
  Site S{Found.About.Function, Found.About.Event};
  if (S.Event == None || P.event(S).Kind != EventKind::Call)
    return Manual("what is shared has to be copied before the thread state is "
                  "given up, or needs a lock");
  auto State = P.threads().at(S);
  if (waits(P, S) && State && State->How == Attachment::Attached)
    return waitFix(Context, S);
  return AttachFix(Context, Found).plan();
}

} // namespace ungil::rules
