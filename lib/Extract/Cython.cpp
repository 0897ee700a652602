//===- Cython.cpp - names in generated C ----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Cython.h"
#include "llvm/ADT/StringExtras.h"

using llvm::StringRef;

namespace ungil::cython {

/// `__pyx_fuse_0__pyx_f_...`: one body for each of several types.
static StringRef withoutFuse(StringRef Name) {
  while (Name.consume_front("__pyx_fuse_"))
    Name = Name.ltrim("0123456789");
  return Name;
}

/// Takes from \p Name what says that an author's \p Kind follows: bodies of
/// functions, methods and generators, module variables, classes and structs.
static bool consumePrefix(EntityKind Kind, StringRef &Name) {
  auto Any = [&](std::initializer_list<StringRef> Prefixes) {
    for (StringRef Prefix : Prefixes)
      if (Name.consume_front(Prefix))
        return true;
    return false;
  };
  switch (Kind) {
  case EntityKind::Function:
    Name = withoutFuse(Name);
    return Any({"__pyx_pf_", "__pyx_f_", "__pyx_gb_"});
  case EntityKind::Place:
    return Any({"__pyx_v_"});
  case EntityKind::Record:
    return Any({"__pyx_obj_", "__pyx_t_"});
  case EntityKind::Field:
    return false;
  }
  return false;
}

Owner ownerOf(EntityKind Kind, StringRef Name) {
  if (!Name.starts_with("__pyx") && !Name.starts_with("__Pyx"))
    return Owner::Nobody;
  if (Kind == EntityKind::Field)
    return Name == "__pyx_base" ? Owner::Nobody : Owner::Generator;
  // Written by Cython in its own language: pickling, memory views, closures.
  for (StringRef Own :
       {"__reduce_cython__", "__setstate_cython__", "__pyx_unpickle_",
        "View_dot_MemoryView", "__pyx_scope_struct"})
    if (Name.contains(Own))
      return Owner::Generator;
  return consumePrefix(Kind, Name) ? Owner::Author : Owner::Generator;
}

std::string sourceName(StringRef Name) {
  for (EntityKind Kind :
       {EntityKind::Function, EntityKind::Place, EntityKind::Record})
    if (consumePrefix(Kind, Name))
      break;
  // Scopes come with their lengths: `3pkg_3mod_4UUID_`.
  std::string Out;
  for (;;) {
    StringRef Rest = Name;
    unsigned Length = 0;
    if (Rest.consumeInteger(10, Length) || Length == 0 ||
        Rest.size() <= Length || Rest[Length] != '_')
      break;
    Out += Rest.take_front(Length).str() + ".";
    Name = Rest.drop_front(Length + 1);
  }
  // Functions of one scope are numbered.
  StringRef Plain = Name.ltrim("0123456789");
  Out += Plain.empty() ? Name : Plain;
  return Out;
}

} // namespace ungil::cython
