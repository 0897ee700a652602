//===- Entities.h - what has a name -----------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Functions, places, fields and records, as one unit declares them.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FACTS_ENTITIES_H
#define UNGIL_FACTS_ENTITIES_H

#include "Facts/Source.h"
#include <string>

namespace ungil {

/// Index into TuFacts::Entities.
using EntityId = uint32_t;
inline constexpr uint32_t None = ~0u;

enum class EntityKind : uint8_t { Function, Place, Field, Record };

/// What a place's or field's type means to a data race, worked out once from
/// the canonical type.
enum class TypeClass : uint8_t {
  Scalar,    ///< integers, floats, enums, bool
  Pointer,   ///< pointer to something that is not a Python object
  PyObject,  ///< pointer to an object struct (PyObject * and subtypes)
  PyStatic,  ///< PyTypeObject, PyModuleDef by value
  Table,     ///< PyMethodDef, PyGetSetDef, PyType_Slot, ... by value or array
  Lock,      ///< PyMutex, std::mutex, pthread_mutex_t, once flags, ...
  Atomic,    ///< _Atomic T, std::atomic<T>
  ThreadKey, ///< Py_tss_t, pthread_key_t
  Function,  ///< pointer to function
  Record,    ///< other struct, union or class by value
  Unknown,
};

enum EntityFlags : uint32_t {
  EF_Const = 1u << 0,       ///< const-qualified all the way to the storage
  EF_ThreadLocal = 1u << 1, ///< thread_local, _Thread_local, __thread
  EF_StaticLocal = 1u << 2, ///< function-local static; Parent is the function
  EF_Internal = 1u << 3,    ///< internal linkage
  EF_Defined = 1u << 4,     ///< this TU holds the definition
  EF_Array = 1u << 5,       ///< array type (TypeClass is the element's)
  EF_Volatile = 1u << 6,
  EF_MagicStatic = 1u << 7,  ///< C++ static local with dynamic initialiser
  EF_ConstInit = 1u << 8,    ///< initialiser is a constant expression or absent
  EF_SystemHeader = 1u << 9, ///< declared in a system or CPython header
  EF_Header = 1u << 10,      ///< declared in a header of the extension
  EF_HasError = 1u << 11,    ///< of the function's body too much is missing
  EF_Virtual = 1u << 12,
  EF_Template = 1u << 13, ///< body is an uninstantiated template pattern
  EF_Constructor = 1u << 14,
  EF_Destructor = 1u << 15,
  EF_Lambda = 1u << 16,    ///< call operator of a lambda; Parent encloses it
  EF_Member = 1u << 17,    ///< non-static member: Locals[0] is `this`
  EF_Generated = 1u << 18, ///< helper of a code generator (Cython's __Pyx_*)
  EF_Inline = 1u << 19,
  EF_Extern = 1u << 20,     ///< visible to other TUs
  EF_PyRecord = 1u << 21,   ///< record whose first member is a PyObject header
  EF_Static = 1u << 22,     ///< static data member of a class
  EF_Referenced = 1u << 23, ///< zero-initialised scratch; see Extract
  EF_Partial = 1u << 24, ///< parts of the body are missing, no lock among them
  EF_Overrides = 1u << 25, ///< overrides a function of a library's class
  EF_Implicit = 1u << 26,  ///< a body that the compiler writes; see Implicit.h
  EF_Bound = 1u << 27, ///< class that a binding tool makes Python objects of
  EF_Translated = 1u << 28, ///< body that a generator wrote from its author's
};

/// A named thing that other TUs may name too. Two entities are the same thing
/// exactly when their Usr is equal; Usr of internal-linkage entities carries
/// the file that declares them.
struct Entity {
  EntityKind Kind = EntityKind::Function;
  TypeClass Class = TypeClass::Unknown;
  uint32_t Flags = 0;
  std::string Usr;
  std::string Name; ///< as a person says it: `Counter::next`, `cache`
  std::string Type; ///< canonical type spelling
  EntityId Parent =
      None; ///< record of a field or method, function of a static local
  /// Of a function: bit i says that its type lets it change what argument i
  /// points to (in member functions 0 is `this`); all ones: no prototype seen.
  uint32_t Mutates = 0;
  SourceRange Loc;         ///< the name in its declaration
  SourceRange Declaration; ///< whole declaration (for fixes)

  bool has(uint32_t F) const { return (Flags & F) == F; }
  template <class Archive> void fields(Archive &A) {
    A(Kind, Class, Flags, Usr, Name, Type, Parent, Mutates, Loc, Declaration);
  }
};

} // namespace ungil

#endif
