//===- Take.cpp - the inventory of a linked program -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inventory/Take.h"
#include "Inventory/Found.h"
#include "Inventory/Users.h"
#include "Rules/Common.h"
#include "Rules/ObjectLocks.h"
#include "Rules/Objects.h"
#include "Rules/SharedField.h"
#include "Rules/SharedPlace.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace ungil;

namespace {

class Taker {
public:
  Taker(const Program &P, const FindingList &Findings)
      : P(P), Found(P, Findings), Words(P) {}

  Inventory run();

private:
  using Findings = std::vector<const Finding *>;
  /// How a place is protected, in a word and in half a sentence.
  struct Answer {
    Protection How;
    std::string Why;
  };
  /// A place, or a field of what it points to, with all that is known of it.
  struct Part {
    explicit Part(Users All) : All(std::move(All)) {}
    Users All;
    bool Atomic = false; ///< some access of it
    bool HandedOut = false;
    std::vector<const rules::PlacePart *> Judged;
    std::vector<const rules::PlaceVerdict *> Verdicts;
  };

  void takePlace(EntityId Place);
  void takeField(EntityId Field);
  void takeAtomicFields();
  void takeRest();
  void findHandedOut();
  void mergeCopies();
  SharedState rowOf(EntityId Place, EntityId Field) const;
  Answer answer(const Entity &Place, const Part &Of) const;
  Answer answer(EntityId Field, llvm::ArrayRef<rules::FieldPart> Parts) const;
  Answer locked(const std::set<std::string> &Names) const {
    return {Protection::Locked, Words.text(Names)};
  }
  void add(EntityId Of, SharedState Row, const Answer &How, const Users &By,
           const Findings &Reported, std::optional<Confidence> Worst);

