//===- Tables.h - what the interpreter is handed ----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ways into functions from outside the extension, and the tables that say so:
// methods, slots, modules, members.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FACTS_TABLES_H
#define UNGIL_FACTS_TABLES_H

#include "Facts/Entities.h"
#include <string>
#include <vector>

namespace ungil {

/// How control gets into a function from outside the extension.
enum class EntryKind : uint8_t {
  ModuleInit, ///< PyInit_*, Py_mod_create, Py_mod_exec, PYBIND11_MODULE body
  StaticInit, ///< dynamic initialiser of a global
  Method,     ///< PyMethodDef, pybind11/nanobind def
  Slot,       ///< type slot other than those below
  Getter,
  Setter,
  New,
  Init,
  Dealloc,
  Finalize,
  Traverse,
  Clear,
  ModuleTraverse,
  ModuleClear,
  ModuleFree,
  Capsule,  ///< function in a C API table or capsule
  Callback, ///< handed to a C API that calls it later
  Thread,   ///< start routine of a thread the extension makes
  Exported, ///< only linkage makes it reachable
};

struct EntryPoint {
  EntityId Function = None;
  EntryKind Kind = EntryKind::Method;
  std::string Name;         ///< Python name or slot name: `get`, `tp_iternext`
  uint32_t MethodFlags = 0; ///< METH_* of a PyMethodDef entry
  EntityId Table = None;    ///< place that lists it
  EntityId Field = None;    ///< of a structure, that holds it
  EntityId Within = None;   ///< function that registers it, if any
  bool Detached = false;    ///< Python gives up the thread state first
  /// Parameters whose critical section the caller holds.
  std::vector<uint32_t> Locked;
  SourceRange Loc;
  /// Is it entered without a thread state?
  bool isDetached() const { return Detached || Kind == EntryKind::Thread; }
  template <class Archive> void fields(Archive &A) {
    A(Function, Kind, Name, MethodFlags, Table, Field, Within, Detached, Locked,
      Loc);
  }
};

/// One entry of a PyModuleDef_Slot or PyType_Slot array.
struct SlotEntry {
  std::string Slot; ///< macro name, `Py_mod_gil`, or the number
  EntityId Function = None;
  int64_t Value = 0; ///< of a slot that holds no function
  SourceRange Loc;
  template <class Archive> void fields(Archive &A) {
    A(Slot, Function, Value, Loc);
  }
};

struct SlotTable {
  EntityId Place = None;
  std::vector<SlotEntry> Entries;
  template <class Archive> void fields(Archive &A) { A(Place, Entries); }
};

/// A PyModuleDef or binding-tool module macro.
enum class ModuleKind : uint8_t {
  Def,
  Pybind11,
  Nanobind,
  Cython,
  BoostPython
};
struct ModuleDecl {
  ModuleKind Kind = ModuleKind::Def;
  std::string Name;           ///< as imported, without the package
  EntityId Def = None;        ///< the PyModuleDef place
  EntityId Slots = None;      ///< the slot table place, None: single-phase
  bool DeclaresNoGil = false; ///< binding tool's own declaration seen
  SourceRange Loc;
  template <class Archive> void fields(Archive &A) {
    A(Kind, Name, Def, Slots, DeclaresNoGil, Loc);
  }
};

/// A field Python reads or writes without code of the extension: an entry of
/// PyMemberDef, or what a binding tool was given (`def_readwrite`).
struct MemberEntry {
  EntityId Field = None;
  std::string Name;
  bool ReadOnly = false;
  bool Owns = false; ///< assigning it frees what the old value held, as strings
  SourceRange Loc;
  template <class Archive> void fields(Archive &A) {
    A(Field, Name, ReadOnly, Owns, Loc);
  }
};

} // namespace ungil

#endif
