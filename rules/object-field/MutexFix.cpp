//===- MutexFix.cpp - fields used without the thread state ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MutexFix.h"
#include "FieldText.h"
#include "FieldUses.h"
#include "Fix/Attached.h"
#include "Fix/Section.h"
#include "Fix/UnderLock.h"
#include "MutexMember.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

namespace ungil::rules {
namespace {

using namespace fix;

class MutexFix {
public:
  MutexFix(const FixContext &Context, EntityId Record,
           const std::set<EntityId> &Fields)
      : Context(Context), P(Context.P), Record(Record), Fields(Fields),
        Member(Context, Record) {}

  FixPlan plan();

private:
  void refuse(std::string Why) {
    if (Reason.empty())
      Reason = std::move(Why);
  }
  void findUses();
  bool isSame(const CallSite &Call, FunctionId Callee) const;
  bool leadsInto(const Origin &O) const;
  bool isReplaced(EntityId Field) const;
  bool holds(FunctionId F, uint32_t L) const;
  std::string wayTo(const FunctionText &Code, std::string &Variable) const;
  void checkVariable(Draft &D, const FunctionText &Code,
                     const std::string &Name) const;
  void lockIn(FunctionId F, const LockUsers &Users);

  const FixContext &Context;
  const Program &P;
  EntityId Record;
  const std::set<EntityId> &Fields;
  MutexMember Member;
  std::map<FunctionId, std::vector<const FieldAccess *>> Accesses;
  std::string Reason;
  FixPlan Out;
};

void MutexFix::findUses() {
  auto &Locks = P.model<ObjectLockModel>();
  for (EntityId Field : Fields)
    for (const FieldAccess &A : P.Fields.at(Field)) {
      FunctionId F = A.At.Function;
      // A pointer that stays needs no lock, only what it points to.
      if (A.Use <= FieldUse::Read && A.Rest.empty() && !A.Deep &&
          P.entity(Field).Class == TypeClass::Pointer && !isReplaced(Field))
        continue;
      ObjectLocks Held = Locks.at(A);
      if (Held.Unknown || !Held.Names.empty())
        return refuse("'" + P.name(F) + "' holds another lock already");
      if (P.entityOf(F).has(EF_HasError) || P.entityOf(F).has(EF_Generated) ||
          !P.reportable(F))
        return refuse("'" + P.name(F) + "' could not be read completely");
      if (A.Object !=
              (Accesses[F].empty() ? A.Object : Accesses[F].front()->Object) ||
          !A.OrObjects.empty())
        return refuse("'" + P.name(F) +
                      "' uses the fields of more than one object");
      Accesses[F].push_back(&A);
    }
}

/// Does a helper work on the object of its caller?
bool MutexFix::isSame(const CallSite &Call, FunctionId Callee) const {
  auto Ours = Accesses.find(Call.Caller), Theirs = Accesses.find(Callee);
  if (Ours == Accesses.end() || Theirs == Accesses.end())
    return false;
  const Origin &Inner = Theirs->second.front()->Object;
  if (Inner.Kind != OperandKind::Load)
    return false;
  const Path &Param = P.path(Inner.Index);
  return Param.Root == RootKind::Local && Param.Steps.empty() &&
         Param.Index < P.body(Callee).Params &&
         P.Functions[Call.Caller].Value.arg(Call.Event, Param.Index) ==
             std::vector<Origin>{Ours->second.front()->Object};
}

/// Does what \p Field holds change once the object is there?
bool MutexFix::isReplaced(EntityId Field) const {
  return llvm::any_of(P.Fields.at(Field), [](const FieldAccess &A) {
    return A.Rest.empty() && A.Use == FieldUse::Write;
  });
}

/// A pointer that the fields hold, or that what they hold leads to.
bool MutexFix::leadsInto(const Origin &O) const {
  if (O.Kind != OperandKind::Load)
    return false;
  EntityId First = None, Last = None;
  for (const Step &S : P.path(O.Index).Steps)
    if (S.Kind == StepKind::Field) {
      if (First == None && Fields.count(S.Field))
        First = S.Field;
      Last = S.Field;
    }
  TypeClass Class = Last == None ? TypeClass::Scalar : P.entity(Last).Class;
  return First != None && Class != TypeClass::Scalar &&
         (First != Last || isReplaced(First));
}

/// Does \p L of \p F hold the object that it uses, and never anything else?
bool MutexFix::holds(FunctionId F, uint32_t L) const {
  const Function &Body = P.body(F);
  const std::vector<Origin> Object{Accesses.at(F).front()->Object};
  bool Any = false;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Bind = Body.Events[E];
    if (Bind.Kind != EventKind::Bind || Bind.Where == None ||
        P.path(Bind.Where).Root != RootKind::Local ||
        P.path(Bind.Where).Index != L)
      continue;
    Any = true;
    if (P.Functions[F].Value.value(E) != Object)
      return false;
  }
  if (Any || Object[0].Kind != OperandKind::Load)
    return Any;
  const Path &From = P.path(Object[0].Index);
  return From.Root == RootKind::Local && From.Index == L &&
         From.Steps.empty() && L < Body.Params;
}

/// How the fields of the object are named in \p Code: `self->`,
/// `((Foo *)op)->`. Empty when it is in no variable.
std::string MutexFix::wayTo(const FunctionText &Code,
                            std::string &Variable) const {
  const Function &Body = P.body(Code.F);
  std::map<std::string, const Local *> Holding;
  for (uint32_t L = 0; L != Body.Locals.size(); ++L)
    if (Body.Locals[L].Name != "this" && holds(Code.F, L))
      Holding[Body.Locals[L].Name] = &Body.Locals[L];
  for (const auto &[Name, L] : Holding)
    if (L->Record == Record) {
      Variable = Name;
      return Name + "->";
    }
  for (const FieldAccess *A : Accesses.at(Code.F)) {
    StatementId S = Code.at(Body.Events[A->At.Event]);
    if (S == None)
      continue;
    for (const FieldText &T : fieldTexts(Code, S, P.entity(leafOf(*A)).Name))
      if (Holding.count(T.Object)) {
        Variable = T.Object;
        return T.Way;
      }
  }
  return {};
}

/// It must not be asked for NULL among the uses.
void MutexFix::checkVariable(Draft &D, const FunctionText &Code,
                             const std::string &Name) const {
  const Function &Body = P.body(Code.F);
  uint32_t Begin = ~0u, End = 0;
  for (const FieldAccess *A : Accesses.at(Code.F)) {
    Begin = std::min(Begin, Body.Events[A->At.Event].Range.Offset);
    End = std::max(End, Body.Events[A->At.Event].Range.Offset);
  }
  if (asksForNull(Code, Name, Begin, End))
    D.refuse("'" + Name + "' may be NULL");
}

void MutexFix::lockIn(FunctionId F, const LockUsers &Users) {
  FunctionText Code(P, F, Context.text(P.body(F).Body.File));
  Draft D(Code);
  std::string Name, Way = wayTo(Code, Name);
  if (Way.empty())
    D.refuse("the object is in no variable");
  else
    checkVariable(D, Code, Name);
  std::string Mutex = "(&" + Way + Member.name() + ");";
  holdLock(D, Context, Code,
           {Users, "PyMutex_Lock" + Mutex, "PyMutex_Unlock" + Mutex,
            [&](const Origin &O) { return leadsInto(O); }});
  FixPlan One = D.finish(Applicability::Suggested, "");
  if (D.isRefused())
    return refuse("in '" + P.name(F) + "' " + D.reason());
  llvm::append_range(Out.Edits, One.Edits);
}

FixPlan MutexFix::plan() {
  findUses();
  LockUsers::UsesByFunction Uses;
  for (const auto &[F, Here] : Accesses)
    for (const FieldAccess *A : Here)
      Uses[F].insert(A->At.Event);
  std::string What;
  for (EntityId Field : Fields)
    What += (What.empty() ? "" : ", ") + P.entity(Field).Name;
  What += Fields.size() > 1 ? " are" : " is";
  if (Reason.empty())
    Reason = Member.add(What, Out.Edits);
  if (Reason.empty()) {
    LockUsers Users(
        P, std::move(Uses),
        {[&](const CallSite &C, FunctionId F) { return isSame(C, F); },
         [](Site) { return false; }});
    if (FunctionId Back = Users.comesBack(); Back != None)
      refuse("the library may call '" + P.name(Back) +
             "' while the lock is held, which it would wait for");
    for (const auto &[F, Needs] : Users.all())
      if (Reason.empty())
        lockIn(F, Users);
  }
  if (!Reason.empty())
    return {Applicability::Manual, "no edit: " + Reason, {}};
  for (Edit &Any : Out.Edits)
    Any.Once = true; // the other findings about the fields have the same
  Out.How = Applicability::Suggested;
  Out.Title = "give the object a PyMutex and hold it wherever its fields are "
              "used: a critical section is let go with the thread state";
  return std::move(Out);
}

} // namespace

