//===- Scratch.cpp - storage that is written before it is read ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Scratch.h"
#include "Link/Flow.h"
#include "llvm/ADT/STLExtras.h"

namespace ungil::fix {
namespace {

/// What a call of a function does to the place.
struct Effect {
  bool ReadsOld = false; ///< on some way, before it writes
  bool Writes = false;   ///< on every way that comes back
  bool operator==(const Effect &) const = default;
};

class ScratchProof {
public:
  ScratchProof(const Program &P, EntityId Place) : P(P) {
    for (const Access &A : P.Places.at(Place))
      ByFunction[A.At.Function].push_back(&A);
  }

  std::string run();

  // For forwardFlow(): was it written on every way here?
  static bool entry() { return false; }
  static bool join(bool &Into, bool From) {
    bool Old = Into;
    Into = Into && From;
    return Into != Old;
  }
  void transfer(bool &Written, uint32_t E);
  void edge(bool &Written, uint32_t Block, uint32_t Successor) {
    const Function &Body = P.body(Now);
    if (Body.Blocks[Block].Succs[Successor] == Body.Exit)
      Result.Writes &= Written;
  }

private:
  bool isWhole(const Access &A) const;
  bool isHandedToWrite(const Access &A) const;
  Effect effectOf(FunctionId F);
  bool isEntry(FunctionId F) const;

  const Program &P;
  std::map<FunctionId, std::vector<const Access *>> ByFunction;
  std::map<FunctionId, Effect> Known;
  FunctionId Now = None;
  Effect Result;
};

/// A write of all of it: an element or a field is a part.
bool ScratchProof::isWhole(const Access &A) const {
  return A.Kind == AccessKind::Write && !A.Indirect &&
         P.path(A.Path).Steps.empty();
}

/// Is the address taken for a call that fills it (`sprintf(buffer, ...)`)?
bool ScratchProof::isHandedToWrite(const Access &A) const {
  if (A.Kind != AccessKind::Address)
    return false;
  const SourceRange &Here = P.event(A.At).Range;
  return llvm::any_of(ByFunction.at(A.At.Function), [&](const Access *W) {
    const SourceRange &Call = P.event(W->At).Range;
    return isWhole(*W) && P.event(W->At).Kind == EventKind::Call &&
           Call.Offset <= Here.Offset &&
           Here.Offset < Call.Offset + Call.Length;
  });
}

void ScratchProof::transfer(bool &Written, uint32_t E) {
  // What an event reads comes before what it writes.
  bool Sets = false;
  if (auto Here = ByFunction.find(Now); Here != ByFunction.end())
    for (const Access *A : Here->second) {
      if (A->At.Event != E)
        continue;
      if (isWhole(*A))
        Sets = true;
      else if (!Written && !isHandedToWrite(*A))
        Result.ReadsOld = true;
    }
  const Event &Ev = P.body(Now).Events[E];
  if (Ev.Kind == EventKind::Call)
    for (FunctionId Callee : P.bodiesOf(Ev.Callee))
      if (auto It = Known.find(Callee); It != Known.end()) {
        Result.ReadsOld |= It->second.ReadsOld && !Written;
        Sets |= It->second.Writes;
      }
  Written |= Sets;
}

Effect ScratchProof::effectOf(FunctionId F) {
  Now = F;
  Result = {false, true};
  forwardFlow(P.body(F), *this);
  return Result;
}

/// Can something that no call shows come in here?
bool ScratchProof::isEntry(FunctionId F) const {
  const FunctionInfo &Info = P.Functions[F];
  return !Info.Entries.empty() || Info.AddressTaken || Info.Callers.empty() ||
         llvm::any_of(Info.Callers, [](const CallSite &C) { return C.Handed; });
}

std::string ScratchProof::run() {
  // All functions that lead to an access, found from the bottom up.
  std::vector<FunctionId> Work;
  for (const auto &[F, Accesses] : ByFunction) {
    Known[F] = {false, true};
    Work.push_back(F);
  }
  constexpr size_t Many = 4096; // belongs to nobody's scratch
  while (!Work.empty() && Known.size() < Many) {
    FunctionId F = Work.back();
    Work.pop_back();
    for (const CallSite &C : P.Functions[F].Callers)
      if (C.Event != None &&
          Known.try_emplace(C.Caller, Effect{false, true}).second)
        Work.push_back(C.Caller);
  }
  if (Known.size() >= Many)
    return "too many functions lead to it";
  // Every function is taken to write until one way through it is seen that
  // does not: so a recursion is as good as where it ends.
  bool Changed = true;
  for (int Round = 0; Changed && Round != 64; ++Round) {
    Changed = false;
    for (auto &[F, Old] : Known) {
      Effect New = effectOf(F);
      Changed |= !(New == Old);
      Old = New;
    }
  }
  for (const auto &[F, E] : Known)
    if (Changed || (E.ReadsOld && isEntry(F)))
      return "'" + P.name(F) + "' can find in it what an earlier call left";
  return {};
}

} // namespace

std::string readsOldValue(const Program &P, EntityId Place) {
  return ScratchProof(P, Place).run();
}

} // namespace ungil::fix
