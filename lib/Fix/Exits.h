//===- Exits.h - ways out of statements led to their end --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   while (...) {                     int failed = 0;
//       if (bad)                      while (...) {
//           return NULL;      ──►         if (bad) { failed = 1; break; }
//   }                                 }
//                                     if (failed)
//                                         return NULL;
//
// Where nothing follows, control falls through to the end; out of loops it
// gets by break. Past other statements it could only get by goto, which is
// refused unless asked for.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_EXITS_H
#define UNGIL_FIX_EXITS_H

#include "Fix/Draft.h"
#include "llvm/ADT/STLExtras.h"
#include <map>
#include <string>
#include <vector>

namespace ungil::fix {

class Exits {
public:
  /// Of \p Range, statements of one block; by goto if it \p MayJump.
  Exits(Draft &D, const FunctionText &Code, std::vector<StatementId> Range,
        bool Cxx, bool MayJump);

  /// Rewrites every way out, or refuses. Those in \p Part, behind \p From if
  /// that is a statement, do \p Leave first, unless they come by the end of it,
  /// where it is done for all.
  void plan(StatementId Part, StatementId From,
            const std::vector<std::string> &Leave);

  bool isExit(StatementId S) const { return llvm::is_contained(All, S); }

  /// Jumps that leave \p Part, which is in the range.
  std::vector<StatementId> jumpsOutOf(StatementId Part) const;

  /// Flags and results, for in front of the range.
  std::vector<std::string> declarations() const;
  /// Where gotos lead, for the end of the range; empty if there is none.
  const std::string &label() const { return Label; }
  /// Where the ways out go on, for behind the range.
  std::vector<std::string> behind() const;

private:
  /// Where a way out leads: `return NULL;`, `goto error;`, or to the end of
  /// the function with a result.
  struct Target {
    std::string Text;
    std::string Flag;
    bool Result = false;
  };

  bool leaves(StatementId S, const std::vector<StatementId> &From) const;
  bool inRange(StatementId S) const;
  StatementId repeatsAround(StatementId S) const;
  bool isLast(StatementId S) const;
  std::string returned(StatementId S) const;
  bool sameBehind(const std::string &Value) const;
  void findTargets();
  bool isPlainMacro(StatementId S) const;
  size_t targetOf(StatementId S);
  size_t target(std::string Text, bool Result, bool Failure);
  bool passesEndOf(StatementId Part, StatementId S) const;
  bool passesDeclaration(StatementId S) const;
  std::string leadToEnd(StatementId S, const Target &To);
  /// The last of several ways that all leave is what is left over.
  bool needsFlag(size_t Target) const {
    return Falls || Target + 1 != Targets.size();
  }

  Draft &D;
  const FunctionText &Code;
  std::vector<StatementId> Range;
  bool Cxx;
  bool MayJump;
  std::vector<StatementId> All;
  bool OneValue = true; ///< every return is of the same constant
  bool Falls = true;    ///< control gets to the end by itself too
  std::string Type;     ///< of the result
  std::string Result;   ///< its name
  std::string Label;    ///< at the end
  std::vector<Target> Targets;
  std::map<StatementId, std::vector<std::string>> Again; ///< flags to ask
};

} // namespace ungil::fix

#endif
