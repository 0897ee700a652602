//===- PlaceLock.cpp - one lock beside one variable -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/PlaceLock.h"
#include "Fix/OldPython.h"
#include "Fix/UnderLock.h"
#include "Fix/Variable.h"
#include "Rules/CacheSlots.h"
#include "Rules/Locking.h"
#include "Rules/SharedPlace.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringRef.h"
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

class LockFix {
public:
  LockFix(const FixContext &Context, EntityId Place,
          llvm::ArrayRef<EntityId> Along, bool Handle)
      : Context(Context), P(Context.P), Place(Place), E(P.entity(Place)),
        Handle(Handle), Places(Along.begin(), Along.end()) {
    Places.insert(Place);
  }
  LockFix(const LockFix &) = delete; // Leads is about this one
  LockFix &operator=(const LockFix &) = delete;

  FixPlan plan();

private:
  void refuse(std::string Why) {
    if (Reason.empty())
      Reason = std::move(Why);
  }
  void findDeclarations();
  void findUses();
  void addUse(Site S);
  bool pointsTo(const Origin &O) const;
  bool isKept(FunctionId F) const;
  void addHandedOn(FunctionId F);
  bool leadsInto(const Origin &O) const;
  bool isAlone(Site S) const;
  void checkReach();
  void checkCompanions();
  bool keepsReference(const Access &A) const;
  void findSlots();
  void lockIn(FunctionId F, const LockUsers &Users);
  Edit declaration(const Variable &V) const;

  const FixContext &Context;
  const Program &P;
  EntityId Place;
  const Entity &E;
  const std::function<bool(const Origin &)> Leads = [this](const Origin &O) {
    return leadsInto(O);
  };
  bool Handle;               ///< only the calls that are given it need the lock
  std::set<EntityId> Places; ///< that the lock protects
  std::string Mutex, Reason;
  std::vector<Variable> All; ///< its declarations
  LockUsers::UsesByFunction Uses;
  /// Of functions that use references it keeps.
  std::map<FunctionId, FunctionText> Texts;
  std::map<FunctionId, CacheSlots> Slots;
  FixPlan Out;
};

void LockFix::findDeclarations() {
  std::string Why;
  All = declarationsOf(Context, Place, Why);
  if (All.empty())
    return refuse(Why);
  llvm::StringRef Name(E.Name);
  auto Colon = Name.rfind(':');
  Mutex = Name.substr(Colon == Name.npos ? 0 : Colon + 1).str() + "_mutex";
  for (const Variable &V : All)
    if (llvm::StringRef(Context.text(V.File)).contains(Mutex))
      refuse("the file has a '" + Mutex + "' of its own");
}

bool LockFix::pointsTo(const Origin &O) const {
  return O.Kind == OperandKind::Address &&
         P.path(O.Index).Root == RootKind::Place &&
         Places.count(P.path(O.Index).Index);
}

/// Does \p F keep its address, or hand it to its caller?
bool LockFix::isKept(FunctionId F) const {
  const std::vector<Event> &Events = P.body(F).Events;
  return llvm::any_of(llvm::seq<EventId>(0, Events.size()), [&](EventId I) {
    return (Events[I].Kind == EventKind::Write ||
            Events[I].Kind == EventKind::Return) &&
           llvm::any_of(P.Functions[F].Value.value(I),
                        [&](const Origin &O) { return pointsTo(O); });
  });
}

/// What a library is given the address of it uses; what functions of the
/// extension do with it is known.
void LockFix::addHandedOn(FunctionId F) {
  if (isKept(F))
    return refuse("a pointer to it is kept");
  const std::vector<Event> &Events = P.body(F).Events;
  const Values &V = P.Functions[F].Value;
  for (EventId I = 0; I != Events.size(); ++I)
    if (Events[I].Kind == EventKind::Call &&
        P.bodiesOf(Events[I].Callee).empty())
      for (unsigned Arg = 0; Arg != Events[I].Args.size(); ++Arg)
        if (llvm::any_of(V.arg(I, Arg),
                         [&](const Origin &O) { return pointsTo(O); }))
          addUse({F, I});
}

void LockFix::addUse(Site S) {
  FunctionId F = S.Function;
  for (const HeldLock &L : P.Functions[F].Locks.at(S.Event))
    if (isMutex(L))
      return refuse("'" + P.name(F) + "' holds a lock already");
  if (P.entityOf(F).has(EF_HasError) || P.entityOf(F).has(EF_Generated) ||
      !P.reportable(F))
    return refuse("'" + P.name(F) + "' could not be read completely");
  Uses[F].insert(S.Event);
}

