//===- CheckThenAct.cpp - two steps on one container ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each call on a container is atomic, two of them are not. Which pairs lose
// something is decided here by what the second step does with what the first
// one said; a cache that two threads fill with equal values is none.
//
//===----------------------------------------------------------------------===//

#include "Link/Flow.h"
#include "Link/UnsetTests.h"
#include "Rules/Common.h"
#include "TwoSteps.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <optional>

namespace ungil::rules {
namespace {

using Origins = std::vector<Origin>;

/// One call on a container.
struct Touch {
  EventId At = None;
  const ContainerFact *Fact = nullptr;
  Origins Of, Key;
};

struct Pair {
  const Touch *Check = nullptr, *Act = nullptr;
  ContainerLoss What = ContainerLoss::Update;
};

/// The pairs of one function.
class Pairs {
public:
  Pairs(const Program &P, FunctionId F)
      : P(P), F(F), Body(P.body(F)), V(P.Functions[F].Value) {}

  /// The worst pair of each second step.
  std::vector<Pair> find();
  std::optional<Finding> report(const Pair &Found) const;

private:
  void collect();
  bool isLocked(const Touch &Check, const Touch &Act) const;
  bool isResult(const Origin &O, const Touch &Of) const;
  bool isAny(const Origins &Set, const Touch &Of) const {
    return std::any_of(Set.begin(), Set.end(),
                       [&](const Origin &O) { return isResult(O, Of); });
  }
  bool isUnder(const Touch &Check, const Touch &Act, bool Present) const;
  bool derives(const Origins &Set, const Touch &From, int Depth) const;
  std::string freshKind(const Origin &O) const;
  bool isUsedAfter(const Touch &Act, const Origin &Made, bool Changed) const;
  bool isTested(const Touch &S) const;
  bool clearsErrorAfter(const Touch &S) const;
  bool isHandedOn(const Touch &S) const;
  std::optional<ContainerLoss> storing(const Touch &Check,
                                       const Touch &Act) const;
  std::optional<ContainerLoss> judge(const Touch &Check,
                                     const Touch &Act) const;

