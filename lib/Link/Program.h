//===- Program.h - the whole extension, linked ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What rules see. A Program is the merged facts plus everything Link derives
// from them: values behind locals, the call graph with phases, the locks held
// at every event, who can reach a container, and the accesses of every place.
// Rules are pure functions of it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_PROGRAM_H
#define UNGIL_LINK_PROGRAM_H

#include "Api/Api.h"
#include "Facts/Facts.h"
#include "Link/EventIndex.h"
#include "Link/PathTable.h"
#include "Link/Values.h"
#include "Report/Finding.h"
#include "llvm/ADT/ArrayRef.h"
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ungil {

//===-- Phases ------------------------------------------------------------===//

enum Phase : uint8_t {
  P_Init = 1,       ///< module init and static initialisers
  P_Construct = 2,  ///< tp_new, tp_init
  P_Concurrent = 4, ///< anything Python can call from several threads
  P_Dealloc = 8,
  P_Traverse = 16,  ///< tp_traverse, tp_clear, module clear: no other thread
  P_Native = 32,    ///< threads the extension makes
  P_Unknown = 64,   ///< nothing seen that calls it, but something may
  P_Uncalled = 128, ///< nothing seen calls it, and its headers are missing
};

//===-- Locks -------------------------------------------------------------===//

/// A lock by identity: kind and the storage (mutex) or object (section).
struct HeldLock {
  LockKind Kind = LockKind::Unknown;
  Origin What;
  uint32_t Handle = None;  ///< local that releases it when destroyed or ended
  EventId Acquired = None; ///< None: held by the caller
  bool sameLock(const HeldLock &O) const {
    return Kind == O.Kind && What == O.What;
  }
  auto operator<=>(const HeldLock &) const = default;
};

/// One lock that one event takes or gives back.
struct LockChange {
  EventId At = None;
  bool Takes = false;
  /// Gives back a lock that was given back already on every way here.
  bool Again = false;
  /// Gives back a lock that is held under no such name; Instead is the one
  /// that is.
  bool Misnamed = false;
  HeldLock Lock;
  HeldLock Instead;
  /// Gives back: the field or place that holds the lock, also of one that
  /// only a callee can name.
  EntityId Holder = None;
  HeldIf Result = HeldIf::Always; ///< Takes: what the result says
  bool operator==(const LockChange &) const = default;
};

/// A lock taken at some point while a function runs: by event Event of it, or
/// by what that calls, at At.
struct TakenLock {
  EventId Event = None;
  HeldLock Lock;
  Site At;
  bool Perhaps = false; ///< a flag the caller passes decides
};

/// Does a thread have a thread state (is it inside Python)?
enum class Attachment : uint8_t { Attached, Detached, Either };

/// Locks held before each event of one function.
struct LockStates {
  std::vector<std::vector<HeldLock>> Sets;
  /// Per event: index of Sets. Empty when no lock is held at any.
  std::vector<uint32_t> Held;
  std::vector<LockChange> Changes; ///< in order of event
  bool areHeld() const { return !Held.empty(); }
  const std::vector<HeldLock> &at(EventId E) const {
    static const std::vector<HeldLock> Nothing;
    return E < Held.size() ? Sets[Held[E]] : Nothing;
  }
};

//===-- Functions ---------------------------------------------------------===//

struct CallSite {
  FunctionId Caller = None;
  EventId Event = None;
  bool Handed = false;   ///< passed as an argument, not called here
  bool Indirect = false; ///< called through a pointer that was followed here
};

/// What every pass asks first stands in front, in one line of the processor's
/// cache.
struct alignas(64) FunctionInfo {
  uint8_t Phases = 0;
  bool AddressTaken = false;  ///< somebody unseen may call it
  bool Reportable = false;    ///< see Program::reportable
  bool ReturnsFresh = false;  ///< every result is new and private
  bool Atomics = false;       ///< some event of it has EV_Atomic
  uint32_t FirstEntry = None; ///< entry point at the start of CameFrom
  /// Shortest way in from an entry point: the caller's site, or None at the
  /// entry itself.
  CallSite CameFrom;
  Values Value;
  std::vector<CallSite> Callers; ///< in order of caller and event
  std::vector<uint32_t> Entries; ///< indices into Facts.EntryPoints
  LockStates Locks;
  std::vector<HeldLock> EntryLocks; ///< held by every caller
  std::vector<TakenLock> Takes;     ///< itself and through what it calls
  /// The one place every result names (`return &state;`), Unknown if none:
  /// accessors of a singleton are looked through.
  Origin ReturnsPlace;
  /// The API call whose borrowed result it hands to its caller, and the
  /// parameter that owns it (-1: none); None if it lends nothing.
  EventId Lends = None;
  int LendsOwner = -1;
  bool isReachable() const { return FirstEntry != None; }
};

//===-- Containers --------------------------------------------------------===//

enum class Sharing : uint8_t {
  Private,   ///< no other thread can reach it here
  Immutable, ///< tuple, frozen
  Frozen,    ///< shared, but changed during module init only
  Unknown,   ///< came from somewhere the model does not see
  Shared,    ///< other threads can reach it
};

struct SharingVerdict {
  Sharing How = Sharing::Unknown;
  std::string Why;            ///< `the dict of keyword arguments of this call`
  EntityId Where = None;      ///< place or field that holds it, if one does
  std::vector<Site> Mutators; ///< concurrent changes to it that were seen
};

//===-- Places ------------------------------------------------------------===//

enum class AccessKind : uint8_t { Read, Write, ReadWrite, Address };

/// One access of a place of static duration.
struct Access {
  Site At;
  AccessKind Kind = AccessKind::Read;
  PathId Path = None; ///< canonical, rooted in the place
  bool Atomic = false;
  bool Indirect = false; ///< through the pointer the place holds
  bool StoresNull = false;
  /// A library was given the handle that the place holds; what it does behind
  /// it is read off the type.
  bool Opaque = false;
  /// The write stands under a test of the place (or of a place written
  /// beside it) that asks whether it is still unset: lazy initialisation.
  EventId LazyTest = None;
  bool writes() const {
    return Kind == AccessKind::Write || Kind == AccessKind::ReadWrite;
  }
};

//===-- Fields ------------------------------------------------------------===//

enum class FieldUse : uint8_t {
  Test,    ///< only compared
  Read,    ///< the value is used
  Write,   ///< plain store
  Update,  ///< ++, +=, a method that changes it
  Release, ///< what it holds is released, freed or given away
};

/// One access of a field of an object of the extension, or of what the field
/// leads to, in code that may run while others use the same object.
struct FieldAccess {
  Site At;
  FieldUse Use = FieldUse::Read;
  EntityId Field = None;         ///< outermost field of the object's structure
  std::vector<Step> Rest;        ///< from there on, without Index steps
  Origin Object;                 ///< the pointer to the object
  std::vector<Origin> OrObjects; ///< what else it may point to
  bool Deep = false;   ///< all that Rest leads to: a callee was given it
  bool Opaque = false; ///< what the callee does is read off its type
  /// By `__init__` (or what only it calls), which can be called again.
  bool Reinit = false;
  Operand Stored;              ///< Write: the value
  EventId LazyTest = None;     ///< Write under a test that it is still unset
  std::vector<HeldLock> Locks; ///< in terms of At.Function
  bool writes() const {
    return Use == FieldUse::Write || Use == FieldUse::Update;
  }
};

//===-- Program -----------------------------------------------------------===//

class OwnershipModel;
class Reaches;
class ThreadStates;

/// The body of an entity. It reads like a map and is an array: every pass asks
/// it about every call.
class BodyMap {
public:
  using value_type = std::pair<EntityId, FunctionId>;
  void add(EntityId E, FunctionId F) {
    if (E >= Bodies.size())
      Bodies.resize(E + 1, {None, None});
    if (Bodies[E].second == None)
      Bodies[E] = {E, F};
  }
  const value_type *find(EntityId E) const {
    return E < Bodies.size() && Bodies[E].second != None ? &Bodies[E] : end();
  }
  const value_type *end() const { return nullptr; }
  bool count(EntityId E) const { return find(E) != end(); }

private:
  std::vector<value_type> Bodies; ///< by entity
};

/// What the extension promises about its objects; decides how much is said
/// about their fields.
enum class ObjectContract : uint8_t {
  Shared,       ///< threads share them as they like
  ExternalSync, ///< who shares one takes care; memory stays whole all the same
  Immutable,    ///< nothing changes after construction
};

class Program {
public:
  TuFacts Facts;
  PathTable PathNumbers; ///< of Facts.Paths
  ObjectContract Objects = ObjectContract::Shared;
  const Api *Known = nullptr;
  std::vector<FunctionInfo> Functions; ///< parallel to Facts.Functions
  std::shared_ptr<OriginSets> Origins = std::make_shared<OriginSets>();
  BodyMap BodyOf;
  EventIndex Index;
  /// All bodies of a name that several files define; BodyOf has the first.
  std::map<EntityId, std::vector<FunctionId>> SameName;
  std::map<EntityId, std::vector<Access>> Places; ///< static-duration places
  /// By outermost field of the object's structure.
  std::map<EntityId, std::vector<FieldAccess>> Fields;

  /// Every function that a call of \p E may run.
  llvm::ArrayRef<FunctionId> bodiesOf(EntityId E) const {
    if (auto Several = SameName.find(E); Several != SameName.end())
      return Several->second;
    auto One = BodyOf.find(E);
    return One == BodyOf.end() ? llvm::ArrayRef<FunctionId>()
                               : llvm::ArrayRef<FunctionId>(One->second);
  }
  const Function &body(FunctionId F) const { return Facts.Functions[F]; }
  const Event &event(Site S) const {
    return Facts.Functions[S.Function].Events[S.Event];
  }
  const Entity &entity(EntityId E) const { return Facts.Entities[E]; }
  const Entity &entityOf(FunctionId F) const {
    return Facts.Entities[Facts.Functions[F].Id];
  }
  const Path &path(PathId P) const { return Facts.Paths[P]; }

  /// What the authors promise of the locks of function, place or field \p E.
  llvm::ArrayRef<LockPromise> promisesOf(EntityId E) const;

  /// The lock they say guards place or field \p E, or what it points to; null
  /// when they say nothing.
  const LockPromise *guardOf(EntityId E, bool Pointee) const;

  /// Is \p Field one that threads share with the object it belongs to: of an
  /// object struct, of a class that Python has objects of, or said by its
  /// authors to need a lock?
  bool isShared(EntityId Field) const;

  /// What the API data says of a call's callee; null when nothing. The
  /// spelling in the source decides where Clang shows another name.
  const ApiFunction *api(const Event &Call) const;

  /// What the data says of the slot an indirect call goes through
  /// (`type->tp_alloc(type, 0)`); null when it is none.
  const ApiFunction *slot(const Event &Call) const;

  /// Name of the callee as the source spells it (`PyList_GET_ITEM`).
  std::string calleeName(const Event &Call) const;

  /// `self->cache[...]`, `counter`, for messages.
  std::string text(const Path &P, FunctionId F) const;
  std::string text(const Origin &O, FunctionId F) const;

  /// Name of a function as a person says it.
  const std::string &name(FunctionId F) const { return entityOf(F).Name; }

  /// Can two threads be in this function at once, one of them a Python
  /// thread? Init- and traverse-only code cannot.
  bool isConcurrent(FunctionId F) const {
    return Functions[F].Phases & ~(P_Init | P_Traverse);
  }
  /// Is that proved from an entry point, not assumed?
  bool provedConcurrent(FunctionId F) const {
    return Functions[F].Phases &
           (P_Construct | P_Concurrent | P_Dealloc | P_Native);
  }
  /// Does only code that nothing seen calls lead there?
  bool isUncalled(FunctionId F) const {
    return !(Functions[F].Phases & ~(P_Init | P_Traverse | P_Uncalled));
  }
  /// Only module init (or nothing) runs it.
  bool initOnly(FunctionId F) const {
    return Functions[F].Phases && !(Functions[F].Phases & ~P_Init);
  }

  /// Is event \p S placed on a path from the entry?
  bool isLive(Site S) const { return !event(S).has(EV_Dead); }
  /// The calls of \p F, dead ones too.
  llvm::ArrayRef<KnownCall> calls(FunctionId F) const { return Index.calls(F); }
  /// Its events of kind Return and Write.
  llvm::ArrayRef<EventId> returns(FunctionId F) const {
    return Index.returns(F);
  }
  llvm::ArrayRef<EventId> writes(FunctionId F) const { return Index.writes(F); }
  /// Who can reach the container operand \p Arg of call \p S when it runs.
  SharingVerdict sharing(Site S, unsigned Arg) const;

  /// The model that sharing() asks (Ownership.h).
  OwnershipModel &owners() const;
  /// Who has a thread state where (ThreadState.h).
  const ThreadStates &threads() const;

  /// What may happen during calls (Reach.h).
  const Reaches &reaches() const;

  /// Is a critical section on the container operand \p Arg held at \p S?
  bool sectionHeld(Site S, unsigned Arg) const;

  /// Is any lock held at \p S that the model cannot name?
  bool unknownLockHeld(Site S) const;

  /// The way from a Python-callable entry to \p S, as notes for a trace.
  std::vector<Note> traceTo(Site S) const;
  /// `method 'get'`, `slot tp_iternext`; empty when nothing known leads here.
  std::string entryName(FunctionId F) const;

  /// Is \p F inside files of the extension (not a generated helper)?
  bool reportable(FunctionId F) const { return Functions[F].Reportable; }

  PathId intern(const Path &P) { return PathNumbers.intern(Facts.Paths, P); }

  /// What \p Model, made of a Program, has to say of this one: models that
  /// rules and planners of edits share are made when the first one asks.
  template <class Model> Model &model() const {
    static const char Key = 0;
    auto &[Of, Kept] = Models[&Key];
    if (Of != this)
      Kept = std::make_shared<Model>(*this);
    Of = this;
    return *static_cast<Model *>(Kept.get());
  }

private:
  mutable std::vector<std::pair<bool, const ApiFunction *>> ApiCache;
  /// By type; anew by a move of the program.
  mutable std::map<const void *,
                   std::pair<const Program *, std::shared_ptr<void>>>
      Models;
};

} // namespace ungil

#endif
