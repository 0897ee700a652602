//===- Variable.h - the declaration of a variable ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `static PyObject *cache = NULL;` in its parts, for fixes that give a variable
// another type or storage.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_VARIABLE_H
#define UNGIL_FIX_VARIABLE_H

#include "Fix/Fix.h"
#include <optional>
#include <string>
#include <vector>

namespace ungil::fix {

/// One variable of static duration, or field, and the declaration it stands in;
/// offsets are bytes.
struct Variable {
  FileId File = NoFile;
  uint32_t Begin = 0, End = 0; ///< with the `;`
  /// The word `static` or `extern`; both 0 if there is none.
  uint32_t StaticBegin = 0, StaticEnd = 0;
  uint32_t BaseBegin = 0, BaseEnd = 0; ///< the type without `*`
  /// `*name[n] = value`, and the declarators on both sides: where the one in
  /// front ends and the one behind begins; 0 if there is none.
  uint32_t OwnBegin = 0, OwnEnd = 0;
  uint32_t BeforeEnd = 0, BehindBegin = 0;
  uint32_t NameBegin = 0, NameEnd = 0;
  uint32_t InitBegin = 0, InitEnd = 0; ///< the value; both 0 if none
  bool Extern = false;                 ///< the definition is somewhere else
  bool Odd = false; ///< has no type() (pointers to functions)

  bool isAlone() const { return !BeforeEnd && !BehindBegin; }
  /// As the source spells it: `PyObject *`.
  std::string type(std::string_view Text) const;
  /// Empty if there is none.
  std::string initialiser(std::string_view Text) const {
    return std::string(Text.substr(InitBegin, InitEnd - InitBegin));
  }
};

/// The declaration of \p Place in \p Text, the file it is in. Nothing when it
/// is not `static` or not plain.
std::optional<Variable> variableOf(const Entity &Place, std::string_view Text);

/// The same of a field, which no `static` stands before.
std::optional<Variable> fieldOf(const Entity &Field, std::string_view Text);

/// Every declaration of \p Place, the definition first. Empty, with the reason
/// in \p Why, when one of them is not plain, or may be in a file that was not
/// read.
std::vector<Variable> declarationsOf(const FixContext &Context, EntityId Place,
                                     std::string &Why);

/// Makes \p V, one of several variables of its declaration, one of its own:
/// \p Text without the `;`.
void setApart(Draft &D, const FixContext &Context, const Variable &V,
              const std::string &Text);

} // namespace ungil::fix

#endif