  const Program &P;
  FoundIndex Found;
  LockWords Words;
  /// Given to functions that were not seen and that may write there.
  std::set<EntityId> HandedOut;
  std::set<EntityId> Taken; ///< have a row
  Inventory Rows;
};

/// Constants, the interpreter's own structures and locks are no state to
/// protect.
bool isState(const Entity &Place) {
  return !Place.has(EF_SystemHeader) && !Place.has(EF_Generated) &&
         !Place.has(EF_Const) && Place.Class != TypeClass::Lock &&
         Place.Class != TypeClass::ThreadKey &&
         Place.Class != TypeClass::PyStatic;
}

StateUse::Kind kindOf(const Access &A) {
  if (A.Kind == AccessKind::Address)
    return StateUse::HandsOn;
  return A.writes() ? StateUse::Writes : StateUse::Reads;
}

/// A finding that two verdicts share counts once.
void insert(std::vector<const Finding *> &Into,
            const std::vector<const Finding *> &More) {
  for (const Finding *F : More)
    if (!llvm::is_contained(Into, F))
      Into.push_back(F);
}

//===-- Variables ---------------------------------------------------------===//

SharedState Taker::rowOf(EntityId Place, EntityId Field) const {
  const Entity &E = P.entity(Field == None ? Place : Field);
  SharedState Row;
  Row.Name = E.Name;
  Row.Type = E.Type;
  Row.Defined = E.Loc;
  if (Place == None || Field != None) {
    Row.Kind = "field";
    Row.Owner = rules::recordOf(P, Field);
  }
  if (Place == None)
    return Row;
  const Entity &Root = P.entity(Place);
  if (Field != None) {
    Row.Kind = "field behind " + std::string(rules::placeKind(Root)) + " '" +
               Root.Name + "'";
    if (Root.Name.ends_with("()"))
      Row.Kind = "field of what " + Root.Name + " gives";
    return Row;
  }
  Row.Kind = rules::placeKind(Root);
  if (Root.has(EF_StaticLocal) && Root.Parent != None)
    Row.Owner = P.entity(Root.Parent).Name;
  return Row;
}

Taker::Answer Taker::answer(const Entity &Place, const Part &Of) const {
  if (Place.has(EF_ThreadLocal))
    return {Protection::PerThread, "each thread has its own"};
  if (Place.Class == TypeClass::Atomic)
    return {Protection::Atomic, "declared atomic"};
  std::set<std::string> Locks;
  bool Written = false, Nameless = false, Promised = false, Mixed = false;
  for (const rules::PlacePart *One : Of.Judged) {
    if (!One->Written)
      continue;
    Written = true;
    if (!One->Locks)
      Nameless = true;
    else if (!One->Locks->empty())
      Locks.insert(One->Locks->begin(), One->Locks->end());
    else
      (P.guardOf(P.path(One->Live.front().Path).Index, false) ||
               P.guardOf(P.path(One->Live.front().Path).Index, true)
           ? Promised
           : Mixed) = true;
  }
  // Every verdict there was is one that no rule reports.
  if (!Of.Verdicts.empty())
    return {Protection::Delegated,
            "its library is used by several threads elsewhere, too"};
  if (Mixed)
    return {Protection::Mixed, "writers hold locks, but not one and the same"};
  if (Nameless)
    return {Protection::Unknown, "a lock that nobody can name"};
  if (Promised)
    return {Protection::Locked, "the lock that its authors say guards it"};
  if (!Locks.empty())
    return locked(Locks);
  if (Of.Atomic)
    return {Protection::Atomic, "written by atomic operations"};
  if (Written || Of.HandedOut)
    return {Protection::Unknown,
            "it is handed to functions that were not seen and may change it"};
  if (!Of.All.any(StateUse::Writes, true))
    return {Protection::Immutable, "never written"};
  return {Protection::Immutable,
          Of.All.clears() ? "written during initialisation and clearing only"
                          : "written during initialisation only"};
}

void Taker::takePlace(EntityId Place) {
  const Entity &E = P.entity(Place);
  if (!isState(E))
    return;
  std::map<EntityId, Part> Parts; // by field behind it
  auto At = [&](EntityId Field) -> Part & {
    return Parts.try_emplace(Field, Users(P, Words)).first->second;
  };
  for (const Access &A : P.Places.at(Place)) {
    if (!P.reportable(A.At.Function))
      continue;
    Part &Of = At(rules::fieldBehind(P, A));
    Of.All.add(A.At, kindOf(A), Words.at(P, A.At));
    Of.Atomic |= A.Atomic && A.writes();
  }
  std::vector<rules::PlacePart> Judged;
  std::vector<rules::PlaceVerdict> Verdicts =
      rules::judgePlace(P, Place, &Judged);
  for (const rules::PlacePart &One : Judged)
    At(One.Field).Judged.push_back(&One);
  for (const rules::PlaceVerdict &V : Verdicts)
    for (EntityId Field : V.Fields.empty() ? std::vector{None} : V.Fields)
      At(Field).Verdicts.push_back(&V);

  At(None).HandedOut = HandedOut.count(Place);
  Findings Told; // at some verdict
  for (const rules::PlaceVerdict &V : Verdicts)
    insert(Told, Found.toldAt(V.At.At));
  for (const auto &[Field, Of] : Parts) {
    Findings Reported;
    std::optional<Confidence> Worst;
    for (const rules::PlaceVerdict *V : Of.Verdicts) {
      if (rules::isTrusted(P, *V))
        continue;
      Worst = std::max(Worst.value_or(Confidence::Low), V->Conf);
      for (const Finding *F : Found.toldAt(V->At.At))
        if (F->About.Entity == Place)
          insert(Reported, {F});
    }
    // Other rules speak of the place as a whole.
    if (Field == None)
      for (const Finding *F : Found.about(Place))
        if (!llvm::is_contained(Told, F))
          insert(Reported, {F});
    Answer How = answer(E, Of);
    bool Constant = Field == None && How.How == Protection::Immutable &&
                    !Of.All.any(StateUse::Writes, true);
    if (!Constant || Worst || !Reported.empty())
      add(Place, rowOf(Place, Field), How, Of.All, Reported, Worst);
  }
}

//===-- Fields of objects -------------------------------------------------===//

Taker::Answer Taker::answer(EntityId Field,
                            llvm::ArrayRef<rules::FieldPart> Parts) const {
  bool WrittenAgain =
      llvm::any_of(P.Fields.at(Field), [](const FieldAccess &A) {
        return A.Use >= FieldUse::Write && !A.Reinit;
      });
  std::set<std::string> Locks;
  bool Written = false, Promised = false, Nameless = false, Loose = false,
       Reached = false;
  for (const rules::FieldPart &One : Parts) {
    if (!One.Written)
      continue;
    Written = true;
    Reached |= One.Reached;
    if (One.Promised)
      Promised = true;
    else if (!One.Consistent)
      Loose = true;
    else if (!One.Lock.empty())
      Locks.insert(One.Lock);
    else
      Nameless |= One.Reached;
  }
  if (!Written)
    return {Protection::Immutable, "not written after construction"};
  if (!Reached)
    return {Protection::Harmless, WrittenAgain ? "no thread is seen to reach it"
                                               : "written by __init__ only"};
  if (Loose && P.Objects == ObjectContract::ExternalSync)
    return {Protection::Delegated,
            "the callers, as the extension promises (objects: external-sync)"};
  if (Loose)
    return {Protection::Harmless, "no two of its uses disturb each other"};
  if (Nameless)
    return {Protection::Unknown, "a lock that nobody can name"};
  if (Promised)
    return {Protection::Locked, "the lock that its authors say guards it"};
  return locked(Locks);
}

void Taker::takeField(EntityId Field) {
  auto &Locks = P.model<rules::ObjectLockModel>();
  Users All(P, Words);
  for (const FieldAccess &A : P.Fields.at(Field)) {
    if (!P.reportable(A.At.Function))
      continue;
    rules::ObjectLocks Held = Locks.at(A);
    All.add(A.At, A.Use >= FieldUse::Write ? StateUse::Writes : StateUse::Reads,
            Held.Unknown ? LockSet() : LockSet(Held.Names));
  }
  const rules::FieldJudgement &Judged =
      P.model<rules::FieldVerdicts>().judge(Field);
  Findings Reported;
  std::optional<Confidence> Worst;
  for (const rules::FieldVerdict &V : Judged.Verdicts) {
    Worst = std::max(Worst.value_or(Confidence::Low), V.Conf);
    insert(Reported,
           Found.ofStructure(P.entity(Field).Parent, V.At.At.Function));
  }
  for (const Finding *F : Found.about(Field))
    insert(Reported, {F});
  add(Field, rowOf(None, Field), answer(Field, Judged.Parts), All, Reported,
      Worst);
}

/// Places hold the accesses of atomic variables, too; of objects only those
/// that need a judgement are kept.
void Taker::takeAtomicFields() {
  std::map<EntityId, Users> Atomic;
  auto Add = [&](Site S, PathId Where, StateUse::Kind How) {
    EntityId Field = rules::lastField(P, P.path(Where));
    if (Field != None && !P.Fields.count(Field) && P.isShared(Field) &&
        P.entity(Field).Class == TypeClass::Atomic)
      Atomic.try_emplace(Field, P, Words)
          .first->second.add(S, How, Words.at(P, S));
  };
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.isConcurrent(F) || !P.reportable(F))
      continue;
    const Values &V = P.Functions[F].Value;
    for (EventId E = 0; E != V.Events.size(); ++E) {
      const Event &Ev = P.body(F).Events[E];
      if (Ev.Kind == EventKind::Call) {
        const ApiFunction *Api = P.api(Ev);
        bool Reads = Api && Api->Memory && Api->Memory->Writes.empty();
        for (unsigned I = 0; I != V.Events[E].Args.size(); ++I)
          for (const Origin &O : V.arg(E, I))
            if (O.Kind == OperandKind::Address)
              Add({F, E}, O.Index, Reads ? StateUse::Reads : StateUse::Writes);
      } else if (Ev.Kind == EventKind::Write ||
                 Ev.Kind == EventKind::ReadWrite ||
                 Ev.Kind == EventKind::Read) {
        for (PathId Where : V.Events[E].Where)
          Add({F, E}, Where,
              Ev.Kind == EventKind::Read ? StateUse::Reads : StateUse::Writes);
      }
    }
  }
  for (const auto &[Field, All] : Atomic)
    add(Field, rowOf(None, Field), {Protection::Atomic, "declared atomic"}, All,
        Found.about(Field), std::nullopt);
}

