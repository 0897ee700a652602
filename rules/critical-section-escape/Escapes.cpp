//===- Escapes.cpp - ways out of a section, and into one ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Rules/PathWalk.h"
#include "Ways.h"
#include <algorithm>

namespace ungil::rules {
namespace {

enum Stage { Outside, Inside, Gone, Sneaked };

class Escapes {
public:
  Escapes(const Program &P, FunctionId F, const Section &S)
      : P(P), F(F), Body(P.body(F)), S(S) {}

  void find(FindingList &All) const;

private:
  int pass(int State, EventId E) const;
  bool inText(EventId E) const;
  EventId leavesAt(const WayOut &Way) const;
  EventId entersAt(const WayOut &Way) const;
  Finding report(EventId At, std::string Message) const;
  std::string verb(EventId E) const;

  const Program &P;
  FunctionId F;
  const Function &Body;
  const Section &S;
};

int Escapes::pass(int State, EventId E) const {
  auto Is = [&](const std::vector<EventId> &List) {
    return std::find(List.begin(), List.end(), E) != List.end();
  };
  if (State == Sneaked)
    return State;
  if (Is(S.Begins))
    return Inside;
  if (Is(S.Ends))
    return State == Outside ? Sneaked : Gone;
  return State;
}

/// Does \p E stand between the beginning and the end?
bool Escapes::inText(EventId E) const {
  const SourceRange &Begin = P.event({F, S.Begins[0]}).Range;
  const SourceRange &End = P.event({F, S.Ends.back()}).Range;
  const SourceRange &At = Body.Events[E].Range;
  return At.File == Begin.File && At.Offset > Begin.Offset &&
         At.Offset < End.Offset;
}

/// The last thing the way does in the section.
EventId Escapes::leavesAt(const WayOut &Way) const {
  if (inText(Way.Last))
    return Way.Last;
  for (size_t B = Way.Blocks.size(); B--;) {
    llvm::ArrayRef<uint32_t> Events = Body.Blocks[Way.Blocks[B]].Events;
    for (size_t I = Events.size(); I--;)
      if (inText(Events[I]))
        return Events[I];
  }
  return Way.Last;
}

/// The jump that goes past the beginning, or the end it gets to.
EventId Escapes::entersAt(const WayOut &Way) const {
  EventId Jump = None;
  for (uint32_t B : Way.Blocks)
    for (EventId E : Body.Blocks[B].Events) {
      if (Body.Events[E].Kind == EventKind::Jump && !inText(E))
        Jump = E;
      if (std::find(S.Ends.begin(), S.Ends.end(), E) != S.Ends.end())
        return Jump == None ? E : Jump;
    }
  return S.Ends[0];
}

std::string Escapes::verb(EventId E) const {
  switch (Body.Events[E].Kind) {
  case EventKind::Return:
    return "'return' leaves";
  case EventKind::Throw:
    return "'throw' leaves";
  case EventKind::Jump:
    return "a jump leaves";
  case EventKind::Call:
    return "'" + P.calleeName(Body.Events[E]) + "' leaves";
  default:
    return "this path leaves";
  }
}

Finding Escapes::report(EventId At, std::string Message) const {
  Finding Found = findingAt(P, "critical-section-escape", {F, At});
  Found.Entity = P.text(S.Lock.What, F);
  // One thread is enough to go wrong.
  bool Dead = P.entityOf(F).has(EF_HasError) || P.isUncalled(F);
  Found.Conf = Dead ? Confidence::Low : Confidence::High;
  Found.Message = std::move(Message);
  return Found;
}

void Escapes::find(FindingList &All) const {
  std::string Name =
      S.Begins.empty() ? "a critical section" : lockNoun(P, F, S.Lock);
  if (S.Ends.empty()) {
    if (P.entityOf(F).Flags & (EF_HasError | EF_Partial))
      return; // the end may be what could not be read
    Finding Found = report(S.Begins[0], Name + " is never ended");
    Found.Why = "The thread state keeps a pointer to the section, which is a "
                "local and gone when the function returns; the object stays "
                "locked for every other thread.";
    Found.Help = "End it on every path, in the same function.";
    All.push_back(std::move(Found));
    return;
  }
  std::vector<WayOut> Ways =
      PathWalk(P, F).run([&](int State, EventId E) { return pass(State, E); });
  std::vector<EventId> Said;
  for (const WayOut &Way : Ways) {
    bool Leaves = Way.State == Inside, Enters = Way.State == Sneaked;
    if (!Leaves && !Enters)
      continue;
    EventId At = Leaves ? leavesAt(Way) : entersAt(Way);
    if (std::find(Said.begin(), Said.end(), At) != Said.end())
      continue;
    Said.push_back(At);
    Finding Found = report(
        At, Leaves ? verb(At) + " " + Name + " without its end"
                   : "a jump leads into " + Name + " past its beginning");
    Found.Why =
        Leaves ? "The object stays locked, so the next thread that needs it "
                 "waits for ever, and the thread state keeps a pointer to a "
                 "section that is gone with the function: the next section "
                 "of this thread reads freed stack."
               : "The end gives back a lock that was not taken and takes a "
                 "section off the thread state that was never put there.";
    Found.Help = Leaves ? "Set the result, go to a label just before the end, "
                          "and return behind it."
                        : "Begin the section on every path that leads to its "
                          "end.";
    if (!S.Begins.empty())
      Found.Notes.push_back(
          {Body.Events[S.Begins[0]].Range, "the section begins here"});
    Found.Notes.push_back({Body.Events[S.Ends[0]].Range, "and ends here"});
    All.push_back(std::move(Found));
  }
}

} // namespace

void findEscapes(const Program &P, FunctionId F, const Section &S,
                 FindingList &All) {
  if (!S.HandedOn && !S.Begins.empty())
    Escapes(P, F, S).find(All);
}

} // namespace ungil::rules
