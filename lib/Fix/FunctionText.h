//===- FunctionText.h - a function as an edit sees it -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The statements of one function (Facts.h) over the text of its file: what
// holds what, how a line is indented, which names a stretch of code mentions.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_FUNCTIONTEXT_H
#define UNGIL_FIX_FUNCTIONTEXT_H

#include "Fix/Tokens.h"
#include "Link/Program.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ungil::fix {

/// Index into Function::Statements.
using StatementId = uint32_t;

class FunctionText {
public:
  /// \p Text is the file of \p F's body and lives as long as this.
  FunctionText(const Program &P, FunctionId F, std::string_view Text);

  const Program &P;
  const FunctionId F;
  const std::string_view Text;
  const std::vector<Statement> &Statements;

  /// Can edits of the body be planned at all?
  bool isValid() const { return !Statements.empty(); }
  FileId file() const { return P.body(F).Body.File; }

  const Statement &operator[](StatementId S) const { return Statements[S]; }
  std::string_view text(StatementId S) const {
    return Text.substr(Statements[S].Offset, Statements[S].Length);
  }

  /// The innermost statement around byte \p Offset; None outside the body.
  StatementId at(uint32_t Offset) const;
  StatementId at(const Event &E) const { return at(E.Range.Offset); }

  /// In the order of the file.
  std::vector<StatementId> children(StatementId S) const;
  /// Those behind \p S in the same block.
  std::vector<StatementId> siblingsAfter(StatementId S) const;
  /// Is \p Inner \p Outer, or part of it?
  bool within(StatementId Inner, StatementId Outer) const;
  /// The nearest statement of \p Kind around \p S, \p S excluded; None.
  StatementId around(StatementId S, StatementKind Kind) const;

  /// Is \p S what a label or a case stands before? In C no declaration may.
  bool isLabelled(StatementId S) const {
    StatementKind Around = Statements[Statements[S].Parent].Kind;
    return Around == StatementKind::Case || Around == StatementKind::Label;
  }
  /// Does control never come out at the end of \p S, as far as its own shape
  /// shows (return, goto, break, continue last)?
  bool endsWays(StatementId S) const;
  /// Does `goto` statement \p Goto name label statement \p Label?
  bool goesTo(StatementId Goto, StatementId Label) const;
  /// Is \p S a jump, a return or a macro with one that takes control from
  /// bytes \p Begin to \p End, in which it is, to somewhere else?
  bool leaves(StatementId S, uint32_t Begin, uint32_t End) const;
  /// The bytes between the parentheses of \p If; both 0 when there are none.
  std::pair<uint32_t, uint32_t> condition(StatementId If) const;

  /// White space before the first token of the line of \p Offset.
  std::string indent(uint32_t Offset) const;
  /// One level of indentation, as the body does it.
  std::string indentUnit() const;
  /// How long lines of the file get, 80 at least.
  size_t lineWidth() const;
  static constexpr size_t LeastWidth = 80;
  /// "\n" or "\r\n".
  std::string_view lineEnd() const;
  /// Is \p Offset the first token of its line?
  bool startsLine(uint32_t Offset) const;

  /// Is there a token \p Name, not behind `.` or `->`, in these bytes?
  bool mentions(std::string_view Name, uint32_t Begin, uint32_t End) const;
  bool mentions(std::string_view Name, StatementId S) const {
    return mentions(Name, Statements[S].Offset, Statements[S].end());
  }
  /// Is a preprocessor directive among these bytes?
  bool hasDirective(uint32_t Begin, uint32_t End) const;

  /// Return type as the source may spell it, `PyObject *`; empty when that is
  /// not plain.
  std::string returnType() const;
  /// \p Wanted, or a variation of it that the function does not mention.
  std::string freeName(
      const std::string &Wanted,
      llvm::function_ref<bool(const std::string &)> Taken =
          [](const std::string &) { return false; }) const;

private:
  std::vector<Token> head() const;
  std::string typeName() const;
};

/// Is \p Word spelled as macros are, in capitals?
bool isMacroLike(std::string_view Word);

} // namespace ungil::fix

#endif