/// What rules report that the judgements above leave out: fields of structures
/// that are no objects, beside a once-guard.
void Taker::takeRest() {
  for (const auto &[Entity, Reported] : Found.all()) {
    const ungil::Entity &E = P.entity(Entity);
    if (Taken.count(Entity) || !isState(E))
      continue;
    Users All(P, Words);
    for (const Finding *F : Reported) {
      Site At{F->About.Function, F->About.Event};
      EventKind Kind = P.event(At).Kind;
      bool Writes = Kind == EventKind::Write || Kind == EventKind::ReadWrite;
      All.add(At, Writes ? StateUse::Writes : StateUse::Reads, Words.at(P, At));
    }
    bool Field = E.Kind == EntityKind::Field;
    add(Entity, rowOf(Field ? None : Entity, Field ? Entity : None),
        {Protection::None, ""}, All, Reported, std::nullopt);
  }
}

/// What the type of a callee lets it change, of callees without a body.
void Taker::findHandedOut() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.isConcurrent(F) || !P.reportable(F))
      continue;
    const Values &V = P.Functions[F].Value;
    for (EventId E = 0; E != V.Events.size(); ++E) {
      const Event &Call = P.body(F).Events[E];
      if (Call.Kind != EventKind::Call || Call.Callee == None ||
          P.BodyOf.count(Call.Callee) || P.api(Call))
        continue;
      uint32_t Mutates = P.entity(Call.Callee).Mutates;
      for (unsigned I = 0; I != V.Events[E].Args.size() && I != 32; ++I)
        for (const Origin &O : V.arg(E, I))
          if ((Mutates >> I & 1) && O.Kind == OperandKind::Address &&
              P.path(O.Index).Root == RootKind::Place)
            HandedOut.insert(P.path(O.Index).Index);
    }
  }
}

