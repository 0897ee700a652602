//===- Agenda.h - functions to look at again --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A fixed point over the functions of a program looks at all of them once and
// then again at those whose callees have changed. Rounds go by number, as loops
// over all functions would, so that what is found does not depend on who
// changed first; but a round costs no more than the functions it looks at. A
// chain of a million calls takes a million rounds.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_AGENDA_H
#define UNGIL_LINK_AGENDA_H

#include "Link/Program.h"
#include <functional>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

namespace ungil {

class Agenda {
public:
  /// Every function of \p P, for at most so many rounds.
  explicit Agenda(const Program &P,
                  unsigned Rounds = std::numeric_limits<unsigned>::max())
      : Waiting(P.Functions.size(), true), Left(Rounds) {}

  /// \p F again: in this round when its number is still to come.
  void add(FunctionId F) {
    if (Waiting[F])
      return;
    Waiting[F] = true;
    (F > Now ? Here : Later).push(F);
  }

  /// Those that call \p F or are said to.
  void addCallers(const FunctionInfo &Info) {
    for (const CallSite &C : Info.Callers)
      add(C.Caller);
  }

  /// The next one; None when there is none, or no round is left.
  FunctionId next() {
    if (First != Waiting.size())
      return take(First++);
    if (Here.empty()) {
      std::swap(Here, Later);
      --Left;
    }
    if (Here.empty() || !Left)
      return None;
    FunctionId F = Here.top();
    Here.pop();
    return take(F);
  }

  /// Those that the last round has left over, in no order.
  std::vector<FunctionId> waiting() {
    std::vector<FunctionId> All;
    for (; !Here.empty(); Here.pop())
      All.push_back(Here.top());
    return All;
  }

private:
  FunctionId take(FunctionId F) {
    Waiting[F] = false;
    return Now = F;
  }

  using Queue = std::priority_queue<FunctionId, std::vector<FunctionId>,
                                    std::greater<FunctionId>>;
  std::vector<bool> Waiting;
  FunctionId First = 0; ///< of those that no round has looked at
  FunctionId Now = 0;
  Queue Here, Later; ///< of this round and of the next one
  unsigned Left;
};

} // namespace ungil

#endif