std::set<EntityId> detachedFields(const Program &P, EntityId Record) {
  auto &Judged = P.model<FieldVerdicts>();
  std::set<EntityId> Out;
  for (const auto &[Field, Accesses] : P.Fields) {
    bool Detached = P.entity(Field).Parent == Record &&
                    llvm::any_of(Accesses, [&](const FieldAccess &A) {
                      return !P.model<AttachedModel>().isAttached(A.At);
                    });
    if (Detached && llvm::any_of(Judged.of(Field), [](const FieldVerdict &V) {
          return V.Conf != Confidence::Low;
        }))
      Out.insert(Field);
  }
  return Out;
}

/// Numbers of the object that functions change and use along with \p Fields.
static std::set<EntityId> withCompanions(const Program &P, EntityId Record,
                                         std::set<EntityId> Fields) {
  std::set<FunctionId> Users;
  for (EntityId Field : Fields)
    for (const FieldAccess &A : P.Fields.at(Field))
      Users.insert(A.At.Function);
  for (const auto &[Field, Accesses] : P.Fields) {
    auto Changes = [](const FieldAccess &A) {
      return A.Use > FieldUse::Read && !A.Reinit;
    };
    auto Along = [&](const FieldAccess &A) {
      return Users.count(A.At.Function) != 0;
    };
    if (P.entity(Field).Parent == Record &&
        P.entity(Field).Class == TypeClass::Scalar &&
        llvm::any_of(Accesses, Changes) && llvm::any_of(Accesses, Along))
      Fields.insert(Field);
  }
  return Fields;
}

FixPlan mutexFix(const FixContext &Context, EntityId Record,
                 const std::set<EntityId> &Fields) {
  std::set<EntityId> More = withCompanions(Context.P, Record, Fields);
  if (FixPlan Whole = MutexFix(Context, Record, More).plan();
      !Whole.Edits.empty())
    return Whole;
  return MutexFix(Context, Record, Fields).plan();
}

} // namespace ungil::rules
