//===- Draft.h - the edits of one fix ---------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Collects what one fix does to the statements of one function, or the first
// reason not to do it. Edits come out in the order of the file; code put
// around a statement that has no braces brings them.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_DRAFT_H
#define UNGIL_FIX_DRAFT_H

#include "Fix/FunctionText.h"
#include "Report/Finding.h"
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ungil::fix {

class Draft {
public:
  explicit Draft(const FunctionText &Code) : Code(Code) {}

  /// The whole fix is off; the first \p Reason stays. Part of a sentence:
  /// "the item is returned as it was borrowed".
  void refuse(std::string Reason) {
    if (Refusal.empty())
      Refusal = std::move(Reason);
  }
  bool isRefused() const { return !Refusal.empty(); }
  const std::string &reason() const { return Refusal; }

  void replace(uint32_t Begin, uint32_t End, std::string Text) {
    replaceIn(Code.file(), Begin, End, std::move(Text));
  }
  void replaceIn(FileId File, uint32_t Begin, uint32_t End, std::string Text);
  /// Text at \p At that other fixes want too and that is needed once.
  void once(uint32_t At, std::string Text) {
    onceIn(Code.file(), At, std::move(Text));
  }
  void onceIn(FileId File, uint32_t At, std::string Text);
  /// A statement of its own, without line end and indentation.
  void before(StatementId S, std::string Line);
  void after(StatementId S, std::string Line);
  /// \p S, with its line when nothing else is on it.
  void remove(StatementId S);
  /// \p S becomes \p Lines, each a statement.
  void rewrite(StatementId S, std::vector<std::string> Lines);

  /// \p Wanted, or a variation of it that neither the function nor an earlier
  /// edit has.
  std::string newName(const std::string &Wanted);

  /// The edits as a plan; manual with the reason when refused.
  FixPlan finish(Applicability How, std::string Title) const;

private:
  struct Change {
    std::vector<std::string> Before, After, Instead;
    bool Gone = false;
  };
  /// Edits at the beginning of \p S, or the one edit for all of it, go to
  /// \p Front; those at its end to \p Back.
  void render(StatementId S, const Change &C, std::vector<Edit> &Front,
              std::vector<Edit> &Back) const;

  const FunctionText &Code;
  std::map<StatementId, Change> Changes;
  std::vector<Edit> Plain;
  std::set<std::string> Names; ///< that newName() gave
  std::string Refusal;
};

} // namespace ungil::fix

#endif
