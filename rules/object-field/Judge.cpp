//===- Judge.cpp - is this field safe without the GIL? --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Judge.h"
#include "Rules/Common.h"
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace ungil::rules {
namespace {

using Accesses = std::vector<const FieldAccess *>;

bool live(const FieldAccess &A) { return !A.Reinit; }

bool inContents(const FieldAccess &A) {
  return std::any_of(A.Rest.begin(), A.Rest.end(),
                     [](const Step &S) { return S.Kind == StepKind::Deref; });
}

/// Do two accesses touch the same storage? One names the whole of what the
/// other names; what pointers lead to belongs to it only when it was handed
/// to a callee.
bool overlap(const FieldAccess &A, const FieldAccess &B) {
  const FieldAccess &Short = A.Rest.size() <= B.Rest.size() ? A : B;
  const FieldAccess &Long = &Short == &A ? B : A;
  auto Rest = Long.Rest.begin() + Short.Rest.size();
  if (!std::equal(Short.Rest.begin(), Short.Rest.end(), Long.Rest.begin()))
    return false;
  return Short.Deep || std::none_of(Rest, Long.Rest.end(), [](const Step &S) {
           return S.Kind == StepKind::Deref;
         });
}

/// Does it break memory, and not just the meaning of what is in it?
bool corrupts(Harm What) {
  return What != Harm::Value && What != Harm::Sequence && What != Harm::Promise;
}

/// All accesses of the storage that one of them names.
class Group {
public:
  Group(const Program &P, ObjectLockModel &Locks, const FieldAccess &Name,
        const std::vector<FieldAccess> &Field, const MemberEntry *Member);

  void judge(std::vector<FieldVerdict> &Out) const;

private:
  bool bare(const FieldAccess &A) const;
  bool exchanges(FunctionId F) const;
  bool independent() const;
  std::optional<FieldVerdict> write(const FieldAccess &A) const;
  std::optional<FieldVerdict> read(const FieldAccess &A) const;
  std::optional<FieldVerdict> reinit(const FieldAccess &A) const;
  FieldVerdict verdict(const FieldAccess &A, Harm What, Confidence C) const;
  template <class Test> bool any(Test T) const {
    return std::any_of(All.begin(), All.end(),
                       [&](const FieldAccess *A) { return T(*A); });
  }

  const Program &P;
  ObjectLockModel &Locks;
  const FieldAccess &Name;
  const MemberEntry *Member;
  const LockPromise *Promise;
  TypeClass Leaf = TypeClass::Unknown;
  Accesses All;
  Accesses Around; ///< accesses of the field that are not of this storage
  std::string Lock;
  bool Consistent = false;       ///< every access holds Lock
  bool WritesLocked = false;     ///< every write does
  std::set<FunctionId> Swapping; ///< release what they replace
};

Group::Group(const Program &P, ObjectLockModel &Locks, const FieldAccess &Name,
             const std::vector<FieldAccess> &Field, const MemberEntry *Member)
    : P(P), Locks(Locks), Name(Name), Member(Member),
      Promise(P.guardOf(Name.Field, inContents(Name))) {
  EntityId Last = Name.Field;
  for (const Step &S : Name.Rest)
    if (S.Kind == StepKind::Field)
      Last = S.Field;
  bool Behind = !Name.Rest.empty() && Name.Rest.back().Kind == StepKind::Deref;
  Leaf = Behind ? TypeClass::Unknown : P.entity(Last).Class;
  if (P.entity(Last).has(EF_Array) && Leaf != TypeClass::PyObject)
    Leaf = TypeClass::Record;
  for (const FieldAccess &A : Field)
    (overlap(Name, A) ? All : Around).push_back(&A);
  CommonLock Every, Writes;
  for (const FieldAccess *A : All) {
    if (!live(*A) || !P.provedConcurrent(A->At.Function))
      continue;
    ObjectLocks Held = Locks.at(*A);
    if (A->Use != FieldUse::Test || Promise)
      Every.add(Held);
    if (A->writes() || A->Use == FieldUse::Release)
      Writes.add(Held);
  }
  Lock = Promise ? Locks.named(*Promise) : Every.favourite();
  Consistent = Every.everywhere();
  WritesLocked = Writes.any() && Writes.everywhere();
  for (const FieldAccess *A : All)
    if (exchanges(A->At.Function))
      Swapping.insert(A->At.Function);
}

bool Group::bare(const FieldAccess &A) const {
  // Callbacks of a library run under what its caller holds.
  if (Consistent && !Lock.empty() && !P.provedConcurrent(A.At.Function))
    return false;
  ObjectLocks Held = Locks.at(A);
  return !Held.Unknown && (Lock.empty() ? true : !Held.Names.count(Lock));
}

/// Does \p F replace what the field holds and let go of the old value? It
/// does not when it only fills a field that was empty.
bool Group::exchanges(FunctionId F) const {
  bool Stores = false, LetsGo = false;
  auto In = [&](const FieldAccess *A) { return A->At.Function == F; };
  for (const FieldAccess *A : All)
    if (In(A) && A->Rest == Name.Rest) {
      Stores |= A->Use == FieldUse::Write && A->LazyTest == None;
      LetsGo |= A->Use == FieldUse::Release ||
                (A->Use == FieldUse::Read && Leaf == TypeClass::PyObject);
    }
  if (Leaf == TypeClass::Pointer)
    for (const FieldAccess *A : Around)
      LetsGo |= In(A) && A->Deep && A->Use != FieldUse::Read &&
                overlap({.Rest = Name.Rest, .Deep = true}, *A) &&
                (A->Opaque || A->Use == FieldUse::Release);
  return Stores && LetsGo &&
         (Leaf == TypeClass::PyObject || Leaf == TypeClass::Pointer);
}

/// A value that means nothing to anything else: one plain store, or counting
/// that only a getter looks at.
bool Group::independent() const {
  std::set<FunctionId> Writers;
  std::set<Operand, bool (*)(const Operand &, const Operand &)> Values(
      [](const Operand &A, const Operand &B) {
        return std::pair(A.Kind, A.Index) < std::pair(B.Kind, B.Index);
      });
  bool Counts = false, Lazy = true, Tested = false;
  for (const FieldAccess *A : All) {
    if (A->Use == FieldUse::Test)
      Tested = true;
    if (!A->writes() || !live(*A))
      continue;
    Writers.insert(A->At.Function);
    Counts |= A->Use == FieldUse::Update;
    Lazy &= A->LazyTest != None;
    Values.insert(A->Stored);
  }
  if (Lazy)
    return true; // a cached number: made twice, the same
  bool Constant = Values.size() == 1 && !Counts &&
                  (Values.begin()->Kind == OperandKind::Constant ||
                   Values.begin()->Kind == OperandKind::Null);
  if (Constant)
    return true; // a flag that goes one way
  bool OwnReads = any([&](const FieldAccess &A) {
    return (A.Use == FieldUse::Read || A.Use == FieldUse::Test) &&
           Writers.count(A.At.Function);
  });
  return !OwnReads && !(Counts && Tested);
}

FieldVerdict Group::verdict(const FieldAccess &A, Harm What,
                            Confidence C) const {
  FieldVerdict V;
  V.What = What;
  V.At = A;
  V.Lock = Lock;
  V.Member = Member;
  V.Promise = Promise;
  V.Conf = confidenceIn(P, A.At.Function, C);
  // What else uses a C++ class may have objects of its own.
  EntityId Record = P.entity(A.Field).Parent;
  if (P.entity(Record).has(EF_Bound) && !P.provedConcurrent(A.At.Function))
    V.Conf = Confidence::Low;
  bool Writes = A.writes() || A.Use == FieldUse::Release;
  for (const FieldAccess *O : All)
    if (O->At != A.At && (Writes || O->writes() || O->Use == FieldUse::Release))
      V.Others.push_back(*O);
  auto Last = [&](const FieldAccess &O) {
    const SourceRange &R = P.event(O.At).Range;
    return std::make_tuple(O.At.Function == A.At.Function,
                           O.Use == FieldUse::Test, !live(O),
                           O.Use == FieldUse::Read, R.File, R.Offset);
  };
  std::sort(V.Others.begin(), V.Others.end(),
            [&](const FieldAccess &X, const FieldAccess &Y) {
              return Last(X) < Last(Y);
            });
  return V;
}

std::optional<FieldVerdict> Group::write(const FieldAccess &A) const {
  bool UsedElsewhere = any([&](const FieldAccess &O) {
    return O.At != A.At && O.Use != FieldUse::Test;
  });
  bool Swaps = Swapping.count(A.At.Function);
  if (A.LazyTest != None && Leaf != TypeClass::Scalar)
    return verdict(A, Harm::Lazy, Confidence::Medium);
  if (inContents(A) && (A.Deep || Leaf == TypeClass::Unknown))
    return verdict(A, Harm::Contents, Confidence::Medium);
  switch (Leaf) {
  case TypeClass::PyObject:
    if (Swaps)
      return verdict(A, Harm::Reference, Confidence::High);
    return verdict(A, Harm::Reference,
                   UsedElsewhere ? Confidence::Medium : Confidence::Low);
  case TypeClass::Pointer:
    if (Swaps)
      return verdict(A, Harm::Buffer, Confidence::High);
    return verdict(A, Harm::Buffer,
                   UsedElsewhere ? Confidence::Medium : Confidence::Low);
  case TypeClass::Record:
    if (A.Use == FieldUse::Update && !A.Deep)
      return verdict(A, Harm::Container, Confidence::High);
    return verdict(A, Harm::Contents, Confidence::Medium);
  default:
    if (independent())
      return verdict(A, Harm::Value, Confidence::Low);
    return verdict(A, Harm::Sequence, Confidence::Medium);
  }
}

std::optional<FieldVerdict> Group::read(const FieldAccess &A) const {
  bool Dangerous = Leaf == TypeClass::PyObject || Leaf == TypeClass::Pointer;
  bool Swapped = std::any_of(All.begin(), All.end(), [&](const FieldAccess *O) {
    return live(*O) && Swapping.count(O->At.Function);
  });
  Harm What = Leaf == TypeClass::PyObject  ? Harm::Reference
              : Leaf == TypeClass::Pointer ? Harm::Buffer
              : inContents(A) || A.Deep    ? Harm::Contents
              : Leaf == TypeClass::Record  ? Harm::Container
                                           : Harm::Value;
  if (Promise || (Dangerous && Swapped))
    return verdict(A, What, Confidence::High);
  if (Member)
    return verdict(A, What, Confidence::Medium);
  // What a library does with its own data while another call changes it.
  if (A.Deep && A.Opaque &&
      any([](const FieldAccess &O) { return live(O) && O.writes(); }))
    return verdict(A, What, Confidence::Medium);
  if (WritesLocked) {
    // What is made once and stays can be seen too early, but not too late.
    bool MadeOnce =
        Dangerous &&
        std::all_of(All.begin(), All.end(), [](const FieldAccess *O) {
          return !live(*O) || !O->writes() || O->LazyTest != None;
        });
    return verdict(A, What,
                   What == Harm::Value || MadeOnce ? Confidence::Low
                                                   : Confidence::Medium);
  }
  return std::nullopt; // a note at the write
}

/// `__init__` on an object that is in use already.
std::optional<FieldVerdict> Group::reinit(const FieldAccess &A) const {
  bool Used = any(
      [&](const FieldAccess &O) { return live(O) && O.Use != FieldUse::Test; });
  if (!Used)
    return std::nullopt;
  bool Swaps = Swapping.count(A.At.Function);
  Harm What = Leaf == TypeClass::PyObject  ? Harm::Reference
              : Leaf == TypeClass::Pointer ? Harm::Buffer
                                           : Harm::Value;
  return verdict(A, What, Swaps ? Confidence::Medium : Confidence::Low);
}

void Group::judge(std::vector<FieldVerdict> &Out) const {
  bool Written = Member || any([](const FieldAccess &A) {
                   return A.writes() || A.Use == FieldUse::Release;
                 });
  bool Immutable = P.Objects == ObjectContract::Immutable;
  if (!Written || (Consistent && !Member && !Immutable))
    return;
  std::map<FunctionId, FieldVerdict> Worst;
  for (const FieldAccess *A : All) {
    if (A->Rest != Name.Rest || (A->Use == FieldUse::Test && !Promise) ||
        !P.reportable(A->At.Function))
      continue;
    std::optional<FieldVerdict> V;
    if (Immutable && A->writes() && !A->Reinit)
      V = verdict(*A, Harm::Promise, Confidence::High);
    else if (!bare(*A))
      continue;
    else if (A->writes())
      V = A->Reinit ? reinit(*A) : write(*A);
    else if (A->Use <= FieldUse::Read && !A->Reinit)
      V = read(*A);
    else if (A->Use == FieldUse::Release && !A->Reinit && inContents(*A))
      V = verdict(*A, Harm::Buffer, Confidence::Medium);
    bool Matters =
        V && (P.Objects != ObjectContract::ExternalSync || corrupts(V->What));
    if (!Matters)
      continue;
    if (Promise)
      V->Conf = confidenceIn(P, A->At.Function, Confidence::High);
    auto [It, New] = Worst.try_emplace(A->At.Function, *V);
    bool Stronger = V->Conf > It->second.Conf ||
                    (V->Conf == It->second.Conf && V->At.writes() &&
                     !It->second.At.writes());
    if (!New && Stronger)
      It->second = std::move(*V);
  }
  for (auto &[F, V] : Worst)
    Out.push_back(std::move(V));
}

/// A field that many functions use and no lock protects wants one as a whole:
/// readers are notes of the writers, and users of shared contents of each
/// other. Where a lock exists, each function that forgets it is a finding.
void gather(const Program &P, std::vector<FieldVerdict> &All) {
  auto Changes = [](const FieldVerdict &V) {
    return V.At.Use != FieldUse::Read;
  };
  auto Key = [&](const FieldVerdict &V) {
    const SourceRange &R = P.event(V.At.At).Range;
    return std::make_tuple(-static_cast<int>(V.Conf), !Changes(V),
                           V.At.Rest.size(), R.File, R.Offset);
  };
  std::sort(All.begin(), All.end(),
            [&](const FieldVerdict &A, const FieldVerdict &B) {
              return Key(A) < Key(B);
            });
  constexpr int Few = 8;
  auto Shown = [&](bool Contents) {
    return std::count_if(All.begin(), All.end(), [&](const FieldVerdict &V) {
      return V.Conf != Confidence::Low &&
             Contents == (V.What == Harm::Contents) &&
             (Contents || !Changes(V));
    });
  };
  bool ManyReaders = Shown(false) > Few, ManyUsers = Shown(true) > Few;
  bool Told = false, Contents = false;
  std::erase_if(All, [&](const FieldVerdict &V) {
    if (!V.Lock.empty())
      return false;
    bool Covered = V.What == Harm::Contents
                       ? ManyUsers && Contents
                       : ManyReaders && Told && !Changes(V);
    Contents |= V.What == Harm::Contents;
    Told |= V.What != Harm::Contents;
    return Covered;
  });
}

} // namespace

FieldVerdicts::FieldVerdicts(const Program &P)
    : P(P), Locks(P.model<ObjectLockModel>()) {
  for (const MemberEntry &M : P.Facts.Members)
    if (M.Field != None && !M.ReadOnly &&
        (M.Owns || P.entity(M.Field).Class == TypeClass::PyObject))
      Assigned[M.Field] = &M;
}

const std::vector<FieldVerdict> &FieldVerdicts::of(EntityId Field) {
  auto [Known, First] = Judged.try_emplace(Field);
  std::vector<FieldVerdict> &Out = Known->second;
  if (!First)
    return Out;
  const std::vector<FieldAccess> &All = P.Fields.at(Field);
  auto Written = Assigned.find(Field);
  const MemberEntry *Member =
      Written == Assigned.end() ? nullptr : Written->second;
  // Of accesses of the same name the one that covers most stands for it.
  using Key = std::vector<std::pair<StepKind, EntityId>>;
  std::map<Key, const FieldAccess *> Names;
  for (const FieldAccess &A : All) {
    Key Steps;
    for (const Step &S : A.Rest)
      Steps.push_back({S.Kind, S.Field});
    auto [It, New] = Names.try_emplace(Steps, &A);
    if (!New && A.Deep)
      It->second = &A;
  }
  for (const auto &[Steps, Name] : Names)
    Group(P, Locks, *Name, All, Steps.empty() ? Member : nullptr).judge(Out);
  gather(P, Out);
  return Out;
}

} // namespace ungil::rules
