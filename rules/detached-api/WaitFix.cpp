//===- WaitFix.cpp - the thread state given up around a wait --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WaitFix.h"
#include "Fix/Frame.h"
#include "Link/ThreadState.h"
#include "llvm/ADT/STLExtras.h"
#include <string>
#include <utility>

namespace ungil::rules {

using namespace fix;

bool waits(const Program &P, Site S) {
  const Event &Call = P.event(S);
  const ApiFunction *Api = Call.Kind == EventKind::Call ? P.api(Call) : nullptr;
  return Api && Api->Effect && !Api->Effect->WaitsFor.empty();
}

namespace {

class WaitFix {
public:
  WaitFix(const FixContext &Context, Site S)
      : P(Context.P), S(S),
        Code(P, S.Function, Context.text(P.body(S.Function).Body.File)),
        D(Code) {}

  FixPlan plan();

private:
  void check();
  void checkWithout();

  const Program &P;
  Site S;
  FunctionText Code;
  Draft D;
  StatementId At = None;
};

void WaitFix::check() {
  if (!Code.isValid())
    return D.refuse("the function is written by a macro");
  At = Code.at(P.event(S));
  if (At == None)
    return D.refuse("the call is not in a statement");
  if (Code[At].Kind == StatementKind::Loop ||
      Code[At].Kind == StatementKind::Switch)
    return D.refuse("the call is part of a larger statement");
  if (!P.Functions[S.Function].Locks.at(S.Event).empty())
    return D.refuse("a lock is held, and who waits for the thread state with "
                    "it may be waited for");
}

/// Nothing else in the statement may need the thread state.
void WaitFix::checkWithout() {
  if (D.isRefused())
    return;
  auto [Begin, End] = Code[At].Kind == StatementKind::If
                          ? Code.condition(At)
                          : std::pair(Code[At].Offset, Code[At].end());
  const Function &Body = P.body(S.Function);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    if (Call.Kind != EventKind::Call || Call.Range.Offset < Begin ||
        Call.Range.Offset >= End || E == S.Event)
      continue;
    bool Own = llvm::any_of(P.bodiesOf(Call.Callee), [&](FunctionId F) {
      return P.threads().firstUse(F).has_value();
    });
    if (usesPython(P, Call) || Own || Call.Callee == None)
      return D.refuse("'" + P.calleeName(Call) +
                      "' in the same statement needs the thread state");
  }
}

FixPlan WaitFix::plan() {
  check();
  checkWithout();
  frameCall(D, Code, S.Event, "Py_BEGIN_ALLOW_THREADS", "Py_END_ALLOW_THREADS");
  return D.finish(Applicability::Suggested, "give up the thread state while '" +
                                                P.calleeName(P.event(S)) +
                                                "' waits");
}

} // namespace

FixPlan waitFix(const FixContext &Context, Site S) {
  return WaitFix(Context, S).plan();
}

} // namespace ungil::rules
