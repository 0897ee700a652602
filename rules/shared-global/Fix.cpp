//===- Fix.cpp - one for each call, each thread, or atomic ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Scratch storage, which no call finds an old value in, becomes automatic or
// thread-local, as does what calls put back when they are done; a counter or
// flag becomes atomic, when each function does one thing to it. Only the
// declaration changes, in every file that has it.
//
//===----------------------------------------------------------------------===//

#include "Fix/PutBack.h"
#include "Fix/Scratch.h"
#include "Fix/Storage.h"
#include "Rules/PlaceLock.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

class StorageFix {
public:
  StorageFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P), Place(Found.About.Entity),
        E(P.entity(Place)), Accesses(P.Places.at(Place)),
        Code(P, Found.About.Function, Context.text(E.Declaration.File)),
        D(Code), Cxx(isCxx(Context, E.Declaration.File)) {}

  FixPlan plan();

private:
  struct Deeds {
    bool Reads = false, Writes = false;
  };
  void addCallers(std::map<FunctionId, Deeds> &Known) const;
  std::string whyNotPerThread() const;
  std::string whyNotAtomic() const;
  bool isSubscripted(const Access &A) const;
  bool isBare() const;
  bool isPointedTo() const;
  FixPlan manual(std::string Why);
  FixPlan perCall();
  FixPlan perThread(bool PutBack);
  FixPlan atomic();

  const FixContext &Context;
  const Program &P;
  EntityId Place;
  const Entity &E;
  const std::vector<Access> &Accesses;
  FunctionText Code; ///< text of the declaration's file
  Draft D;
  bool Cxx;
  std::vector<Variable> All; ///< its declarations
};

/// Is the array named for the sake of one element (`array[i]`)?
bool StorageFix::isSubscripted(const Access &A) const {
  const SourceRange &Name = P.event(A.At).Range;
  return A.Kind == AccessKind::Address && P.path(A.Path).Steps.empty() &&
         llvm::any_of(Accesses, [&](const Access &B) {
           const SourceRange &Whole = P.event(B.At).Range;
           return B.At.Function == A.At.Function &&
                  B.Kind != AccessKind::Address &&
                  !P.path(B.Path).Steps.empty() &&
                  Whole.Offset <= Name.Offset &&
                  Name.Offset < Whole.Offset + Whole.Length;
         });
}

/// Is the variable itself, or each element, used by its name alone, never
/// through its address?
bool StorageFix::isBare() const {
  return llvm::all_of(Accesses, [&](const Access &A) {
    llvm::ArrayRef<Step> Steps = P.path(A.Path).Steps;
    if (!Steps.empty() && Steps[0].Kind == StepKind::Deref)
      return true; // what it points to
    if (isSubscripted(A))
      return true;
    bool Whole =
        E.has(EF_Array)
            ? !Steps.empty() && llvm::all_of(Steps,
                                             [](const Step &S) {
                                               return S.Kind == StepKind::Index;
                                             })
            : Steps.empty();
    return A.Kind != AccessKind::Address && Whole &&
           P.event(A.At).Kind != EventKind::Call;
  });
}

/// Does something that outlives the call keep a pointer to it?
bool StorageFix::isPointedTo() const {
  auto Points = [&](const Origin &O) {
    return O.Kind == OperandKind::Address &&
           P.path(O.Index).Root == RootKind::Place &&
           P.path(O.Index).Index == Place;
  };
  std::set<FunctionId> Users;
  for (const Access &A : Accesses)
    Users.insert(A.At.Function);
  return llvm::any_of(Users, [&](FunctionId F) {
    const std::vector<Event> &Events = P.body(F).Events;
    for (EventId I = 0; I != Events.size(); ++I)
      if (Events[I].Kind == EventKind::Write &&
          llvm::any_of(P.Functions[F].Value.value(I), Points))
        return true;
    return false;
  });
}

std::string StorageFix::whyNotPerThread() const {
  if (isPointedTo())
    return "a pointer to it is kept";
  return readsOldValue(P, Place);
}

/// What a function does through those it calls, it does, too.
void StorageFix::addCallers(std::map<FunctionId, Deeds> &Known) const {
  std::vector<FunctionId> Work;
  for (const auto &[F, Does] : Known)
    Work.push_back(F);
  while (!Work.empty()) {
    FunctionId F = Work.back();
    Work.pop_back();
    const Deeds Does = Known[F];
    for (const CallSite &C : P.Functions[F].Callers) {
      Deeds &Caller = Known[C.Caller];
      if (C.Handed ||
          ((Caller.Reads || !Does.Reads) && (Caller.Writes || !Does.Writes)))
        continue;
      Caller.Reads |= Does.Reads;
      Caller.Writes |= Does.Writes;
      Work.push_back(C.Caller);
    }
  }
}

