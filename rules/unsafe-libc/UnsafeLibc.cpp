//===- UnsafeLibc.cpp - C library calls with hidden shared state ----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// rules/unsafe-libc/rule.md says what and why; the functions are data.
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include <algorithm>
#include <map>

namespace ungil::rules {
namespace {

/// The C library's own function: declared outside the extension, and not
/// defined in it under the same name. In a template the name alone is known,
/// and may be that of anything that can be called.
bool isLibrary(const Program &P, const Event &Call) {
  const Entity &Callee = P.entity(Call.Callee);
  return Callee.has(EF_SystemHeader) && !Callee.Usr.starts_with("api:") &&
         !P.BodyOf.count(Call.Callee);
}

bool isNull(const Program &P, Site S, int Arg) {
  const std::vector<Origin> &Set =
      P.Functions[S.Function].Value.arg(S.Event, static_cast<unsigned>(Arg));
  return !Set.empty() && std::all_of(Set.begin(), Set.end(), [](Origin O) {
    return O.Kind == OperandKind::Null;
  });
}

/// Do the arguments choose the form that shares nothing?
bool isSafeForm(const Program &P, Site S, const LibcFact &Libc) {
  if (Libc.SafeIfNull >= 0 && isNull(P, S, Libc.SafeIfNull))
    return true;
  return Libc.OnlyIfNull >= 0 && !isNull(P, S, Libc.OnlyIfNull);
}

enum class Cover : uint8_t { None, PerObject, Whole };

/// A lock of one object, or the read side of a lock, does not keep other
/// threads out of the C library's state, which is one for the whole process.
Cover coverAt(const Program &P, Site S) {
  Cover Best = Cover::None;
  for (const HeldLock &L : P.Functions[S.Function].Locks.at(S.Event)) {
    bool Known =
        L.What.Kind == OperandKind::Load || L.What.Kind == OperandKind::Address;
    bool OneObject = lockName(P, S.Function, L).empty() &&
                     (Known || L.Kind == LockKind::CriticalSection);
    bool Weak = OneObject || L.Kind == LockKind::Shared;
    Best = std::max(Best, Weak ? Cover::PerObject : Cover::Whole);
  }
  return Best;
}

Confidence confidenceOf(const Program &P, Site S, const LibcFact &Libc) {
  Confidence C = Libc.Danger == LibcDanger::High     ? Confidence::High
                 : Libc.Danger == LibcDanger::Medium ? Confidence::Medium
                                                     : Confidence::Low;
  if (coverAt(P, S) == Cover::PerObject)
    C = Confidence::Low;
  return confidenceIn(P, S.Function, C);
}

std::string helpFor(const std::string &Name, const LibcFact &Libc) {
  if (Libc.Replacement.empty())
    return "Hold one lock around every call of " + Name +
           "() and the use of its result.";
  return "Instead of " + Name + "(): " + Libc.Replacement +
         (Libc.Signature.empty() ? "" : " (" + Libc.Signature + ")") +
         ". Where that is not possible, hold one lock around every call and "
         "the use of its result.";
}

Finding findingFor(const Program &P, Site S, const ApiFunction &Api) {
  const LibcFact &Libc = *Api.Libc;
  Finding F = findingAt(P, "unsafe-libc", S);
  F.Entity = Api.Name;
  F.Conf = confidenceOf(P, S, Libc);
  F.Message = "'" + Api.Name + "' is not safe to call from several threads";
  if (!Libc.SharedState.empty())
    F.Message += " (" + Libc.SharedState + ")";
  F.Why = "Without the GIL, " + twoThreads(P, S.Function) +
          " can call it at the same time; each call overwrites the state that "
          "the other thread is still using.";
  F.Help = helpFor(Api.Name, Libc);
  return F;
}

} // namespace

FindingList unsafeLibc(const Program &P) {
  FindingList Found;
  // One finding per function and callee; further calls are notes of it.
  std::map<std::pair<FunctionId, const ApiFunction *>, size_t> First;
  forEachApiCall(P, [&](Site S, const Event &Call, const ApiFunction &Api) {
    if (!Api.Libc || Api.Libc->Danger == LibcDanger::None ||
        !isLibrary(P, Call) || isSafeForm(P, S, *Api.Libc) ||
        coverAt(P, S) == Cover::Whole)
      return;
    auto [It, New] = First.try_emplace({S.Function, &Api}, Found.size());
    if (New)
      Found.push_back(findingFor(P, S, Api));
    else
      Found[It->second].Notes.push_back({Call.Range, "and called here"});
  });
  return Found;
}

} // namespace ungil::rules
