//===- Borrow.h - a borrowed reference and what becomes of it ---*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What borrowed-ref and dict-iteration both need to know of a call that lends
// a reference: who can change its container, which section covers it, and how
// the reference is used.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_BORROW_H
#define UNGIL_RULES_BORROW_H

#include "Link/Program.h"
#include <optional>

namespace ungil::rules {

struct BorrowedUse {
  bool OnlyTested = true;      ///< compared with NULL, nothing else
  EventId Retained = None;     ///< first Py_INCREF of it
  EventId AfterSection = None; ///< first use where the section is not held
};

/// Follows the references that call \p S lends, to their uses.
BorrowedUse followBorrow(const Program &P, Site S, const BorrowFact &Borrow);

/// Why another thread can get at the container while it is looked into, or
/// nothing when the model shows that none can.
struct BorrowDanger {
  SharingVerdict Owner;
  Confidence Conf = Confidence::Medium;
};
std::optional<BorrowDanger> borrowDanger(const Program &P, Site S,
                                         const BorrowFact &Borrow);

/// `list 'items'`, `the result of f()`: the container as a person says it.
std::string ownerText(const Program &P, Site S, const BorrowFact &Borrow);

} // namespace ungil::rules

#endif