std::string StorageFix::whyNotAtomic() const {
  if (E.Class != TypeClass::Scalar)
    return "it is not one number";
  if (!isBare())
    return "its address is handed on";
  std::map<FunctionId, Deeds> ByFunction;
  for (const Access &A : Accesses) {
    const Event &Ev = P.event(A.At);
    if (A.Kind == AccessKind::Address)
      continue; // for one element, whose access comes too
    if (A.LazyTest != None)
      return "it is tested and then set: two steps that only a lock makes one";
    Deeds &Does = ByFunction[A.At.Function];
    (A.writes() ? Does.Writes : Does.Reads) = true;
    if (A.Kind != AccessKind::ReadWrite)
      continue;
    // `*=` and `<<=` are no operations of std::atomic.
    std::string_view Text =
        Context.text(Ev.Range.File).substr(Ev.Range.Offset, Ev.Range.Length);
    static constexpr std::string_view Operations[] = {
        "++", "--", "+=", "-=", "|=", "&=", "^="};
    bool Plain = llvm::any_of(Operations, [&](std::string_view Op) {
      return Text.find(Op) != Text.npos;
    });
    bool Float = E.Type == "double" || E.Type == "float";
    if (!Plain || (Float && Cxx))
      return "one of its changes is no atomic operation";
  }
  addCallers(ByFunction);
  for (const auto &[F, Does] : ByFunction)
    if (Does.Reads && Does.Writes)
      return "'" + P.name(F) +
             "' reads and changes it: two steps that only a lock makes one";
  return {};
}

FixPlan StorageFix::manual(std::string Why) {
  D.refuse(std::move(Why));
  return D.finish(Applicability::Manual, "");
}

/// An automatic variable: what each call writes before it reads it.
FixPlan StorageFix::perCall() {
  makeAutomatic(D, Context, All[0]);
  return D.finish(Applicability::Suggested,
                  "make it automatic: every call writes it before it reads it");
}

FixPlan StorageFix::perThread(bool PutBack) {
  for (const Variable &V : All)
    makeThreadLocal(D, Context, V);
  std::string Why = PutBack
                        ? "what a call changes it puts back when it is done, "
                          "for the callbacks of its own thread"
                        : "every call writes it before it reads it";
  return D.finish(Applicability::Suggested, "give each thread its own: " + Why +
                                                (Cxx ? "" : " (needs C11)"));
}

FixPlan StorageFix::atomic() {
  for (const Variable &V : All)
    makeAtomic(D, Context, V);
  return D.finish(Applicability::Suggested,
                  Cxx ? "make it atomic"
                      : "make it atomic (needs C11 atomics; Visual Studio has "
                        "them from 2022 on)");
}

FixPlan StorageFix::plan() {
  if (llvm::any_of(Accesses, [](const Access &A) { return A.Opaque; }))
    return handleFix(Context, Place);
  std::string Why;
  All = declarationsOf(Context, Place, Why);
  if (All.empty())
    return manual(Why);
  bool Scalar = E.Class != TypeClass::Record && !E.has(EF_Array);
  bool PutBack = !isPointedTo() && isPutBack(P, Place);
  std::string Thread = PutBack ? "" : whyNotPerThread();
  if (Thread.empty() && !PutBack && Scalar && E.has(EF_StaticLocal) && isBare())
    return perCall();
  if (Thread.empty())
    return perThread(PutBack);
  if (E.Class == TypeClass::PyObject && !E.has(EF_Array))
    return manual("an object that is replaced while others use it needs a lock "
                  "and a reference of one's own");
  if (whyNotAtomic().empty())
    return atomic();
  return lockFix(Context, Place);
}

} // namespace

FixPlan sharedGlobalFix(const FixContext &Context, const Finding &Found) {
  auto Manual = [](std::string Why) {
    return FixPlan{Applicability::Manual, "no edit: " + std::move(Why), {}};
  };
  if (Found.About.Entity == None ||
      !Context.P.entity(Found.About.Entity).Declaration.isValid())
    return Manual("its declaration was not seen");
  return StorageFix(Context, Found).plan();
}

} // namespace ungil::rules