void LockFix::findUses() {
  for (EntityId Each : Places)
    for (const Access &A : P.Places.at(Each)) {
      FunctionId F = A.At.Function;
      if (!P.isConcurrent(F))
        continue;
      if (A.Kind == AccessKind::Address)
        addHandedOn(F);
      else if (A.Opaque || !Handle)
        addUse(A.At);
      else if (A.writes() || A.Indirect)
        refuse("'" + P.name(F) + "' works on it without a call of the library");
    }
}

/// A pointer or a reference that it holds, itself or in a part of it.
bool LockFix::leadsInto(const Origin &O) const {
  if (Handle || O.Kind != OperandKind::Load)
    return false;
  const Path &From = P.path(O.Index);
  if (From.Root != RootKind::Place || !Places.count(From.Index))
    return false;
  TypeClass Class = P.entity(From.Index).Class;
  for (const Step &S : From.Steps)
    if (S.Kind == StepKind::Field)
      Class = P.entity(S.Field).Class;
  return Class != TypeClass::Scalar;
}

/// Does the part that \p S uses stand for itself? A setting, which some
/// functions only store and others only read; a number that counts what is
/// done, for others to read.
bool LockFix::isAlone(Site S) const {
  if (Places.size() > 1)
    return false;
  const std::vector<Access> &Any = P.Places.at(Place);
  auto Here = llvm::find_if(Any, [&](const Access &A) { return A.At == S; });
  if (Handle || Here == Any.end() || Here->Indirect)
    return Handle;
  std::set<FunctionId> Readers, Writers, Setters, Others;
  for (const Access &A : Any) {
    FunctionId F = A.At.Function;
    const Event &E = P.event(A.At);
    if (A.Kind == AccessKind::Address || !P.isConcurrent(F))
      continue;
    if (A.Path != Here->Path && !P.path(A.Path).Steps.empty()) {
      Others.insert(F);
      continue;
    }
    bool Constant = E.Value.Kind == OperandKind::Constant ||
                    E.Value.Kind == OperandKind::Null;
    bool Counts = E.Kind == EventKind::ReadWrite ||
                  (E.Kind == EventKind::Write && Constant);
    (A.writes() ? Writers : Readers).insert(F);
    if (A.writes() && !Counts)
      Setters.insert(F);
  }
  return llvm::none_of(Writers, [&](FunctionId F) {
    return Readers.count(F) || (Setters.count(F) && Others.count(F));
  });
}

/// Can every function that uses it name a lock beside it?
void LockFix::checkReach() {
  for (EntityId Each : Places)
    if (P.entity(Each).has(EF_StaticLocal) != E.has(EF_StaticLocal))
      return refuse("'" + P.entity(Each).Name +
                    "', which belongs to it, is declared elsewhere");
  for (const auto &[F, Needs] : Uses) {
    bool Inside =
        !E.has(EF_StaticLocal) || llvm::is_contained(P.bodiesOf(E.Parent), F);
    bool SameFile =
        !E.has(EF_Internal) || P.body(F).Body.File == E.Declaration.File;
    if (!Inside || !SameFile)
      return refuse("'" + P.name(F) +
                    "' uses it through a pointer, where it has no name");
  }
}

/// Variables that race and are used together belong under one lock.
void LockFix::checkCompanions() {
  for (const auto &[Other, Accesses] : P.Places) {
    auto Along = llvm::find_if(Accesses, [&](const Access &A) {
      return Uses.count(A.At.Function) != 0;
    });
    if (!Places.count(Other) && Along != Accesses.end() &&
        !isExempt(P.entity(Other)) && !judgePlace(P, Other).empty())
      return refuse("'" + P.name(Along->At.Function) + "' uses '" +
                    P.entity(Other).Name +
                    "' as well, which nothing protects either: whether they "
                    "belong under one lock is for a person to say");
  }
}

/// Is it a reference to an object that \p A stores or reads?
bool LockFix::keepsReference(const Access &A) const {
  TypeClass Class = P.entity(P.path(A.Path).Index).Class;
  for (const Step &S : P.path(A.Path).Steps)
    Class = S.Kind == StepKind::Field   ? P.entity(S.Field).Class
            : S.Kind == StepKind::Deref ? TypeClass::Unknown
                                        : Class;
  return Class == TypeClass::PyObject;
}

