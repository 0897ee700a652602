//===- FailureExit.cpp - how a function reports failure -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/FailureExit.h"
#include "Fix/NullTest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {
namespace {

/// The local that event \p E binds, or null.
const Local *boundBy(const FunctionText &Code, const Event &E) {
  if (E.Kind != EventKind::Bind)
    return nullptr;
  const Path &Where = Code.P.path(E.Where);
  if (Where.Root != RootKind::Local || !Where.Steps.empty())
    return nullptr;
  return &Code.P.body(Code.F).Locals[Where.Index];
}

/// Does a call between these bytes return something to be released?
bool makesSomething(const FunctionText &Code, uint32_t Begin, uint32_t End) {
  return llvm::any_of(Code.P.body(Code.F).Events, [&](const Event &E) {
    return E.Range.Offset >= Begin && E.Range.Offset < End &&
           boundBy(Code, E) && E.Value.Kind == OperandKind::Result &&
           boundBy(Code, E)->Class == TypeClass::PyObject;
  });
}

class Examples {
public:
  Examples(const FunctionText &Code, StatementId Where,
           const std::string &Variable)
      : Code(Code), Where(Where), Variable(Variable) {}

  /// The branch of \p S that leaves when something failed that was made right
  /// before it; None if it is something else.
  StatementId failing(StatementId S) const {
    std::vector<StatementId> Parts = Code.children(S);
    if (Code[S].Kind == StatementKind::If && Parts.size() == 2)
      if (StatementId Last = refusing(Parts[1]); Last != None)
        return Last;
    if (Code[S].Kind != StatementKind::If || Code[S].has(SF_Macro) ||
        Parts.empty() || !Code.endsWays(Parts[0]) ||
        Code.mentions(Variable, Parts[0]))
      return None;
    auto [Open, Close] = Code.condition(S);
    bool Number = asksForFailure(Open, Close) &&
                  !makesSomething(Code, Code[Where].end(), Code[S].end());
    bool Raises =
        Code.text(Parts[0]).find("PyErr_Set") != std::string_view::npos &&
        !makesSomething(Code, Code[Where].end(), Code[S].end());
    return Number || Raises || asksForNull(S, Parts[0]) ? Parts[0] : None;
  }

private:
  /// The last branch of `else if`s, where it raises an exception and leaves.
  StatementId refusing(StatementId Else) const {
    while (Code[Else].Kind == StatementKind::If &&
           Code.children(Else).size() == 2)
      Else = Code.children(Else)[1];
    bool Raises = Code[Else].Kind == StatementKind::Compound &&
                  Code.endsWays(Else) &&
                  Code.text(Else).find("PyErr_Set") != std::string_view::npos &&
                  !Code.mentions(Variable, Else) &&
                  !makesSomething(Code, Code[Where].end(), Code[Else].end());
    return Raises ? Else : None;
  }

  /// Does the condition in these bytes ask whether a call reported failure by
  /// a number: `f() < 0`, `err < 0`?
  bool asksForFailure(uint32_t Begin, uint32_t End) const {
    llvm::StringRef Condition(Code.Text.substr(Begin, End - Begin));
    bool Call = Condition.contains('(') ||
                llvm::any_of(Code.P.body(Code.F).Events, [&](const Event &E) {
                  return boundBy(Code, E) &&
                         E.Value.Kind == OperandKind::Result &&
                         Code.mentions(boundBy(Code, E)->Name, Begin, End);
                });
    return Call &&
           (Condition.ends_with("< 0") || Condition.ends_with("== -1") ||
            Condition.contains("< 0)") || Condition.contains("== -1)"));
  }

  bool asksForNull(StatementId S, StatementId Then) const {
    auto [Open, Close] = Code.condition(S);
    uint32_t Begin = Open, End = Close;
    return llvm::any_of(Code.P.body(Code.F).Events, [&](const Event &E) {
      const Local *Made = boundBy(Code, E);
      if (!Made || Made->Class != TypeClass::PyObject ||
          E.Range.Offset < Code[Where].end() ||
          E.Range.Offset >= Code[S].end() || Code.mentions(Made->Name, Then) ||
          makesSomething(Code, Code[Where].end(), E.Range.Offset))
        return false;
      return nullTest(Code.Text, Begin, End, Made->Name, false).Then ==
             Nullness::Null;
    });
  }

  const FunctionText &Code;
  StatementId Where;
  const std::string &Variable;
};

/// Does \p S ask for the number that says what went wrong, which the condition
/// of \p Exit is about? Where nothing like that went wrong it says nothing.
bool asksForNumber(const FunctionText &Code, StatementId S, StatementId Exit) {
  auto [Open, Close] = Code.condition(Code[Exit].Parent);
  return llvm::any_of(Code.P.body(Code.F).Events,
                      [&, Begin = Open, End = Close](const Event &E) {
                        const Local *Number = boundBy(Code, E);
                        return Number && Number->Class == TypeClass::Scalar &&
                               E.Value.Kind == OperandKind::Result &&
                               Code.mentions(Number->Name, Begin, End) &&
                               Code.mentions(Number->Name, S);
                      });
}

/// The way out of branch \p Exit without the exceptions it sets: ` return
/// NULL;` or a block. Empty when nothing is left.
std::string wayOut(const FunctionText &Code, StatementId Exit) {
  size_t Begin = Code[Exit].Offset;
  while (Begin > 0 && llvm::isSpace(Code.Text[Begin - 1]))
    --Begin;
  std::string Text(Code.Text.substr(Begin, Code[Exit].end() - Begin));
  bool Block = Code[Exit].Kind == StatementKind::Compound;
  std::vector<StatementId> Parts =
      Block ? Code.children(Exit) : std::vector<StatementId>{Exit};
  if (Parts.empty() || asksForNumber(Code, Parts.back(), Exit))
    return {};
  auto Raises = [&](StatementId S) {
    return llvm::StringRef(Code.text(S)).starts_with("PyErr_") ||
           asksForNumber(Code, S, Exit);
  };
  if (!Block || llvm::none_of(Parts, Raises))
    return Text;
  std::string Kept, Break(Code.lineEnd());
  std::string Outer = Code.indent(Code[Exit].end() - 1);
  unsigned Statements = 0;
  for (StatementId S : Parts)
    if (!Raises(S)) {
      Kept += Break + Outer + Code.indentUnit() + std::string(Code.text(S));
      ++Statements;
    }
  return Statements == 1 ? Kept : " {" + Kept + Break + Outer + "}";
}

} // namespace

std::string failureExit(const FunctionText &Code, StatementId Where,
                        const std::string &Variable, bool InFront) {
  Examples All(Code, Where, Variable);
  std::vector<StatementId> Behind = Code.siblingsAfter(Where);
  if (InFront)
    Behind.insert(Behind.begin(), Where);
  for (StatementId S : Behind)
    if (StatementId Exit = All.failing(S); Exit != None)
      if (std::string Out = wayOut(Code, Exit); !Out.empty())
        return Out;
  return {};
}

} // namespace ungil::fix
