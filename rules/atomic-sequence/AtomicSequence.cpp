//===- AtomicSequence.cpp - atomic accesses, sequence not -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A load and a store of the same place, both atomic, with nothing that keeps
// another thread from coming in between, where that loses something.
//
//===----------------------------------------------------------------------===//

#include "AtomicOps.h"
#include "Link/Flow.h"
#include "Link/UnsetTests.h"
#include "Rules/Common.h"
#include "Steps.h"
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

class Sequences {
public:
  explicit Sequences(const Program &P);
  std::map<Site, LoadAndStore> run();

private:
  void judge(FunctionId F);
  std::optional<LoadAndStore> judgeStore(FunctionId F,
                                         const AtomicOp &Store) const;
  bool isShared(FunctionId F, const Path &Where) const;
  bool isLocked(FunctionId F, const AtomicOp &Store,
                const std::vector<const AtomicOp *> &Loads) const;
  bool comesFrom(const Origin &O, const AtomicOp &Load, bool Computed) const;
  EventId releaseOf(FunctionId F, const AtomicOp &Load) const;
  EventId testBefore(FunctionId F, const AtomicOp &Load,
                     const AtomicOp &Store) const;
  std::optional<AtomicLoss> afterTest(const AtomicOp &Store) const;
  bool isTwoValued(const AtomicOp &Store) const;

  const Program &P;
  std::vector<std::vector<AtomicOp>> Ops;
  /// Constants stored to a place or field, anywhere.
  std::map<EntityId,
           std::set<Operand, bool (*)(const Operand &, const Operand &)>>
      Constants;
  std::set<EntityId> Varied; ///< something else is stored to these
  std::map<EntityId, bool> OneNativeWriter;
  std::optional<EventOrder> Order; ///< of the function being judged
  std::map<Site, LoadAndStore> All;
};

bool before(const Operand &A, const Operand &B) {
  return std::pair(A.Kind, A.Index) < std::pair(B.Kind, B.Index);
}

Sequences::Sequences(const Program &P) : P(P) {
  AtomicOps Known(P);
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    Ops.push_back(Known.of(F));
    for (const AtomicOp &Op : Ops.back()) {
      EntityId Name = nameOf(Op.Where);
      if (Op.What == AtomicOp::Load || Name == None)
        continue;
      for (const Origin &O : Op.Stored)
        if (O.Kind == OperandKind::Constant || O.Kind == OperandKind::Null)
          Constants.try_emplace(Name, before)
              .first->second.insert({O.Kind, O.Index});
        else
          Varied.insert(Name);
      if (Op.What == AtomicOp::Update)
        Varied.insert(Name);
      bool Native = P.Functions[F].Phases == P_Native;
      auto [It, New] = OneNativeWriter.try_emplace(Name, Native);
      It->second &= Native || P.initOnly(F);
    }
  }
}

/// Storage that other threads can reach.
bool Sequences::isShared(FunctionId F, const Path &Where) const {
  bool Behind =
      std::any_of(Where.Steps.begin(), Where.Steps.end(),
                  [](const Step &S) { return S.Kind == StepKind::Deref; });
  switch (Where.Root) {
  case RootKind::Place:
    return !P.entity(Where.Index).has(EF_ThreadLocal);
  case RootKind::Local:
    // An object's own field while it is made or destroyed.
    return Behind && Where.Index < P.body(F).Params &&
           (P.Functions[F].Phases & ~(P_Init | P_Construct | P_Dealloc));
  case RootKind::Result: {
    const Event &Call = P.body(F).Events[Where.Index];
    if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
      return Behind && !P.Functions[It->second].ReturnsFresh;
    const ApiFunction *Api = P.api(Call);
    return Behind && Api && !Api->Alloc &&
           (!Api->Ownership || Api->Ownership->Fresh.empty());
  }
  default:
    return false;
  }
}

/// Is one lock held from a load to the store?
bool Sequences::isLocked(FunctionId F, const AtomicOp &Store,
                         const std::vector<const AtomicOp *> &Loads) const {
  const LockStates &Locks = P.Functions[F].Locks;
  for (const HeldLock &L : Locks.at(Store.At)) {
    if (L.Kind == LockKind::Unknown)
      return true;
    if (L.Kind == LockKind::Shared)
      continue;
    for (const AtomicOp *Load : Loads)
      for (const HeldLock &O : Locks.at(Load->At))
        if (O.sameLock(L) && O.Acquired == L.Acquired)
          return true;
  }
  return false;
}

