//===- Attached.cpp - where a thread state is certain ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Attached.h"
#include "llvm/ADT/STLExtras.h"
#include <optional>
#include <vector>

namespace ungil::fix {

bool callsLibrary(const Program &P, Site S) {
  const Event &Call = P.event(S);
  return Call.Kind == EventKind::Call && !P.api(Call) &&
         P.bodiesOf(Call.Callee).empty();
}

bool isGivenAway(const Program &P, FunctionId F) {
  const FunctionInfo &Info = P.Functions[F];
  return llvm::any_of(Info.Entries,
                      [&](uint32_t I) {
                        const EntryPoint &Entry = P.Facts.EntryPoints[I];
                        return Entry.Kind == EntryKind::Callback &&
                               Entry.Field != None;
                      }) ||
         llvm::any_of(Info.Callers, [&](const CallSite &C) {
           return C.Handed && C.Event != None &&
                  callsLibrary(P, {C.Caller, C.Event});
         });
}

void AttachedModel::enter(FunctionId First) {
  std::vector<FunctionId> Work{First};
  while (!Work.empty()) {
    FunctionId F = Work.back();
    Work.pop_back();
    auto [It, New] = Detached.try_emplace(F);
    if (!New)
      continue;
    It->second = P.threads().enteredDetached(P, F);
    for (const KnownCall &Call : P.calls(F)) {
      auto State = It->second.at(Call.Event);
      if (Call.Body != None && State && State->How == Attachment::Detached)
        Work.push_back(Call.Body);
    }
  }
}

AttachedModel::AttachedModel(const Program &P) : P(P) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (isGivenAway(P, F) && !P.threads().firstUse(F))
      enter(F);
}

bool AttachedModel::isAttached(Site S) const {
  auto Usual = P.threads().at(S);
  if (Usual && Usual->How != Attachment::Attached)
    return false;
  auto It = Detached.find(S.Function);
  if (It == Detached.end())
    return true;
  auto State = It->second.at(S.Event);
  return !State || State->How != Attachment::Detached;
}

bool AttachedModel::isEnteredAttached(FunctionId F) const {
  return P.threads().entry(F) == Attachment::Attached && !Detached.count(F);
}

} // namespace ungil::fix