  const Program &P;
  FunctionId F;
  const Function &Body;
  const Values &V;
  std::vector<Touch> Touches;
  std::optional<EventOrder> Order;
  std::optional<Dominance> Dom;
};

void Pairs::collect() {
  for (const KnownCall &Call : P.calls(F)) {
    if (!Call.Live || !Call.Api || !Call.Api->Container)
      continue;
    EventId E = Call.Event;
    const ContainerFact &Fact = *Call.Api->Container;
    Touches.push_back({E, &Fact, V.arg(E, Fact.Of),
                       Fact.Key < 0 ? Origins() : V.arg(E, Fact.Key)});
  }
}

bool isKnown(const Origins &Set) {
  return !Set.empty() && std::none_of(Set.begin(), Set.end(), [](auto &O) {
    return O.Kind == OperandKind::Unknown;
  });
}

bool Pairs::isLocked(const Touch &Check, const Touch &Act) const {
  const LockStates &Locks = P.Functions[F].Locks;
  for (const HeldLock &L : Locks.at(Act.At)) {
    if (L.Kind == LockKind::Unknown)
      return true;
    for (const HeldLock &O : Locks.at(Check.At))
      if (O.sameLock(L) && O.Acquired == L.Acquired)
        return true;
  }
  return false;
}

/// Is \p O what \p Of found?
bool Pairs::isResult(const Origin &O, const Touch &Of) const {
  uint32_t Out = Of.Fact->Out < 0 ? 0 : Of.Fact->Out + 1;
  return O.Kind == OperandKind::Result && O.Index == Of.At && O.Out == Out;
}

/// Does \p Act run only where \p Check said that the key is there (or not)?
bool Pairs::isUnder(const Touch &Check, const Touch &Act, bool Present) const {
  for (const Block &B : Body.Blocks) {
    if (B.Events.empty() || B.Succs.size() != 2)
      continue;
    EventId Last = B.Events.back();
    const Event &Branch = Body.Events[Last];
    const Origins &Subject = V.value(Last);
    bool Asks = Branch.Kind == EventKind::Branch &&
                Branch.Test != TestKind::Less &&
                std::any_of(Subject.begin(), Subject.end(), [&](auto &O) {
                  return O.Kind == OperandKind::Result && O.Index == Check.At;
                });
    if (!Asks)
      continue;
    bool HoldsWhenAbsent = Branch.Test == TestKind::IsZero ||
                           Branch.Test == TestKind::NotEqualConst;
    uint32_t Side = B.Succs[HoldsWhenAbsent == Present ? 1 : 0];
    if (Side != None && Dom->under(Order->Block[Act.At], Side))
      return true;
  }
  return false;
}

/// Is some value of \p Set made from what \p From found?
bool Pairs::derives(const Origins &Set, const Touch &From, int Depth) const {
  constexpr int MaxDepth = 4;
  for (const Origin &O : Set) {
    bool Call = O.Kind == OperandKind::Result ||
                (O.Kind == OperandKind::Computed && O.Out == 1);
    if (!Call || O.Index == From.At || Depth == MaxDepth)
      continue;
    const Event &Made = Body.Events[O.Index];
    const ApiFunction *Api = P.api(Made);
    if (Api && Api->Container)
      continue;
    for (unsigned I = 0; I != V.Events[O.Index].Args.size(); ++I) {
      const Origins &Arg = V.arg(O.Index, I);
      bool Uses = isAny(Arg, From) || derives(Arg, From, Depth + 1);
      Uses |= std::any_of(Arg.begin(), Arg.end(), [&](const Origin &A) {
        return A.Kind == OperandKind::Computed && A.Out == 1 &&
               A.Index == From.At;
      });
      if (Uses)
        return true;
    }
  }
  return false;
}

/// `list`, `dict`, `object` when \p O was made a moment ago, else empty.
std::string Pairs::freshKind(const Origin &O) const {
  if (O.Kind != OperandKind::Result || O.Out)
    return {};
  const Event &Call = Body.Events[O.Index];
  const ApiFunction *Api = P.api(Call);
  if (!Api)
    Api = P.slot(Call);
  if (!Api)
    return {};
  if (Api->Alloc && Api->Alloc->MakesObject)
    return "object";
  return Api->Ownership ? Api->Ownership->Fresh : std::string();
}

/// Is the object \p Made returned, kept or (\p Changed) changed after \p Act?
bool Pairs::isUsedAfter(const Touch &Act, const Origin &Made,
                        bool Changed) const {
  auto Is = [&](const Origins &Set) {
    return std::find(Set.begin(), Set.end(), Made) != Set.end();
  };
  auto Keeps = [&](EventId E) {
    EventKind Kind = Body.Events[E].Kind;
    return (Kind == EventKind::Return || Kind == EventKind::Write) &&
           Is(V.value(E));
  };
  auto Changes = [&](EventId E) {
    const Event &Ev = Body.Events[E];
    const ApiFunction *Api = Ev.Kind == EventKind::Call ? P.api(Ev) : nullptr;
    if (!Api || !Api->Ownership)
      return false;
    int Into = Api->Ownership->Into;
    return (Into >= 0 && Is(V.arg(E, Into))) ||
           llvm::any_of(Api->Ownership->Mutates,
                        [&](int Arg) { return Arg >= 0 && Is(V.arg(E, Arg)); });
  };
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if ((Changed ? Changes(E) : Keeps(E)) && mayFollow(Body, *Order, Act.At, E))
      return true;
  return false;
}

/// Does any branch look at the result of \p S?
bool Pairs::isTested(const Touch &S) const {
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (Body.Events[E].Kind == EventKind::Branch)
      for (const Origin &O : V.value(E))
        if (O.Kind == OperandKind::Result && O.Index == S.At)
          return true;
  return false;
}

bool Pairs::clearsErrorAfter(const Touch &S) const {
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (Body.Events[E].Kind == EventKind::Call) {
      std::string Name = P.calleeName(Body.Events[E]);
      bool Handles = Name == "PyErr_Clear" || Name == "PyErr_ExceptionMatches";
      if (Handles && mayFollow(Body, *Order, S.At, E))
        return true;
    }
  return false;
}

/// Does the caller get what \p S found, or somebody else?
bool Pairs::isHandedOn(const Touch &S) const {
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    bool Takes = Ev.Kind == EventKind::Return || Ev.Kind == EventKind::Write;
    if (Takes && isAny(V.value(E), S))
      return true;
  }
  return false;
}

std::optional<ContainerLoss> Pairs::storing(const Touch &Check,
                                            const Touch &Act) const {
  const Origins &Value = V.arg(Act.At, std::max(0, Act.Fact->Value));
  if (Check.Fact->Op == ContainerOp::Get && derives(Value, Check, 0))
    return ContainerLoss::Update;
  if (!isUnder(Check, Act, /*Present=*/false))
    return std::nullopt;
  for (const Origin &O : Value) {
    std::string Kind = freshKind(O);
    bool Container = Kind == "list" || Kind == "dict" || Kind == "set";
    if (Container && isUsedAfter(Act, O, /*Changed=*/true))
      return ContainerLoss::Lost;
    if ((Container || Kind == "object") &&
        isUsedAfter(Act, O, /*Changed=*/false))
      return ContainerLoss::Twins;
  }
  return std::nullopt;
}

std::optional<ContainerLoss> Pairs::judge(const Touch &Check,
                                          const Touch &Act) const {
  ContainerOp Asked = Check.Fact->Op;
  bool Looks = Asked == ContainerOp::Get || Asked == ContainerOp::Contains;
  bool SameKey = isKnown(Check.Key) && Check.Key == Act.Key;
  switch (Act.Fact->Op) {
  case ContainerOp::Set:
    return Looks && SameKey ? storing(Check, Act) : std::nullopt;
  case ContainerOp::Add:
    if (Asked == ContainerOp::Contains && isKnown(Check.Key) &&
        Check.Key == V.arg(Act.At, std::max(0, Act.Fact->Value)) &&
        isUnder(Check, Act, /*Present=*/false))
      return ContainerLoss::Duplicate;
    return std::nullopt;
  case ContainerOp::Delete:
    if (!SameKey || !Looks || clearsErrorAfter(Act))
      return std::nullopt;
    if (Asked == ContainerOp::Get)
      return isHandedOn(Check) ? std::optional(ContainerLoss::Popped)
                               : std::nullopt;
    return isUnder(Check, Act, /*Present=*/true)
               ? std::optional(ContainerLoss::Gone)
               : std::nullopt;
  case ContainerOp::Index:
    return Asked == ContainerOp::Size && !isTested(Act)
               ? std::optional(ContainerLoss::Shrunk)
               : std::nullopt;
  default:
    return std::nullopt;
  }
}

struct Words {
  const char *Message, *Why, *Help;
};

Words wordsFor(ContainerLoss What) {
  switch (What) {
  case ContainerLoss::Update:
    return {"is read and stored as two steps: an update can be lost",
            "both read the same value, and the second store undoes the first.",
            "Hold one critical section on the container over both steps."};
  case ContainerLoss::Lost:
    return {"is asked for a key, then given a new container for it: what goes "
            "into the container can be lost",
            "both find the key missing and both store a container of their "
            "own: what the first one puts into his is gone.",
            "Use PyDict_SetDefaultRef, which gives every thread the same "
            "object."};
  case ContainerLoss::Twins:
    return {"is asked for a key, then given a new object for it: two threads "
            "can go on with different ones",
            "both find the key missing and both make an object; the one stored "
            "first is replaced while its maker goes on with it.",
            "Use PyDict_SetDefaultRef and go on with what it returns."};
  case ContainerLoss::Duplicate:
    return {"is searched for an element, then given it: it can be there twice",
            "both find it missing and both append it.",
            "Hold one critical section on the list over both steps, or use a "
            "set."};
  case ContainerLoss::Popped:
    return {"is asked for a value, which is then deleted: two threads can "
            "take the same one",
            "both get the value and the second deletion fails with KeyError.",
            "Use PyDict_Pop: only one thread gets the value."};
  case ContainerLoss::Gone:
    return {"is tested for a key, which is then deleted: it may be gone by "
            "then",
            "both find the key and the second deletion fails with KeyError.",
            "Use PyDict_Pop, or delete and treat KeyError as success."};
  case ContainerLoss::Shrunk:
    break;
  }
  return {"may have fewer elements by now than when its size was asked for, "
          "and the result is not tested",
          "one removes elements after the other has asked for the size: it "
          "gets NULL and an IndexError.",
          "Test the result for NULL, or hold one critical section on the "
          "container over the loop."};
}

/// Are there two such steps that judge() has a word for?
bool goTogether(ContainerOp Asked, ContainerOp Done) {
  bool Looks = Asked == ContainerOp::Get || Asked == ContainerOp::Contains;
  switch (Done) {
  case ContainerOp::Set:
  case ContainerOp::Delete:
    return Looks;
  case ContainerOp::Add:
    return Asked == ContainerOp::Contains;
  case ContainerOp::Index:
    return Asked == ContainerOp::Size;
  default:
    return false;
  }
}

/// Each looks through the whole function; one that a program wrote may have
/// tens of thousands of steps.
constexpr unsigned MaxJudged = 2000;

std::optional<Finding> Pairs::report(const Pair &Found) const {
  Site S{F, Found.Act->At};
  unsigned Of = Found.Act->Fact->Of;
  SharingVerdict Owner = P.sharing(S, Of);
  if (Owner.How < Sharing::Unknown)
    return std::nullopt;
  Words Say = wordsFor(Found.What);
  Finding New = findingAt(P, "check-then-act", S);
  const Event &Call = P.event(S);
  std::string Name = Call.Args[Of].Kind == OperandKind::Load
                         ? P.text(P.path(Call.Args[Of].Index), F)
                         : P.text(Found.Act->Of.front(), F);
  New.Entity = P.calleeName(Call);
  New.Message = "'" + Name + "' " + Say.Message;
  New.Why = "Of " + twoThreads(P, F) + " " + Say.Why;
  New.Help = Say.Help;
  // Both sides are seen where the extension itself holds the container.
  bool Certain = Found.What == ContainerLoss::Update && Owner.Where != None;
  Confidence C = Owner.How == Sharing::Unknown ? Confidence::Low
                 : Certain                     ? Confidence::High
                                               : Confidence::Medium;
  New.Conf = confidenceIn(P, F, C);
  const Event &Check = Body.Events[Found.Check->At];
  New.Notes.push_back(
      {Check.Range, "'" + P.calleeName(Check) + "' looks at it here"});
  if (Owner.Where != None && P.entity(Owner.Where).Loc.isValid())
    New.Notes.push_back({P.entity(Owner.Where).Loc,
                         "'" + P.entity(Owner.Where).Name + "' holds it"});
  return New;
}

std::vector<Pair> Pairs::find() {
  collect();
  std::vector<Pair> All;
  if (Touches.size() < 2)
    return All;
  Order.emplace(Body);
  Dom.emplace(Body);
  unsigned Judged = 0;
  for (const Touch &Act : Touches) {
    std::optional<Pair> Worst;
    for (const Touch &Check : Touches) {
      if (&Check == &Act || !goTogether(Check.Fact->Op, Act.Fact->Op) ||
          Check.Of != Act.Of || !isKnown(Act.Of) || ++Judged > MaxJudged ||
          !mayFollow(Body, *Order, Check.At, Act.At) || isLocked(Check, Act))
        continue;
      std::optional<ContainerLoss> What = judge(Check, Act);
      if (What && (!Worst || *What < Worst->What))
        Worst = {&Check, &Act, *What};
    }
    if (Worst)
      All.push_back(*Worst);
  }
  return All;
}

} // namespace

std::optional<TwoSteps> twoStepsAt(const Program &P, Site Act) {
  Pairs Here(P, Act.Function);
  for (const Pair &Found : Here.find())
    if (Found.Act->At == Act.Event)
      return TwoSteps{Found.Check->At, Found.What};
  return std::nullopt;
}

FindingList checkThenAct(const Program &P) {
  FindingList All;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F) || !P.isConcurrent(F))
      continue;
    Pairs Here(P, F);
    for (const Pair &Found : Here.find())
      if (std::optional<Finding> Said = Here.report(Found))
        All.push_back(std::move(*Said));
  }
  return All;
}

} // namespace ungil::rules