/// Is \p O the value that \p Load loaded, or computed from it?
bool Sequences::comesFrom(const Origin &O, const AtomicOp &Load,
                          bool Computed) const {
  bool OfPath =
      O.Kind == (Computed ? OperandKind::Computed : OperandKind::Load);
  if (OfPath && (!Computed || O.Out == 0))
    return P.path(O.Index) == Load.Where;
  if (Computed)
    return O.Kind == OperandKind::Computed && O.Index == Load.At;
  return O.Kind == OperandKind::Result && O.Out == 0 && O.Index == Load.At;
}

/// A call that drops a reference to, or frees, what was loaded.
EventId Sequences::releaseOf(FunctionId F, const AtomicOp &Load) const {
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    const ApiFunction *Api =
        Events[E].Kind == EventKind::Call ? P.api(Events[E]) : nullptr;
    if (!Api || !mayFollow(P.body(F), *Order, Load.At, E))
      continue;
    std::vector<int> Dropped;
    if (Api->Ownership)
      Dropped = Api->Ownership->Releases;
    if (Api->Alloc && Api->Alloc->Role == AllocRole::Free)
      Dropped.push_back(Api->Alloc->Pointer);
    for (int Arg : Dropped)
      for (const Origin &O : P.Functions[F].Value.arg(E, Arg))
        if (Arg >= 0 && comesFrom(O, Load, false))
          return E;
  }
  return None;
}

/// The branch that decides by the value of \p Load whether \p Store runs.
EventId Sequences::testBefore(FunctionId F, const AtomicOp &Load,
                              const AtomicOp &Store) const {
  const Function &Body = P.body(F);
  Dominance Dom(Body);
  for (const Block &B : Body.Blocks) {
    if (B.Events.empty() || B.Succs.size() != 2)
      continue;
    EventId Last = B.Events.back();
    const Event &Branch = Body.Events[Last];
    if (Branch.Kind != EventKind::Branch || Branch.Test == TestKind::Other)
      continue;
    bool IfEqual =
        Branch.Test == TestKind::IsZero || Branch.Test == TestKind::EqualConst;
    uint32_t Free = B.Succs[IfEqual ? 0 : 1];
    const auto &Subject = P.Functions[F].Value.value(Last);
    if (Free != None && Dom.under(Order->Block[Store.At], Free) &&
        std::any_of(Subject.begin(), Subject.end(),
                    [&](const Origin &O) { return comesFrom(O, Load, false); }))
      return Last;
  }
  return None;
}

/// What is lost when two threads pass the test before \p Store.
std::optional<AtomicLoss> Sequences::afterTest(const AtomicOp &Store) const {
  EntityId Name = nameOf(Store.Where);
  if (Name == None || Store.Stored.size() != 1)
    return std::nullopt;
  const Origin &O = Store.Stored[0];
  if (O.Kind == OperandKind::Constant) {
    // Set here and cleared elsewhere: it says whose turn it is. A flag that
    // only ever goes up says that something was done, which may be done twice.
    auto It = Constants.find(Name);
    bool Cleared = It != Constants.end() && It->second.size() > 1;
    return Cleared ? std::optional(AtomicLoss::Claim) : std::nullopt;
  }
  bool Pointer = P.entity(Name).Type.find('*') != std::string::npos;
  if (O.Kind == OperandKind::Result && Pointer)
    return AtomicLoss::Publish;
  return std::nullopt;
}

bool Sequences::isTwoValued(const AtomicOp &Store) const {
  EntityId Name = nameOf(Store.Where);
  auto It = Constants.find(Name);
  constexpr size_t Two = 2;
  return Name != None && !Varied.count(Name) && It != Constants.end() &&
         It->second.size() == Two &&
         std::any_of(It->second.begin(), It->second.end(), [](Operand O) {
           return O.Kind == OperandKind::Null || O.Index == 0;
         });
}

