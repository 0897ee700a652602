//===- Hold.h - a reference held for a stretch of code ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//                                     PyObject *value = take(self);
//   if (use(self->value) < 0)         if (use(value) < 0) {
//       return NULL;             ──►      Py_XDECREF(value);
//   ...                                   return NULL;
//                                     }
//                                     Py_XDECREF(value);
//
// An expression that lends a reference becomes a new variable that owns one,
// from the statement that needs it first to the last one, on every way out.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_HOLD_H
#define UNGIL_FIX_HOLD_H

#include "Fix/Fix.h"
#include "Fix/Lifetime.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ungil::fix {

struct HeldReference {
  std::string Name;
  std::string Type = "PyObject *";
  StatementId At = None;         ///< in front of it the reference is taken
  std::vector<std::string> Take; ///< so
  /// Around Take: a critical section, which others that are taken in front of
  /// the same statement share.
  std::string Open, Close;
  /// At does nothing but set or declare Name: Take replaces it.
  bool Existing = false;
  /// Bytes that lent the reference and become Name.
  std::vector<std::pair<uint32_t, uint32_t>> Instead;
  /// Statements of one block that it lives through; At is in First.
  StatementId First = None, Last = None;
};

/// Makes \p H live as long as variables that statements \p Reads set lead to
/// the object. Refuses when it would be the whole body. \p Counts is asked
/// about every event that uses the reference, with whether it does so through a
/// variable, and says whether the reference has to live until there.
void coverUses(Draft &D, const FunctionText &Code, const Lifetime &Life,
               const std::vector<StatementId> &Reads, HeldReference &H,
               llvm::function_ref<bool(EventId, bool)> Counts);

/// Bytes of statement \p S without the statements in it: the head of an `if`,
/// a `switch` or a loop. Both 0 for `do`.
std::pair<uint32_t, uint32_t> ownBytes(const FunctionText &Code, StatementId S);

class Holds {
public:
  Holds(Draft &D, const FixContext &Context, const FunctionText &Code)
      : D(D), Context(Context), Code(Code) {}

  void add(HeldReference H) { All.push_back(std::move(H)); }
  bool empty() const { return All.empty(); }

  /// \p Wanted, or a variation of it that neither the function nor another
  /// reference is called.
  std::string freeName(const std::string &Wanted) const;

  /// Adds all of them to the draft, or refuses.
  void write();

private:
  void check(const HeldReference &H);
  bool initialises(const HeldReference &H) const;
  bool mayJumpPast(const HeldReference &H) const;
  void declare(const HeldReference &H);
  void take(const HeldReference &H);
  bool isNullAt(StatementId S, const HeldReference &H) const;
  void release(const HeldReference &H);
  void writeReturn(StatementId S, const std::vector<std::string> &Releases);
  std::string textWith(StatementId S, uint32_t Begin, uint32_t End) const;
  bool changesText(StatementId S) const;

  Draft &D;
  const FixContext &Context;
  const FunctionText &Code;
  std::vector<HeldReference> All;
  /// Ways out and what they release.
  std::map<StatementId, std::vector<std::string>> Leaving;
};

/// `return value;` as statements that do \p Releases between the two; empty
/// when the result cannot be kept in a variable. For statement \p S.
std::vector<std::string> returnAfter(const FunctionText &Code, StatementId S,
                                     const std::string &Value,
                                     const std::vector<std::string> &Releases);

/// Could releasing something in front of `return` statement \p S change what
/// it returns?
bool computesResult(const FunctionText &Code, StatementId S);

} // namespace ungil::fix

#endif
