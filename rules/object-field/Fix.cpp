//===- Fix.cpp - fields under the section of their object -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A lock that only some accesses hold is none: the function of the finding gets
// a critical section on the object, and with it every function that changes
// the same fields, and those whose use of them is a note of this finding. Who
// only reads them and is a finding of its own gets its own fix.
//
//===----------------------------------------------------------------------===//

#include "FieldParts.h"
#include "Fix/Attached.h"
#include "Fix/Section.h"
#include "Fix/Wrap.h"
#include "MutexFix.h"
#include "Rules/SharedField.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <functional>
#include <set>

namespace ungil::rules {
namespace {

using namespace fix;

class FieldFix {
public:
  FieldFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P), Found(Found) {}

  FixPlan plan();

private:
  void refuse(std::string Why) {
    if (Reason.empty())
      Reason = std::move(Why);
  }
  void findUsers();
  void addTests(ObjectLockModel &Locks, EntityId Record);
  void leaveOutHelpers();
  void lock(FunctionId F, const std::vector<const FieldAccess *> &Uses);
  void lockAll();
  void lockUsers();
  void add(const FixPlan &Part);

  const FixContext &Context;
  const Program &P;
  const Finding &Found;
  std::map<FunctionId, std::vector<const FieldAccess *>> Users;
  std::set<FunctionId> Helpers; ///< run under the section of their callers
  std::string Reason;
  FixPlan Out;
};

/// Which functions the fix is about, and their accesses.
void FieldFix::findUsers() {
  auto &Locks = P.model<ObjectLockModel>();
  auto &Verdicts = P.model<FieldVerdicts>();
  EntityId Record = P.entity(Found.About.Entity).Parent;
  const std::string Section = "its section";
  if (!P.entity(Record).has(EF_PyRecord))
    return refuse("the fields are not those of a Python object, which alone "
                  "can have a critical section");
  FunctionId Here = Found.About.Function;
  std::set<FunctionId> Known; ///< functions that have findings
  std::set<EntityId> Racing;  ///< fields that the one of Here is about
  std::set<EntityId> Others;  ///< fields that another lock protects
  for (const auto &[Field, Accesses] : P.Fields) {
    if (P.entity(Field).Parent != Record)
      continue;
    for (const FieldVerdict &V : Verdicts.of(Field)) {
      if (V.Conf != Confidence::Low)
        Known.insert(V.At.At.Function);
      if (V.At.At.Function == Here)
        Racing.insert(Field);
      // A busy flag is asked and set under the section.
      if (!V.Lock.empty() && V.Lock != Section &&
          !llvm::StringRef(V.Lock).starts_with("its flag "))
        Others.insert(Field);
    }
  }
  if (llvm::any_of(Racing, [&](EntityId F) { return Others.count(F); }))
    refuse("other accesses hold another lock, and a section would not "
           "exclude them");
  for (EntityId Field : Racing) {
    std::vector<const FieldAccess *> Bare;
    std::set<FunctionId> Concerned{Here};
    for (const FieldAccess &A : P.Fields.at(Field)) {
      if (Locks.at(A).Names.count(Section))
        continue;
      Bare.push_back(&A);
      bool Object = P.entity(leafOf(A)).Class == TypeClass::PyObject;
      bool Alone = A.Use == FieldUse::Test && Object;
      if (A.Use > FieldUse::Read || (!Known.count(A.At.Function) && !Alone))
        Concerned.insert(A.At.Function);
    }
    for (const FieldAccess *A : Bare)
      if (Concerned.count(A->At.Function))
        Users[A->At.Function].push_back(A);
  }
  addTests(Locks, Record);
}

/// What a function asks about the state of the object belongs to what it does
/// with it then: a flag that says whether it is closed, or in use.
void FieldFix::addTests(ObjectLockModel &Locks, EntityId Record) {
  for (const auto &[Field, Accesses] : P.Fields) {
    if (P.entity(Field).Parent != Record ||
        P.entity(Field).Class != TypeClass::Scalar)
      continue;
    bool Changes = llvm::any_of(
        Accesses, [](const FieldAccess &A) { return A.writes() && !A.Reinit; });
    for (const FieldAccess &A : Accesses) {
      auto User = Users.find(A.At.Function);
      if (Changes && A.Use == FieldUse::Test && User != Users.end() &&
          !llvm::is_contained(User->second, &A) && Locks.at(A).Names.empty() &&
          llvm::any_of(User->second, [&](const FieldAccess *O) {
            return P.entity(leafOf(*O)).Class != TypeClass::PyObject &&
                   O->At.Event > A.At.Event;
          }))
        User->second.push_back(&A);
    }
  }
}

/// What only the others call runs under their section.
void FieldFix::leaveOutHelpers() {
  for (const auto &[F, Uses] : Users) {
    const FunctionInfo &Info = P.Functions[F];
    bool Inner = Info.Entries.empty() && !Info.AddressTaken &&
                 !Info.Callers.empty() &&
                 llvm::all_of(Info.Callers, [&](const CallSite &C) {
                   return !C.Handed && C.Caller != F && Users.count(C.Caller);
                 });
    if (Inner)
      Helpers.insert(F);
  }
}

void FieldFix::add(const FixPlan &Part) {
  Out.Edits.insert(Out.Edits.end(), Part.Edits.begin(), Part.Edits.end());
}

void FieldFix::lock(FunctionId F,
                    const std::vector<const FieldAccess *> &Uses) {
  std::string In = "in '" + P.name(F) + "' ";
  FileId File = P.body(F).Body.File;
  FunctionText Code(P, F, Context.text(File));
  if (!Code.isValid() || P.entityOf(F).has(EF_Generated) ||
      P.entityOf(F).has(EF_HasError) || !P.reportable(F))
    return refuse(In + "the code is generated, or could not be read");
  for (const FieldAccess *A : Uses)
    if (!P.model<AttachedModel>().isAttached(A->At))
      return refuse(In + "the thread may have no thread state where the fields "
                         "are used, and can hold no critical section then");
  // From what changes least to what changes most.
  FieldUses Fields(P, Code, Uses, Helpers);
  auto Around = [&](Draft &D, bool MayJump) {
    Section All = Fields.section(D);
    All.MayJump = MayJump;
    putSection(D, Context, Code, std::move(All));
  };
  auto Whole = [&](Draft &D) {
    std::string Object = Fields.parameter(D);
    Fields.checkWhole(D);
    if (!D.isRefused())
      wrapInSection(D, Context, Code, Object);
  };
  const std::function<void(Draft &)> Ways[] = {
      [&](Draft &D) { Around(D, false); },
      [&](Draft &D) { lockParts(D, Context, Code, Uses, Helpers); },
      Whole,
      [&](Draft &D) { Around(D, true); },
  };
  std::string Why;
  for (const auto &Way : Ways) {
    Draft D(Code);
    Way(D);
    if (!D.isRefused())
      return add(D.finish(Applicability::Suggested, ""));
    // What stands in the way of single sections says most.
    if (&Way == &Ways[1])
      Why = D.reason();
  }
  refuse(In + Why);
}

void FieldFix::lockAll() {
  for (const auto &[F, Uses] : Users)
    if (Reason.empty() && !Helpers.count(F))
      lock(F, Uses);
}

/// Helpers run under the sections of their callers, or hold them themselves
/// when what one reference is does not belong to what another is.
void FieldFix::lockUsers() {
  leaveOutHelpers();
  lockAll();
  bool Alone = llvm::all_of(Users, [&](const auto &User) {
    return llvm::all_of(User.second, [&](const FieldAccess *A) {
      return P.entity(leafOf(*A)).Class == TypeClass::PyObject;
    });
  });
  if (Reason.empty() || Helpers.empty() || !Alone)
    return;
  std::string First = std::move(Reason);
  Helpers.clear();
  Reason.clear();
  Out = {};
  lockAll();
  if (!Reason.empty())
    Reason = std::move(First);
}

FixPlan FieldFix::plan() {
  if (Found.About.Entity == None)
    return {};
  EntityId Record = P.entity(Found.About.Entity).Parent;
  if (std::set<EntityId> Fields = detachedFields(P, Record);
      Fields.count(Found.About.Entity))
    return mutexFix(Context, Record, Fields);
  findUsers();
  constexpr size_t Many = 100;
  if (Users.size() > Many)
    refuse("as many as " + std::to_string(Users.size()) +
           " functions use the fields: which of them belong under one lock is "
           "for a person to say");
  if (Reason.empty())
    lockUsers();
  if (Reason.empty() && Out.Edits.empty())
    refuse("nothing was found that could hold a section");
  if (!Reason.empty()) {
    Out = {};
    Out.Title = "no edit: " + Reason;
    return Out;
  }
  Out.How = Applicability::Suggested;
  Out.Title = "hold the critical section of the object wherever its fields "
              "are used";
  return Out;
}

} // namespace

FixPlan objectFieldFix(const FixContext &Context, const Finding &Found) {
  return FieldFix(Context, Found).plan();
}

} // namespace ungil::rules
