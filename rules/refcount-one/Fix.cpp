//===- Fix.cpp - ask the runtime who else uses it -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `Py_REFCNT(x) == 1` becomes PyUnstable_Object_IsUniquelyReferenced(x), which
// asks just that on builds with the GIL.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

/// What stands behind a count: does it ask "alone" or "not alone"?
enum class Asks : uint8_t { Other, Alone, Shared };

Asks comparison(std::string_view Text, const std::vector<Token> &Behind) {
  if (Behind.size() < 2)
    return Asks::Other;
  std::string_view Operator = spelling(Text, Behind[0]);
  std::string_view Number = spelling(Text, Behind[1]);
  // `< 2` and `<= 1` say the same as `== 1`: nobody asks about none.
  if (Number == "1")
    return Operator == "==" || Operator == "<="  ? Asks::Alone
           : Operator == "!=" || Operator == ">" ? Asks::Shared
                                                 : Asks::Other;
  if (Number == "2")
    return Operator == "<"    ? Asks::Alone
           : Operator == ">=" ? Asks::Shared
                              : Asks::Other;
  return Asks::Other;
}

/// \p Arg as a PyObject *.
std::string asObject(const Function &Body, std::string_view Arg) {
  for (const Local &L : Body.Locals)
    if (L.Name == Arg && isObjectPointer(L.Type))
      return std::string(Arg);
  llvm::StringRef Text(Arg);
  if (Text.starts_with("(PyObject *)") || Text.starts_with("(PyObject*)"))
    return Text.str();
  bool Plain = Text.find_first_of(" +?:&|=,") == Text.npos;
  return "(PyObject *)" + (Plain ? Text.str() : "(" + Text.str() + ")");
}

} // namespace

FixPlan refcountOneFix(const FixContext &Context, const Finding &Found) {
  constexpr std::string_view Question =
      "PyUnstable_Object_IsUniquelyReferenced";
  const Program &P = Context.P;
  const Event &Call = P.event({Found.About.Function, Found.About.Event});
  const Function &Body = P.body(Found.About.Function);
  FunctionText Code(P, Found.About.Function, Context.text(Body.Body.File));
  Draft D(Code);
  CallText Text = callAt(Code.Text, Call.Range.Offset, "Py_REFCNT");
  StatementId S = Code.at(Call);
  if (!Text.isValid() || Text.Args.size() != 1 || S == None)
    D.refuse("the count is not read with Py_REFCNT() here");
  else {
    std::vector<Token> Behind = tokens(Code.Text, Text.End, Code[S].end());
    Asks What = comparison(Code.Text, Behind);
    if (What == Asks::Other)
      D.refuse("the count is not compared with one right here");
    useApi(D, Context, Code, Question, 0x030E, /*InCompat=*/true);
    if (What != Asks::Other)
      D.replace(Text.NameBegin, Behind[1].end(),
                (What == Asks::Shared ? "!" : "") + std::string(Question) +
                    "(" + asObject(Body, Text.Args[0]) + ")");
  }
  return D.finish(Applicability::Suggested,
                  "ask " + std::string(Question) + "()");
}

} // namespace ungil::rules