//===-- All ---------------------------------------------------------------===//

void Taker::add(EntityId Of, SharedState Row, const Answer &How,
                const Users &By, const Findings &Reported,
                std::optional<Confidence> Worst) {
  Row.Uses = By.take();
  if (Row.Uses.empty())
    return; // generated code alone uses it
  Taken.insert(Of);
  Row.How = How.How;
  Row.Why = How.Why;
  for (const Finding *F : Reported)
    Row.Findings.push_back(F->Fingerprint);
  if (Worst || !Reported.empty()) {
    Row.How = Protection::None;
    Row.Why = "nothing keeps two threads apart";
    Row.Conf = Worst.value_or(Confidence::Low);
    // The front end's troubles lower what a finding says.
    if (!Reported.empty())
      Row.Conf = (*std::max_element(Reported.begin(), Reported.end(),
                                    [](const Finding *A, const Finding *B) {
                                      return A->Conf < B->Conf;
                                    }))
                     ->Conf;
  }
  Rows.push_back(std::move(Row));
}

/// A variable in a header is another one in each unit, and one to its readers:
/// the least protected speaks for all.
void Taker::mergeCopies() {
  auto Place = [](const SharedState &Row) {
    return std::tie(Row.Defined, Row.Kind, Row.Owner, Row.Name);
  };
  llvm::stable_sort(Rows, [&](const SharedState &A, const SharedState &B) {
    return std::make_tuple(Place(A), A.How, B.Conf) <
           std::make_tuple(Place(B), B.How, A.Conf);
  });
  Inventory Merged;
  for (SharedState &Row : Rows) {
    if (Merged.empty() || !Row.Defined.isValid() ||
        Place(Merged.back()) != Place(Row)) {
      Merged.push_back(std::move(Row));
      continue;
    }
    SharedState &Into = Merged.back();
    llvm::append_range(Into.Uses, Row.Uses);
    for (const std::string &F : Row.Findings)
      if (!llvm::is_contained(Into.Findings, F))
        Into.Findings.push_back(F);
    sortUses(Into.Uses);
  }
  Rows = std::move(Merged);
}

Inventory Taker::run() {
  findHandedOut();
  for (const auto &[Place, Accesses] : P.Places)
    takePlace(Place);
  for (const auto &[Field, Accesses] : P.Fields)
    takeField(Field);
  takeAtomicFields();
  takeRest();
  mergeCopies();
  auto File = [&](const SharedState &Row) {
    return Row.Defined.isValid()
               ? std::string_view(P.Facts.Files[Row.Defined.File].Path)
               : std::string_view();
  };
  llvm::sort(Rows, [&](const SharedState &A, const SharedState &B) {
    return std::make_tuple(A.How, B.Conf, File(A), A.Defined.Offset,
                           std::string_view(A.Name), std::string_view(A.Kind)) <
           std::make_tuple(B.How, A.Conf, File(B), B.Defined.Offset,
                           std::string_view(B.Name), std::string_view(B.Kind));
  });
  return std::move(Rows);
}

} // namespace

Inventory ungil::takeInventory(const Program &P, const FindingList &Findings) {
  return Taker(P, Findings).run();
}
