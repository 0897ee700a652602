//===- FieldText.h - fields of objects as written ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `((Foo *)o)->part.field` in the text of a function: where it stands, and
// the variable that the object is in.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECT_FIELD_FIELDTEXT_H
#define UNGIL_RULES_OBJECT_FIELD_FIELDTEXT_H

#include "Fix/FunctionText.h"
#include <string>
#include <vector>

namespace ungil::rules {

struct FieldText {
  uint32_t Begin = 0, End = 0;
  std::string Object; ///< a variable; empty when it is anything else
  std::string Way;    ///< to the object's fields: `((Foo *)o)->`
  bool Cast = false;  ///< which is of the type of another object
  /// In front of it stand `&&`, `||` or `?`: it may not be read at all.
  bool Conditional = false;
};

/// Where statement \p S itself names \p Field.
std::vector<FieldText> fieldTexts(const fix::FunctionText &Code,
                                  fix::StatementId S, std::string_view Field);

} // namespace ungil::rules

#endif
