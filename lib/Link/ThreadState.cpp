//===- ThreadState.cpp - who runs with a thread state ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/ThreadState.h"
#include "Link/Agenda.h"
#include "Link/Flow.h"
#include "Support/LockNames.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <utility>

namespace ungil {

bool usesPython(const Program &P, const Event &Call) {
  if (Call.Kind != EventKind::Call || Call.Callee == None ||
      P.BodyOf.count(Call.Callee))
    return false;
  const Entity &Callee = P.entity(Call.Callee);
  std::string_view Name = Callee.Name;
  const ApiFunction *Api = P.api(Call);
  bool Tool = Api && Api->Effect && Api->Kind == "tool"; // pybind11's objects
  if (Callee.has(EF_Constructor) && !Tool)
    return false; // of a C structure, which has nothing to construct
  if (!Callee.has(EF_SystemHeader) ||
      (!Name.starts_with("Py") && !Name.starts_with("_Py") && !Tool))
    return false;
  return !Api || !Api->Effect ||
         !(Api->Effect->DetachedOk || Api->Effect->Attaches ||
           Api->Effect->Detaches);
}

static const EffectFact *turnOf(const ApiFunction *Api) {
  return Api && Api->Effect && (Api->Effect->Attaches || Api->Effect->Detaches)
             ? &*Api->Effect
             : nullptr;
}

const EffectFact *turnOf(const Program &P, const Event &Call) {
  return turnOf(P.api(Call));
}

/// `typename Derived::Lock lock(*this);`: whether such a guard attaches the
/// thread is for who uses the template to know.
static bool isOpenGuard(const Program &P, const Function &Body,
                        const Event &Made) {
  if (Made.Kind != EventKind::Bind || Made.has(EV_Assigned))
    return false;
  const Path &Where = P.path(Made.Where);
  if (Where.Root != RootKind::Local || Where.Index >= Body.Locals.size())
    return false;
  std::string_view Type = Body.Locals[Where.Index].Type;
  return Type.starts_with("typename ") && speaksOfLock(Type);
}

//===-- Inside one function -----------------------------------------------===//

class ThreadFlow {
public:
  struct State : ThreadStates::State {
    /// Guards alive here: the local, and the state before it was made.
    std::vector<std::pair<uint32_t, ThreadStates::State>> Guards;
    uint32_t Open = None; ///< guard of open type, and what was before it
    ThreadStates::State Before;
  };

  ThreadFlow(const Program &P, const std::vector<ThreadStates::Summary> &Known,
             FunctionId F, Attachment Start)
      : Events(P.body(F).Events.size()), P(P), Known(Known), F(F),
        Start(Start) {}

  void run() {
    Out.resize(P.body(F).Blocks.size());
    forwardFlow(P.body(F), *this);
  }
  /// State where the function returns; the entry's if it never does.
  Attachment exit() const;

  State entry() {
    State S;
    S.How = Start;
    return S;
  }
  bool join(State &Into, const State &Other);
  void transfer(State &S, EventId E);
  void edge(State &S, uint32_t Block, uint32_t) { Out[Block] = S; }

  std::vector<std::optional<ThreadStates::State>> Events;

private:
  bool leaveGuard(State &S, EventId E);
  void applyEffect(State &S, EventId E, const EffectFact &Effect);
  void applySummary(State &S, EventId E, const ThreadStates::Summary &Callee);
  std::optional<ThreadStates::State> beforeToken(EventId Release) const;
  uint32_t guard(EventId E) const;

