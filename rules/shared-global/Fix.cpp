//===- Fix.cpp - one for each call, each thread, or atomic ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Scratch storage, which no call finds an old value in, becomes automatic or
// thread-local; a counter or flag becomes atomic, when each function does one
// thing to it. Only the declaration changes.
//
//===----------------------------------------------------------------------===//

#include "Fix/Scratch.h"
#include "Fix/Variable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <set>

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
  bool isBare() const;
  bool isPointedTo() const;
  FixPlan perCall();
  FixPlan perThread();
  FixPlan atomic();

  const FixContext &Context;
  const Program &P;
  EntityId Place;
  const Entity &E;
  const std::vector<Access> &Accesses;
  FunctionText Code; ///< text of the declaration's file
  Draft D;
  bool Cxx;
  Variable V;
};

/// Is the variable itself used by its name alone, never through its address?
bool StorageFix::isBare() const {
  return llvm::all_of(Accesses, [&](const Access &A) {
    const std::vector<Step> &Steps = P.path(A.Path).Steps;
    if (!Steps.empty() && Steps[0].Kind == StepKind::Deref)
      return true; // what it points to
    return A.Kind != AccessKind::Address && Steps.empty() &&
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
  if (llvm::any_of(Accesses, [](const Access &A) { return A.Opaque; }))
    return "a library keeps state behind it";
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
  if (E.Class != TypeClass::Scalar || E.has(EF_Array))
    return "it is not one number";
  if (!isBare())
    return "its address is handed on";
  std::map<FunctionId, Deeds> ByFunction;
  for (const Access &A : Accesses) {
    const Event &Ev = P.event(A.At);
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

/// An automatic variable: what each call writes before it reads it.
FixPlan StorageFix::perCall() {
  uint32_t End = V.StaticEnd;
  while (End < Code.Text.size() && Code.Text[End] == ' ')
    ++End;
  D.replace(V.StaticBegin, End, "");
  return D.finish(Applicability::Suggested,
                  "make it automatic: every call writes it before it reads it");
}

FixPlan StorageFix::perThread() {
  D.replace(V.StaticEnd, V.StaticEnd, Cxx ? " thread_local" : " _Thread_local");
  return D.finish(
      Applicability::Suggested,
      std::string("give each thread its own: every call writes it before it "
                  "reads it") +
          (Cxx ? "" : " (needs C11)"));
}

FixPlan StorageFix::atomic() {
  std::string Type = V.type(Code.Text), Init = V.initialiser(Code.Text);
  if (llvm::StringRef(Type).contains("volatile"))
    D.refuse("it is volatile");
  if (!Cxx) {
    D.replace(V.BaseBegin, V.BaseEnd, "_Atomic(" + Type + ")");
    return D.finish(Applicability::Suggested,
                    "make it atomic (needs C11 atomics; Visual Studio has them "
                    "from 2022 on)");
  }
  D.replace(V.BaseBegin, V.BaseEnd, "std::atomic<" + Type + ">");
  D.replace(V.NameEnd, V.InitEnd ? V.InitEnd : V.NameEnd, "{" + Init + "}");
  uint32_t At = afterIncludes(Code.Text, V.Begin);
  if (!At)
    D.refuse("there is no place for #include <atomic>");
  if (Code.Text.find("#include <atomic>") == std::string_view::npos)
    D.once(At, std::string(Code.lineEnd()) + "#include <atomic>");
  return D.finish(Applicability::Suggested, "make it atomic");
}

FixPlan StorageFix::plan() {
  std::optional<Variable> Found = variableOf(E, Code.Text);
  bool One = E.has(EF_StaticLocal) || E.has(EF_Internal);
  if (!Found || !Found->isAlone() || !One || E.has(EF_Static)) {
    D.refuse(One ? "the declaration has more than one variable, or is not plain"
                 : "other files declare it, too");
    return D.finish(Applicability::Manual, "");
  }
  V = *Found;
  bool Scalar = E.Class != TypeClass::Record && !E.has(EF_Array);
  std::string Thread = whyNotPerThread();
  if (Thread.empty() && Scalar && E.has(EF_StaticLocal) && isBare())
    return perCall();
  if (E.Class == TypeClass::PyObject) {
    D.refuse("an object that is replaced while others use it needs a lock and "
             "a reference of one's own");
    return D.finish(Applicability::Manual, "");
  }
  if (Thread.empty())
    return perThread();
  std::string Atomic = whyNotAtomic();
  if (Atomic.empty())
    return atomic();
  D.refuse(E.Class == TypeClass::Scalar && !E.has(EF_Array) ? Atomic : Thread);
  return D.finish(Applicability::Manual, "");
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
