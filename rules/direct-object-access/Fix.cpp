//===- Fix.cpp - the function that takes the object's lock ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PyList_SET_ITEM() on a list that others have becomes PyList_SetItem(), which
// also releases the item that was there, and can fail.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Fix/FailureExit.h"
#include "llvm/ADT/STLExtras.h"

namespace ungil::rules {

using namespace fix;

/// Does the function look at the items of that list? Then it may release the
/// old one itself.
static bool readsItems(const Program &P, FunctionId F,
                       const std::vector<Origin> &List) {
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    const ApiFunction *Api =
        Events[E].Kind == EventKind::Call ? P.api(Events[E]) : nullptr;
    if (Api && Api->Borrow && Api->Borrow->Owner >= 0 &&
        P.Functions[F].Value.arg(E, Api->Borrow->Owner) == List)
      return true;
  }
  return false;
}

FixPlan directObjectAccessFix(const FixContext &Context, const Finding &Found) {
  const Program &P = Context.P;
  FunctionId F = Found.About.Function;
  FunctionText Code(P, F, Context.text(P.body(F).Body.File));
  Draft D(Code);
  auto Refused = [&](std::string Why) {
    D.refuse(std::move(Why));
    return D.finish(Applicability::Manual, "");
  };
  if (!Code.isValid())
    return Refused("the function is written by a macro");
  if (Found.About.Event == None)
    return Refused("the file does not compile");
  const Event &Call = P.event({F, Found.About.Event});
  if (Call.Kind != EventKind::Call || P.calleeName(Call) != "PyList_SET_ITEM")
    return Refused("no function of the API does this to an object in use");
  CallText Text = callAt(Code.Text, Call.Range.Offset, "PyList_SET_ITEM");
  StatementId S = Code.at(Call);
  if (!Text.isValid() || Text.Args.size() != 3 || S == None ||
      Code[S].Kind != StatementKind::Expression ||
      Code[S].Offset != Text.NameBegin)
    return Refused("the call is not a statement of its own");
  if (readsItems(P, F, P.Functions[F].Value.arg(Found.About.Event, 0)))
    return Refused("the old item may be released by the function itself");
  std::string Exit = failureExit(Code, S, "");
  if (Exit.empty())
    return Refused("'PyList_SetItem' can fail, and how this function reports "
                   "failure is not plain");
  std::string Args;
  for (std::string_view Arg : Text.Args)
    Args += (Args.empty() ? "" : ", ") + std::string(Arg);
  D.rewrite(S, {"if (PyList_SetItem(" + Args + ") < 0)" + Exit});
  return D.finish(Applicability::Suggested,
                  "use PyList_SetItem(), which locks the list");
}

} // namespace ungil::rules