/// References that are replaced, and what is given them.
void LockFix::findSlots() {
  for (EntityId Each : Places)
    for (const Access &A : P.Places.at(Each)) {
      FunctionId F = A.At.Function;
      if (!Uses.count(F) || !keepsReference(A) || A.Indirect)
        continue;
      auto Text =
          Texts.try_emplace(F, P, F, Context.text(P.body(F).Body.File)).first;
      auto Here = Slots.try_emplace(F, Text->second, Leads).first;
      std::string Why;
      if (A.Kind == AccessKind::ReadWrite)
        Why = "a macro replaces what it holds";
      else if (A.Kind == AccessKind::Write)
        Why = Here->second.addStore(A.At.Event);
      if (!Why.empty())
        return refuse("in '" + P.name(F) + "' " + Why);
    }
  for (auto &[F, Here] : Slots) {
    if (Here.lends())
      return refuse("'" + P.name(F) +
                    "' hands out a reference that it has "
                    "not taken");
    std::set<EventId> More = Here.uses();
    Uses[F].insert(More.begin(), More.end());
    for (EventId E : Here.gone())
      Uses[F].erase(E);
  }
}

void LockFix::lockIn(FunctionId F, const LockUsers &Users) {
  FunctionText Code(P, F, Context.text(P.body(F).Body.File));
  Draft D(Code);
  UnderLock Wanted{Users, "PyMutex_Lock(&" + Mutex + ");",
                   "PyMutex_Unlock(&" + Mutex + ");", Leads};
  Wanted.LibraryLends = !Handle;
  if (auto Here = Slots.find(F); Here != Slots.end()) {
    Wanted.Gone = Here->second.gone();
    Wanted.Exchanges = Here->second.exchanges();
    Here->second.removeReleases(D);
  }
  holdLock(D, Context, Code, Wanted);
  FixPlan One = D.finish(Applicability::Suggested, "");
  if (D.isRefused())
    return refuse("in '" + P.name(F) + "' " + D.reason());
  llvm::append_range(Out.Edits, One.Edits);
}

/// A line behind that of the variable.
Edit LockFix::declaration(const Variable &V) const {
  std::string_view Text = Context.text(V.File);
  size_t Line = Text.rfind('\n', V.Begin) + 1;
  size_t Word = Text.find_first_not_of(" \t", Line);
  size_t End = Text.find('\n', V.End);
  if (End == Text.npos)
    End = Text.size();
  std::string Break = "\n";
  if (End && Text[End - 1] == '\r') {
    --End;
    Break = "\r\n";
  }
  std::string Storage;
  if (V.StaticEnd)
    Storage = V.Extern ? "extern " : "static ";
  std::string Names = E.Name;
  for (EntityId Each : Places)
    if (Each != Place)
      Names += ", " + P.entity(Each).Name;
  Names += Places.size() > 1 ? " are" : " is";
  std::string What = Handle ? "; // for calls that are given " + E.Name
                            : "; // held where " + Names + " used";
  return {V.File, static_cast<uint32_t>(End), 0,
          Break + std::string(Text.substr(Line, Word - Line)) + Storage +
              "PyMutex " + Mutex + What};
}

FixPlan LockFix::plan() {
  findDeclarations();
  if (Reason.empty())
    findUses();
  if (Reason.empty())
    checkReach();
  if (Reason.empty() && !Handle)
    checkCompanions();
  if (Reason.empty() && !Handle)
    findSlots();
  if (Reason.empty()) {
    LockUsers Users(P, std::move(Uses),
                    {[](const CallSite &, FunctionId) { return true; },
                     [&](Site S) { return isAlone(S); }});
    if (FunctionId Back = Users.comesBack(); Back != None)
      refuse("a library may call '" + P.name(Back) +
             "' while the lock is held, which it would wait for");
    for (const Variable &V : All) {
      if (std::string Why = mutexFor(Context, V.File, V.Begin, Out.Edits);
          !Why.empty())
        refuse(Why);
      Out.Edits.push_back(declaration(V));
    }
    for (const auto &[F, Needs] : Users.all())
      lockIn(F, Users);
  }
  if (!Reason.empty())
    return {Applicability::Manual, "no edit: " + Reason, {}};
  for (Edit &Any : Out.Edits)
    Any.Once = true; // the other findings about it have the same
  Out.How = Applicability::Suggested;
  Out.Title = Handle ? "hold one lock for every call that is given it"
                     : "hold one lock wherever it is used";
  return std::move(Out);
}

} // namespace

FixPlan lockFix(const FixContext &Context, EntityId Place,
                llvm::ArrayRef<EntityId> Along) {
  return LockFix(Context, Place, Along, /*Handle=*/false).plan();
}

FixPlan handleFix(const FixContext &Context, EntityId Place) {
  return LockFix(Context, Place, {}, /*Handle=*/true).plan();
}

} // namespace ungil::rules
