//===- Api.h - what CPython's C API and its neighbours do -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The knowledge in rules/api/*.json as one table by function name: borrowed
// references, allocation, locks, effects, ownership, callbacks, libc. Rules
// ask the table; no rule lists API names of its own. Users add to it with
// `--api extra.json` in the same schema (docs/api-data.md).
//
// Argument numbers count from 0 in the call Clang shows: the call a macro
// expands to, where there is one (`PyObject_GC_Resize(T, op, n)` is
// `_PyObject_GC_Resize(op, n)`, so the object is 0), else the macro's own
// arguments (`PyList_GET_ITEM(list, i)`: 0 is the list). In C++ member calls
// and constructors 0 is `this`.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_API_API_H
#define UNGIL_API_API_H

#include "llvm/Support/Error.h"
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ungil {

/// How dangerous a borrowed reference is, by who can drop its owner
/// (rules/api/borrowed.json explains each class).
enum class Hazard : uint8_t {
  Never,
  ThreadPrivate,
  Lifetime,
  SharedMutable,
  Always
};

/// Names for versions: 0x030D for 3.13; 0: every supported version.
using PyVersion = uint16_t;

/// How code must change with the name of the function.
enum class ReplaceForm : uint8_t {
  Manual,    ///< no rule for it
  Same,      ///< same arguments, errors and result, but the result is strong
  CanFail,   ///< as Same, but the original never failed
  Out,       ///< the reference comes out of one more argument; NULL and the
             ///< exception are as before
  OutSilent, ///< as Out, but the original never raised
  OutNone,   ///< as Out; what was None is NULL
};

struct Replacement {
  std::string Name; ///< `PyList_GetItemRef`
  ReplaceForm Form = ReplaceForm::Manual;
  std::string Signature;
  std::string Returns; ///< error convention in words
  std::string OnMissing;
  std::string OnError;
  PyVersion Since = 0;
  bool InCompat = false;  ///< pythoncapi-compat has it
  std::string LimitedApi; ///< `yes`, `yes >=3.13`, `no`

  template <class Archive> void fields(Archive &A) {
    A(Name, Form, Signature, Returns, OnMissing, OnError, Since, InCompat,
      LimitedApi);
  }
};

struct BorrowFact {
  std::string Category; ///< list, dict, tuple, weakref, module, ...
  Hazard Danger = Hazard::SharedMutable;
  int Owner = -1; ///< argument that owns the result, -1: none named
  std::vector<int>
      Outs; ///< arguments that receive borrowed results (PyDict_Next)
  bool Interior = false;  ///< a pointer into the owner, not a reference
  bool Iteration = false; ///< PyDict_Next, _PySet_NextEntry
  std::string Why;
  std::optional<Replacement> Strong;
  std::string Notes; ///< what a fix must preserve

  template <class Archive> void fields(Archive &A) {
    A(Category, Danger, Owner, Outs, Interior, Iteration, Why, Strong, Notes);
  }
};

enum class AllocRole : uint8_t { Alloc, Realloc, Free };
enum class AllocDomain : uint8_t { Raw, Mem, Object, ObjectGC, Libc, Cxx };
struct AllocFact {
  AllocRole Role = AllocRole::Alloc;
  AllocDomain Domain = AllocDomain::Mem;
  int Pointer = -1;    ///< argument freed or reallocated
  std::string Release; ///< function that frees what this returns
  bool MakesObject =
      false;           ///< returns an initialised Python object (PyObject_New)
  bool Zeroed = false; ///< what it does not initialise is zero
  bool MayHoldObject = false;
  bool MayHoldBuffer = false;
  std::string Notes;

  template <class Archive> void fields(Archive &A) {
    A(Role, Domain, Pointer, Release, MakesObject, Zeroed, MayHoldObject,
      MayHoldBuffer, Notes);
  }
};

enum class LockKind : uint8_t {
  Mutex,           ///< PyMutex
  CriticalSection, ///< on one or two objects; suspendable
  CriticalSectionMutex,
  PyThread, ///< PyThread_type_lock
  Native,   ///< pthread, C11, std, Windows, ...
  Shared,   ///< read side of a read/write lock
  Once,     ///< call_once and friends: the callee (CallbackFact) runs
            ///< exclusively, the caller holds nothing: action Query
  Unknown,  ///< some lock: suppresses, never raises
};
enum class LockAction : uint8_t {
  Acquire,
  TryAcquire,
  Release,
  Guard,
  Query,
  Wait, ///< lets the lock go, and has it again when it returns
};
/// What the result of a call that takes a lock says when it has it.
enum class HeldIf : uint8_t { Always, NonZero, Zero, MinusOne, Unknown };
struct LockFact {
  LockKind Kind = LockKind::Unknown;
  LockAction Action = LockAction::Acquire;
  std::vector<int>
      Objects;     ///< arguments that name the lock (two for *2 forms);
                   ///< for Guard the constructor's, 0 being `this`
  int Handle = -1; ///< argument holding the section (`&_py_cs`), -1: none
  HeldIf Result = HeldIf::Always;
  int Wait = -1; ///< argument that is 0 when the call does not wait
  /// Types of a guard's parameters: leave the lock alone, only try it, take
  /// it over from whoever holds it.
  std::string DeferTag, TryTag, AdoptTag;
  std::string Local; ///< name of the local a macro keeps the section in
  bool Suspendable = false;
  bool Recursive = false;
  bool Exclusive = true;
  bool Blocks = false; ///< blocks without detaching
  std::string Notes;

  template <class Archive> void fields(Archive &A) {
    A(Kind, Action, Objects, Handle, Result, Wait, DeferTag, TryTag, AdoptTag,
      Local, Suspendable, Recursive, Exclusive, Blocks, Notes);
  }
};

/// May the function run Python code, block or detach? Unknown functions are
/// Arbitrary. rules/api/effects.json gives the meaning of each tier.
enum class Tier : uint8_t { T0, T0A, T1, T2, Detach, Block, Arbitrary };
struct EffectFact {
  Tier Class = Tier::Arbitrary;
  std::string Condition; ///< of T2
  /// The condition is that these arguments are plain builtin objects; empty:
  /// nothing in the call tells.
  std::vector<int> Plain;
  std::string Locking;   ///< lock a free-threaded build takes inside, in words
  bool Attaches = false; ///< PyGILState_Ensure, PyEval_RestoreThread, ...
  bool Detaches = false; ///< PyEval_SaveThread, PyGILState_Release, ...
  bool Restores = false; ///< back to the state before the matching call
  bool Leaves = false;   ///< goes on elsewhere: longjmp
  bool DetachedOk = false; ///< may be called without a thread state
  std::string WaitsFor;    ///< of Block: `input`, `a child process`
  int Descriptor = -1;     ///< argument that is what it waits on
  /// It comes back at once when this argument has one of the bits; when it is
  /// zero, if there are none.
  int Instant = -1;
  uint32_t InstantBits = 0;

  template <class Archive> void fields(Archive &A) {
    A(Class, Condition, Plain, Locking, Attaches, Detaches, Restores, Leaves,
      DetachedOk, WaitsFor, Descriptor, Instant, InstantBits);
  }
};

struct OwnershipFact {
  /// The result is a new container or object nobody else can reach yet:
  /// `list`, `dict`, `tuple`, `set`, `object`, `bytes`; empty: it is not.
  std::string Fresh;         ///< also `str`, `number`
  bool NewReference = false; ///< strong reference to a possibly shared object
  std::vector<int> Steals;   ///< arguments whose reference is taken over
  std::vector<int> Keeps;    ///< arguments other threads may reach afterwards
  int Into = -1;             ///< container that receives Keeps/Steals
  bool IntoResult = false;   ///< the result receives them (PyTuple_Pack)
  std::vector<int> Mutates;  ///< containers changed in place
  bool DropsOld = false;     ///< may release what it replaces
  std::vector<int>
      Releases; ///< arguments whose reference is dropped (Py_DECREF)
  std::vector<int> Retains; ///< arguments whose reference count goes up
  bool Immutable = false;   ///< the fresh result cannot change
  int Returns = -1;         ///< the result is this argument (Py_NewRef)
  std::vector<int> Outs;    ///< arguments that receive a strong reference
  int Calls = -1; ///< argument that is called: of a type, the result is new

  template <class Archive> void fields(Archive &A) {
    A(Fresh, NewReference, Steals, Keeps, Into, IntoResult, Mutates, DropsOld,
      Releases, Retains, Immutable, Returns, Outs, Calls);
  }
};

enum class CallbackPhase : uint8_t {
  Concurrent,
  Native,
  Dealloc,
  Init,
  Once,
  Exit
};
struct CallbackFact {
  int Argument = -1;
  CallbackPhase Phase = CallbackPhase::Concurrent;
  std::string Name; ///< what calls it: `atexit`, `capsule destructor`

  template <class Archive> void fields(Archive &A) { A(Argument, Phase, Name); }
};

enum class LibcDanger : uint8_t { None, Low, Medium, High };
struct LibcFact {
  LibcDanger Danger = LibcDanger::Medium;
  std::string SharedState; ///< what the calls share, in words
  std::string Replacement; ///< re-entrant form; empty: none
  std::string Signature;
  std::string Notes;
  int SafeIfNull = -1; ///< harmless when this argument is NULL (setlocale)
  int OnlyIfNull = -1; ///< shared state only when it is NULL (mbrtowc)

  template <class Archive> void fields(Archive &A) {
    A(Danger, SharedState, Replacement, Signature, Notes, SafeIfNull,
      OnlyIfNull);
  }
};

/// Accesses memory through an argument (atomics, memcpy, stores by helpers).
/// Arguments that receive references (Outs) are written too, and not here.
struct MemoryFact {
  std::vector<int> Reads;  ///< pointer arguments read through
  std::vector<int> Writes; ///< pointer arguments written through
  bool Atomic = false;

  template <class Archive> void fields(Archive &A) { A(Reads, Writes, Atomic); }
};

/// One step of what is done to a container: what sequences are made of.
enum class ContainerOp : uint8_t {
  Contains, ///< is there such a key or element?
  Get,      ///< the value of a key
  Set,      ///< stores under a key
  Add,      ///< puts an element in, once more when it is there already
  Delete,   ///< takes a key out; an error when it is not there
  Size,
  Index, ///< element number `key`, which must be there
};
struct ContainerFact {
  ContainerOp Op = ContainerOp::Get;
  int Of = 0;
  int Key = -1;
  int Value = -1; ///< Set, Add: what is put in
  int Out = -1;   ///< Get: argument that receives the value, -1: the result

  template <class Archive> void fields(Archive &A) {
    A(Op, Of, Key, Value, Out);
  }
};

/// Everything known of one function or macro; absent facets are not known.
struct ApiFunction {
  std::string Name;
  std::string Kind; ///< function | inline | macro | slot | removed |
                    ///< internal | libc | cxx | tool
  std::vector<std::string>
      Ast;               ///< names Clang shows for it (K.2), if they differ
  PyVersion Since = 0;   ///< first CPython that has it
  PyVersion Removed = 0; ///< first CPython that has it no more
  std::vector<std::string> Sources;
  std::optional<BorrowFact> Borrow;
  std::optional<AllocFact> Alloc;
  std::optional<LockFact> Lock;
  std::optional<EffectFact> Effect;
  std::optional<OwnershipFact> Ownership;
  std::vector<CallbackFact> Callbacks;
  std::optional<LibcFact> Libc;
  std::optional<MemoryFact> Memory;
  std::optional<ContainerFact> Container;
  std::string Obsolete; ///< why a GIL-era call does nothing now

  template <class Archive> void fields(Archive &A) {
    A(Name, Kind, Ast, Since, Removed, Sources, Borrow, Alloc, Lock, Effect,
      Ownership, Callbacks, Libc, Memory, Container, Obsolete);
  }
};

/// The table. Lookup is by source spelling first (`PyList_GET_ITEM`), then by
/// the name Clang shows (`_Py_NewRef` finds Py_NewRef).
class Api {
public:
  /// The data built into the program.
  static const Api &builtin();

  /// \p Text is one JSON document in the schema of rules/api; \p Where names
  /// it in errors. Facets given replace facets already known; sources and
  /// AST names add up. On error the table is as it was before.
  llvm::Error extend(std::string_view Text, std::string_view Where);
  llvm::Error extendFromFile(const std::string &Path);

  /// Null when nothing is known of \p Name. C++ members are named
  /// `std::mutex::lock`, constructors `std::lock_guard::lock_guard`; template
  /// arguments, inline namespaces of the standard library, `__builtin_` and
  /// the `__X_chk` forms of fortified headers are looked through.
  const ApiFunction *find(std::string_view Name) const;

  const std::vector<ApiFunction> &all() const { return Functions; }

  /// Wildcard-free list of types that are locks: `PyMutex`, `std::mutex`.
  /// Qualifiers, `struct`, array bounds and template arguments of \p Type do
  /// not matter; a pointer to a lock is no lock.
  bool isLockType(std::string_view Type) const;

  /// Does \p Name belong to a namespace whose classes stand for Python objects
  /// (pybind11)? What the data does not know of one may run Python code.
  bool isBindingTool(std::string_view Name) const;

  /// The table as bytes, which the build puts into the program: reading
  /// them back takes a tenth of the time the JSON takes.
  std::string pack() const;
  /// Reads what pack() of the same build wrote.
  static Api unpack(std::string_view Bytes);

private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view S) const {
      return std::hash<std::string_view>()(S);
    }
  };
  using Index =
      std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>>;

  const ApiFunction *lookUp(std::string_view Name) const;
  void merge(ApiFunction &&New);
  void index(const ApiFunction &F, uint32_t At);

  std::vector<ApiFunction> Functions;
  Index ByName; ///< source spellings
  Index ByAst;  ///< other names Clang shows; first one given wins
  using Names = std::unordered_set<std::string, Hash, std::equal_to<>>;
  Names LockTypes;
  Names BindingTools; ///< namespaces
};

/// `3.13` is 0x030D; 0 when \p Text is not of that form.
PyVersion parsePyVersion(std::string_view Text);

} // namespace ungil

#endif