  const Program &P;
  const std::vector<ThreadStates::Summary> &Known;
  FunctionId F;
  Attachment Start;
  std::vector<std::optional<State>> Out;
};

bool ThreadFlow::join(State &Into, const State &Other) {
  // A guard that was made on one of the ways only has ended where they meet.
  auto Ended = [](State S) {
    static_cast<ThreadStates::State &>(S) = S.Before;
    S.Open = None;
    return S;
  };
  bool Ends = Into.Open != Other.Open;
  State From = Ends && Other.Open != None ? Ended(Other) : Other;
  if (Ends && Into.Open != None) {
    Into = Ended(Into);
    join(Into, From);
    return true;
  }
  if (Into.How == From.How && Into.Since == None && From.Since != None) {
    Into.Since = From.Since; // given up here on one of the ways, at least
    return true;
  }
  if (Into.How == From.How || Into.How == Attachment::Either)
    return false;
  Into.How = Attachment::Either;
  return true;
}

/// The local that is the C++ object of the call, or None.
uint32_t ThreadFlow::guard(EventId E) const {
  const Event &Call = P.body(F).Events[E];
  if (!Call.has(EV_MethodCall) || Call.Args.empty() ||
      Call.Args[0].Kind != OperandKind::Address)
    return None;
  const Path &Where = P.path(Call.Args[0].Index);
  return Where.Root == RootKind::Local && Where.Steps.empty() ? Where.Index
                                                              : None;
}

/// The destructor of a guard puts back what was before its constructor.
bool ThreadFlow::leaveGuard(State &S, EventId E) {
  const Event &Call = P.body(F).Events[E];
  if (Call.Callee == None || !P.entity(Call.Callee).has(EF_Destructor))
    return false;
  uint32_t Local = guard(E);
  for (auto It = S.Guards.begin(); It != S.Guards.end(); ++It)
    if (It->first == Local && Local != None) {
      S.How = It->second.How;
      S.Since = It->second.Since;
      S.Guards.erase(It);
      return true;
    }
  return false;
}

/// `PyGILState_Release(s)` where `s` is the result of an Ensure we saw.
std::optional<ThreadStates::State>
ThreadFlow::beforeToken(EventId Release) const {
  const std::vector<Origin> &Token = P.Functions[F].Value.arg(Release, 0);
  if (Token.size() != 1 || Token[0].Kind != OperandKind::Result)
    return std::nullopt;
  return Events[Token[0].Index];
}

void ThreadFlow::applyEffect(State &S, EventId E, const EffectFact &Effect) {
  if (Effect.Attaches && Effect.Detaches) { // PyThreadState_Swap
    S.How = Attachment::Either;
    return;
  }
  uint32_t Local = guard(E);
  if (Local != None)
    S.Guards.push_back({Local, S});
  if (Effect.Restores) {
    // A token that came from elsewhere says nothing about what was before.
    std::optional<ThreadStates::State> Before = beforeToken(E);
    S.How = Before ? Before->How : Attachment::Either;
    S.Since = Before && Before->Since != None ? Before->Since : None;
    return;
  }
  S.How = Effect.Detaches ? Attachment::Detached : Attachment::Attached;
  S.Since = Effect.Detaches ? E : None;
}

void ThreadFlow::applySummary(State &S, EventId E,
                              const ThreadStates::Summary &Callee) {
  Attachment Next = S.How == Attachment::Attached   ? Callee.IfAttached
                    : S.How == Attachment::Detached ? Callee.IfDetached
                    : Callee.IfAttached == Callee.IfDetached
                        ? Callee.IfAttached
                        : Attachment::Either;
  if (Next == S.How)
    return;
  uint32_t Local = guard(E);
  if (Local != None)
    S.Guards.push_back({Local, S});
  S.How = Next;
  S.Since = Next == Attachment::Detached ? E : None;
}

void ThreadFlow::transfer(State &S, EventId E) {
  Events[E] = S;
  const Event &Call = P.body(F).Events[E];
  if (isOpenGuard(P, P.body(F), Call) && S.Open == None) {
    S.Open = P.path(Call.Where).Index;
    S.Before = S;
    S.How = Attachment::Either;
    S.Since = None;
  }
  if (Call.Kind != EventKind::Call || leaveGuard(S, E))
    return;
  if (const EffectFact *Effect = turnOf(P, Call))
    return applyEffect(S, E, *Effect);
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
    applySummary(S, E, Known[It->second]);
}

Attachment ThreadFlow::exit() const {
  const Function &Body = P.body(F);
  std::optional<Attachment> Result;
  for (uint32_t B = 0; B != Body.Blocks.size(); ++B)
    for (uint32_t Next : Body.Blocks[B].Succs)
      if (Next == Body.Exit && Out[B]) {
        Attachment How =
            Out[B]->Open == None ? Out[B]->How : Out[B]->Before.How;
        Result = !Result || *Result == How ? How : Attachment::Either;
      }
  return Result.value_or(Start);
}

//===-- The whole extension -----------------------------------------------===//

ThreadStates::ThreadStates(const Program &P)
    : Entry(P.Functions.size(), Attachment::Attached),
      Summaries(P.Functions.size()), Uniform(P.Functions.size()),
      Uses(P.Functions.size()), Runs(P.Functions.size()) {
  summarise(P);
  findUses(P);
  settleEntries(P);
}

bool ThreadStates::changesState(const Program &P, FunctionId F) const {
  for (const KnownCall &Call : P.calls(F))
    if (turnOf(Call.Api) ||
        (Call.Body != None && Summaries[Call.Body] != Summary()))
      return true;
  return P.Facts.Cxx && llvm::any_of(P.body(F).Events, [&](const Event &E) {
           return isOpenGuard(P, P.body(F), E);
         });
}

ThreadStates::Run ThreadStates::run(const Program &P, FunctionId F,
                                    Attachment Start) const {
  if (!Uniform[F])
    return follow(P, F, Start);
  Run R;
  R.Start = R.Exit = Start;
  return R;
}

ThreadStates::Run ThreadStates::follow(const Program &P, FunctionId F,
                                       Attachment Start) const {
  Run R;
  R.Start = R.Exit = Start;
  R.Uniform = false;
  ThreadFlow Flow(P, Summaries, F, Start);
  Flow.run();
  R.Exit = Flow.exit();
  R.Events = std::move(Flow.Events);
  return R;
}

/// Bottom-up; wrappers of wrappers need a round more.
void ThreadStates::summarise(const Program &P) {
  auto Settle = [&](FunctionId F) {
    Summary New;
    Uniform[F] = !changesState(P, F);
    if (!Uniform[F])
      New = {follow(P, F, Attachment::Attached).Exit,
             follow(P, F, Attachment::Detached).Exit};
    return std::exchange(Summaries[F], New) != New;
  };
  Agenda Work(P, 3);
  for (FunctionId F; (F = Work.next()) != None;)
    if (Settle(F))
      Work.addCallers(P.Functions[F]);
  // Who still waits for another round at least learns who changes the state.
  for (FunctionId F : Work.waiting())
    Uniform[F] = !changesState(P, F);
}

EventId ThreadStates::attachesAt(const Program &P, FunctionId F,
                                 int Depth) const {
  Run R = enteredDetached(P, F);
  for (const KnownCall &Call : P.calls(F)) {
    std::optional<State> S = R.at(Call.Event);
    if (!S || S->How != Attachment::Detached || S->Since != None)
      continue;
    const EffectFact *Effect = turnOf(Call.Api);
    // A helper that detaches and comes back leaves its caller attached too,
    // but cannot be called without a thread state.
    bool Attaches =
        Effect ? Effect->Attaches && !Effect->Detaches
               : Call.Body != None && Depth < 4 &&
                     Summaries[Call.Body].IfDetached == Attachment::Attached &&
                     attachesAt(P, Call.Body, Depth + 1) != None;
    if (Attaches)
      return Call.Event;
  }
  return None;
}

std::optional<Site> ThreadStates::findUse(const Program &P,
                                          FunctionId F) const {
  Run R = run(P, F, Attachment::Detached);
  for (const KnownCall &Call : P.calls(F)) {
    std::optional<State> S = R.at(Call.Event);
    if (!S || S->How != Attachment::Detached)
      continue;
    if (usesPython(P, P.body(F).Events[Call.Event]))
      return Site{F, Call.Event};
    if (!turnOf(Call.Api) && Call.Body != None && Uses[Call.Body])
      return Uses[Call.Body];
  }
  return std::nullopt;
}

void ThreadStates::findUses(const Program &P) {
  Agenda Work(P);
  for (FunctionId F; (F = Work.next()) != None;) {
    if (Uses[F])
      continue;
    Uses[F] = findUse(P, F);
    if (Uses[F])
      Work.addCallers(P.Functions[F]);
  }
}

/// What the callers seen so far agree on; nothing when none is settled.
std::optional<Attachment> ThreadStates::fromCallers(const Program &P,
                                                    FunctionId F) const {
  const FunctionInfo &Info = P.Functions[F];
  std::optional<Attachment> Result;
  auto Meet = [&](Attachment A) {
    Result = !Result || *Result == A ? A : Attachment::Either;
  };
  for (uint32_t I : Info.Entries)
    Meet(P.Facts.EntryPoints[I].isDetached() ? Attachment::Detached
                                             : Attachment::Attached);
  if (Info.AddressTaken || (Info.Entries.empty() && Info.Callers.empty()))
    Meet(Attachment::Attached);
  for (const CallSite &Call : Info.Callers) {
    if (Call.Event == None) {
      Meet(Attachment::Either); // a lambda: when it runs is not known
      continue;
    }
    const std::optional<Run> &Caller = Runs[Call.Caller];
    std::optional<State> S;
    if (Caller)
      S = Caller->at(Call.Event);
    if (!S)
      continue;
    // Handed over while detached, it may be kept and called at any time.
    Meet(Call.Handed && S->How == Attachment::Detached ? Attachment::Either
                                                       : S->How);
  }
  return Result;
}

void ThreadStates::settleEntries(const Program &P) {
  for (int Round = 0; Round != 6; ++Round) {
    bool Changed = false;
    for (FunctionId F = 0; F != P.Functions.size(); ++F) {
      std::optional<Attachment> Start = fromCallers(P, F);
      if (!Start || (Runs[F] && *Start == Entry[F]))
        continue;
      Entry[F] = *Start;
      Runs[F] = run(P, F, *Start);
      Changed = true;
    }
    if (!Changed)
      return;
  }
}

std::optional<ThreadStates::State> ThreadStates::at(Site S) const {
  if (!Runs[S.Function])
    return std::nullopt;
  return Runs[S.Function]->at(S.Event);
}

const ThreadStates &Program::threads() const { return model<ThreadStates>(); }

} // namespace ungil