std::optional<LoadAndStore> Sequences::judgeStore(FunctionId F,
                                                  const AtomicOp &Store) const {
  std::vector<const AtomicOp *> Loads;
  for (const AtomicOp &Op : Ops[F])
    if (Op.What == AtomicOp::Load && Op.Where == Store.Where &&
        mayFollow(P.body(F), *Order, Op.At, Store.At))
      Loads.push_back(&Op);
  if (Loads.empty() || isLocked(F, Store, Loads))
    return std::nullopt;
  if (EntityId Name = nameOf(Store.Where);
      Name != None && OneNativeWriter.at(Name))
    return std::nullopt; // a thread's own count, which others look at
  auto Found = [&](const AtomicOp *Load, AtomicLoss What, EventId Witness) {
    return LoadAndStore{Load->At, Witness, What, Store.Where,
                        isTwoValued(Store)};
  };
  for (const AtomicOp *Load : Loads) {
    for (const Origin &O : Store.Stored)
      if (comesFrom(O, *Load, true))
        return Found(Load, AtomicLoss::Update, None);
    if (EventId Release = releaseOf(F, *Load); Release != None)
      return Found(Load, AtomicLoss::Swap, Release);
    if (EventId Test = testBefore(F, *Load, Store); Test != None)
      if (std::optional<AtomicLoss> What = afterTest(Store))
        return Found(Load, *What, Test);
  }
  return std::nullopt;
}

void Sequences::judge(FunctionId F) {
  Order.emplace(P.body(F));
  for (const AtomicOp &Op : Ops[F])
    if (Op.What == AtomicOp::Store && !All.count({F, Op.At}) &&
        isShared(F, Op.Where))
      if (std::optional<LoadAndStore> Found = judgeStore(F, Op))
        All.emplace(Site{F, Op.At}, std::move(*Found));
}

std::map<Site, LoadAndStore> Sequences::run() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F) && P.isConcurrent(F) && !Ops[F].empty())
      judge(F);
  return std::move(All);
}

Finding report(const Program &P, Site S, const LoadAndStore &Found) {
  FunctionId F = S.Function;
  Finding New = findingAt(P, "atomic-sequence", S);
  EntityId Name = nameOf(Found.Where);
  std::string What = P.text(Found.Where, F), Who = twoThreads(P, F);
  New.Entity = Name == None ? What : P.entity(Name).Name;
  std::string Says = "'" + What + "' is loaded and stored atomically, but ";
  Confidence C = Confidence::High;
  switch (Found.What) {
  case AtomicLoss::Update:
    New.Message = Says + "not as one step: an update can be lost";
    New.Why = "Of " + Who +
              " both load the same value, both compute from it, "
              "and the second store undoes the first.";
    New.Help = "Use one atomic operation (fetch_add, fetch_or), or a loop of "
               "compare_exchange.";
    break;
  case AtomicLoss::Swap:
    New.Message = Says + "two threads can replace and release the same value";
    New.Why = "Of " + Who +
              " both load the old value before either stores a "
              "new one, and both release it.";
    New.Help = "Use exchange: only one thread gets the old value.";
    break;
  case AtomicLoss::Claim:
    New.Message = Says + "two threads can pass the test before it is set";
    New.Why = "Of " + Who +
              " both find it free and both take it, since "
              "nothing holds between the load and the store.";
    New.Help = "Use compare_exchange (or exchange, and test what it returns).";
    break;
  case AtomicLoss::Publish:
    New.Message = Says + "two threads can both find it unset and set it";
    New.Why = "Of " + Who +
              " both make a value and both store it: the first "
              "one is leaked, and callers may hold different ones.";
    New.Help = "Publish with compare_exchange from NULL; the loser releases "
               "its own value and takes the one that is there.";
    C = Confidence::Medium;
    break;
  }
  New.Conf = confidenceIn(P, F, C);
  New.Notes.push_back({P.event({F, Found.Load}).Range, "loaded here"});
  if (Found.Witness != None)
    New.Notes.push_back(
        {P.event({F, Found.Witness}).Range,
         Found.What == AtomicLoss::Swap ? "released here" : "tested here"});
  if (Name != None && P.entity(Name).Loc.isValid())
    New.Notes.push_back(
        {P.entity(Name).Loc, "'" + P.entity(Name).Name + "' is declared here"});
  return New;
}

} // namespace

AtomicSteps::AtomicSteps(const Program &P) : ByStore(Sequences(P).run()) {}

FindingList atomicSequence(const Program &P) {
  FindingList All;
  for (const auto &[Store, Found] : P.model<AtomicSteps>().ByStore)
    All.push_back(report(P, Store, Found));
  return All;
}

} // namespace ungil::rules
