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
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

enum class Loss : uint8_t {
  Update,  ///< the value stored is computed from the one loaded
  Swap,    ///< the value loaded is released once it is replaced
  Claim,   ///< tested, then taken: two threads both have it
  Publish, ///< tested, then set to what was made meanwhile
};

class Sequences {
public:
  explicit Sequences(const Program &P);
  std::vector<Finding> run();

private:
  struct Pair {
    const AtomicOp *Load = nullptr, *Store = nullptr;
    Loss What = Loss::Update;
    EventId Witness = None; ///< the test, or the release
  };

  void judge(FunctionId F);
  std::optional<Pair> judgeStore(FunctionId F, const AtomicOp &Store) const;
  bool isShared(FunctionId F, const Path &Where) const;
  bool isLocked(FunctionId F, const AtomicOp &Store,
                const std::vector<const AtomicOp *> &Loads) const;
  bool comesFrom(const Origin &O, const AtomicOp &Load, bool Computed) const;
  EventId releaseOf(FunctionId F, const AtomicOp &Load) const;
  EventId testBefore(FunctionId F, const AtomicOp &Load,
                     const AtomicOp &Store) const;
  std::optional<Loss> afterTest(const AtomicOp &Store) const;
  void report(FunctionId F, const Pair &Found);

  const Program &P;
  std::vector<std::vector<AtomicOp>> Ops;
  /// Constants stored to a place or field, anywhere.
  std::map<EntityId,
           std::set<Operand, bool (*)(const Operand &, const Operand &)>>
      Constants;
  std::map<EntityId, bool> OneNativeWriter;
  std::optional<EventOrder> Order; ///< of the function being judged
  std::vector<Finding> All;
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
std::optional<Loss> Sequences::afterTest(const AtomicOp &Store) const {
  EntityId Name = nameOf(Store.Where);
  if (Name == None || Store.Stored.size() != 1)
    return std::nullopt;
  const Origin &O = Store.Stored[0];
  if (O.Kind == OperandKind::Constant) {
    // Set here and cleared elsewhere: it says whose turn it is. A flag that
    // only ever goes up says that something was done, which may be done twice.
    auto It = Constants.find(Name);
    bool Cleared = It != Constants.end() && It->second.size() > 1;
    return Cleared ? std::optional(Loss::Claim) : std::nullopt;
  }
  bool Pointer = P.entity(Name).Type.find('*') != std::string::npos;
  if (O.Kind == OperandKind::Result && Pointer)
    return Loss::Publish;
  return std::nullopt;
}

std::optional<Sequences::Pair>
Sequences::judgeStore(FunctionId F, const AtomicOp &Store) const {
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
  for (const AtomicOp *Load : Loads) {
    for (const Origin &O : Store.Stored)
      if (comesFrom(O, *Load, true))
        return Pair{Load, &Store, Loss::Update, None};
    if (EventId Release = releaseOf(F, *Load); Release != None)
      return Pair{Load, &Store, Loss::Swap, Release};
    if (EventId Test = testBefore(F, *Load, Store); Test != None)
      if (std::optional<Loss> What = afterTest(Store))
        return Pair{Load, &Store, *What, Test};
  }
  return std::nullopt;
}

void Sequences::report(FunctionId F, const Pair &Found) {
  Site S{F, Found.Store->At};
  Finding New = findingAt(P, "atomic-sequence", S);
  EntityId Name = nameOf(Found.Store->Where);
  std::string What = P.text(Found.Store->Where, F), Who = twoThreads(P, F);
  New.Entity = Name == None ? What : P.entity(Name).Name;
  std::string Says = "'" + What + "' is loaded and stored atomically, but ";
  Confidence C = Confidence::High;
  switch (Found.What) {
  case Loss::Update:
    New.Message = Says + "not as one step: an update can be lost";
    New.Why = "Of " + Who +
              " both load the same value, both compute from it, "
              "and the second store undoes the first.";
    New.Help = "Use one atomic operation (fetch_add, fetch_or), or a loop of "
               "compare_exchange.";
    break;
  case Loss::Swap:
    New.Message = Says + "two threads can replace and release the same value";
    New.Why = "Of " + Who +
              " both load the old value before either stores a "
              "new one, and both release it.";
    New.Help = "Use exchange: only one thread gets the old value.";
    break;
  case Loss::Claim:
    New.Message = Says + "two threads can pass the test before it is set";
    New.Why = "Of " + Who +
              " both find it free and both take it, since "
              "nothing holds between the load and the store.";
    New.Help = "Use compare_exchange (or exchange, and test what it returns).";
    break;
  case Loss::Publish:
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
  New.Notes.push_back({P.event({F, Found.Load->At}).Range, "loaded here"});
  if (Found.Witness != None)
    New.Notes.push_back(
        {P.event({F, Found.Witness}).Range,
         Found.What == Loss::Swap ? "released here" : "tested here"});
  if (Name != None && P.entity(Name).Loc.isValid())
    New.Notes.push_back(
        {P.entity(Name).Loc, "'" + P.entity(Name).Name + "' is declared here"});
  All.push_back(std::move(New));
}

void Sequences::judge(FunctionId F) {
  std::set<EventId> Told;
  Order.emplace(P.body(F));
  for (const AtomicOp &Op : Ops[F])
    if (Op.What == AtomicOp::Store && !Told.count(Op.At) &&
        isShared(F, Op.Where))
      if (std::optional<Pair> Found = judgeStore(F, Op)) {
        Told.insert(Op.At);
        report(F, *Found);
      }
}

std::vector<Finding> Sequences::run() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F) && P.isConcurrent(F) && !Ops[F].empty())
      judge(F);
  return std::move(All);
}

} // namespace

std::vector<Finding> atomicSequence(const Program &P) {
  return Sequences(P).run();
}

} // namespace ungil::rules
