//===- Sites.cpp - how much a rule had to look at -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Sites.h"
#include "Rules/Common.h"
#include "Rules/SharedPlace.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

namespace ungil {

namespace {

template <typename Predicate>
uint32_t countEvents(const Program &P, Predicate Wanted) {
  uint32_t Count = 0;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F))
      continue;
    const std::vector<Event> &Events = P.body(F).Events;
    for (EventId E = 0; E != Events.size(); ++E)
      Count += rules::isLive(P, {F, E}) && Wanted(Events[E]);
  }
  return Count;
}

/// Calls of functions of which the API data says what is \p Wanted.
template <typename Predicate>
uint32_t countCalls(const Program &P, Predicate Wanted) {
  uint32_t Count = 0;
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F))
      for (const KnownCall &Call : P.calls(F))
        Count += Call.Live && Call.Api && Wanted(*Call.Api);
  return Count;
}

/// A call that lends a reference, by the API's own hand or by a wrapper's.
uint32_t borrows(const Program &P) {
  uint32_t Count = 0;
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F))
      for (const KnownCall &Call : P.calls(F))
        if (Call.Live)
          Count += Call.Api ? Call.Api->Borrow.has_value()
                            : Call.Body != None &&
                                  P.Functions[Call.Body].Lends != None;
  return Count;
}

uint32_t iterations(const Program &P) {
  return countCalls(P, [](const ApiFunction &Api) {
    return Api.Borrow && Api.Borrow->Iteration;
  });
}

uint32_t allocations(const Program &P) {
  return countCalls(
      P, [](const ApiFunction &Api) { return Api.Alloc.has_value(); });
}

uint32_t libcCalls(const Program &P) {
  return countCalls(
      P, [](const ApiFunction &Api) { return Api.Libc.has_value(); });
}

uint32_t apiCalls(const Program &P) {
  return countCalls(
      P, [](const ApiFunction &Api) { return Api.Effect.has_value(); });
}

uint32_t countReads(const Program &P) {
  return countCalls(
      P, [](const ApiFunction &Api) { return Api.Name == "Py_REFCNT"; });
}

uint32_t atomics(const Program &P) {
  uint32_t Count = 0;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F))
      continue;
    const std::vector<Event> &Events = P.body(F).Events;
    for (const KnownCall &Call : P.calls(F))
      Count += Call.Live &&
               ((Call.Api && Call.Api->Memory && Call.Api->Memory->Atomic) ||
                (P.Functions[F].Atomics && Events[Call.Event].has(EV_Atomic)));
    if (P.Functions[F].Atomics)
      Count += llvm::count_if(Events, [](const Event &E) {
        return E.Kind != EventKind::Call && E.has(EV_Atomic);
      });
  }
  return Count;
}

/// Fields of the runtime's structures, and calls that change an object.
uint32_t objectAccesses(const Program &P) {
  return countEvents(P, [&](const Event &E) {
    if (E.Kind == EventKind::Call) {
      const ApiFunction *Api = P.api(E);
      return Api && Api->Ownership && !Api->Ownership->Mutates.empty();
    }
    if (E.Where == None)
      return false;
    const std::vector<Step> &Steps = P.path(E.Where).Steps;
    return std::any_of(Steps.begin(), Steps.end(), [&](const Step &S) {
      return S.Kind == StepKind::Field &&
             P.entity(S.Field).has(EF_SystemHeader);
    });
  });
}

/// Where the code speaks of the GIL: calls, macros, comments.
uint32_t gilUses(const Program &P) {
  uint32_t Count = countCalls(P, [](const ApiFunction &Api) {
    return !Api.Obsolete.empty() || (Api.Effect && Api.Effect->Attaches);
  });
  for (const MacroFact &M : P.Facts.Macros)
    Count += M.GilConditional;
  for (const CommentFact &C : P.Facts.Comments)
    Count += C.Kind == CommentKind::MentionsGil;
  return Count;
}

/// Static storage that some thread could change.
uint32_t places(const Program &P) {
  return std::count_if(P.Places.begin(), P.Places.end(),
                       [&](const auto &Place) {
                         return !rules::isExempt(P.entity(Place.first));
                       });
}

/// Fields of objects that are used after construction.
uint32_t fields(const Program &P) { return P.Fields.size(); }

/// Calls and guards that take a lock.
uint32_t locks(const Program &P) {
  uint32_t Count = 0;
  for (const FunctionInfo &F : P.Functions)
    Count += std::count_if(F.Locks.Changes.begin(), F.Locks.Changes.end(),
                           [](const LockChange &C) { return C.Takes; });
  return Count;
}

uint32_t modules(const Program &P) { return P.Facts.Modules.size(); }

uint32_t traversals(const Program &P) {
  return std::count_if(
      P.Facts.EntryPoints.begin(), P.Facts.EntryPoints.end(),
      [](const EntryPoint &E) { return E.Kind == EntryKind::Traverse; });
}

uint32_t suppressions(const Program &P) {
  return std::count_if(P.Facts.Comments.begin(), P.Facts.Comments.end(),
                       [](const CommentFact &C) {
                         return C.Kind != CommentKind::MentionsGil &&
                                C.Kind != CommentKind::Origin;
                       });
}

struct SiteKind {
  std::string_view Name;
  uint32_t (*Count)(const Program &);
};

constexpr SiteKind Kinds[] = {
    {"allocations", allocations}, {"api-calls", apiCalls},
    {"atomics", atomics},         {"borrows", borrows},
    {"count-reads", countReads},  {"fields", fields},
    {"gil-uses", gilUses},        {"iterations", iterations},
    {"libc-calls", libcCalls},    {"locks", locks},
    {"modules", modules},         {"object-accesses", objectAccesses},
    {"places", places},           {"suppressions", suppressions},
    {"traversals", traversals},
};

const SiteKind *find(std::string_view Name) {
  const auto *It =
      std::find_if(std::begin(Kinds), std::end(Kinds),
                   [&](const SiteKind &K) { return K.Name == Name; });
  return It == std::end(Kinds) ? nullptr : It;
}

} // namespace

bool isSiteKind(std::string_view Kind) { return find(Kind); }

uint32_t countSites(const Program &P, const RuleInfo &Rule) {
  const SiteKind *Kind = find(Rule.Sites);
  return Kind ? Kind->Count(P) : 0;
}

} // namespace ungil
