//===- WaitFix.cpp - the thread state given up around a wait --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WaitFix.h"
#include "Link/ThreadState.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {

using namespace fix;

bool waits(const Program &P, Site S) {
  const Event &Call = P.event(S);
  const ApiFunction *Api = Call.Kind == EventKind::Call ? P.api(Call) : nullptr;
  return Api && Api->Effect && !Api->Effect->WaitsFor.empty();
}

namespace {

class WaitFix {
public:
  WaitFix(const FixContext &Context, Site S)
      : P(Context.P), S(S),
        Code(P, S.Function, Context.text(P.body(S.Function).Body.File)),
        D(Code) {}

  FixPlan plan();

private:
  void check();
  void checkWithout();
  void frame(std::vector<std::string> Front, std::string Line);
  void mend();
  void mendDeclaration();
  void mendTest();
  std::string resultType() const;

  const Program &P;
  Site S;
  FunctionText Code;
  Draft D;
  StatementId At = None;
};

void WaitFix::check() {
  if (!Code.isValid())
    return D.refuse("the function is written by a macro");
  At = Code.at(P.event(S));
  if (At == None || Code[At].Parent == None || P.event(S).Range.InMacro)
    return D.refuse("the call is not in a statement");
  if (Code[At].Kind == StatementKind::Loop ||
      Code[At].Kind == StatementKind::Switch)
    return D.refuse("the call is part of a larger statement");
  if (!P.Functions[S.Function].Locks.at(S.Event).empty())
    return D.refuse("a lock is held, and who waits for the thread state with "
                    "it may be waited for");
  if (Code[Code[At].Parent].Kind == StatementKind::Switch)
    return D.refuse("the call is in a switch without a case");
}

/// Nothing else in the statement may need the thread state.
void WaitFix::checkWithout() {
  if (D.isRefused())
    return;
  auto [Begin, End] = Code[At].Kind == StatementKind::If
                          ? Code.condition(At)
                          : std::pair(Code[At].Offset, Code[At].end());
  const Function &Body = P.body(S.Function);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    if (Call.Kind != EventKind::Call || Call.Range.Offset < Begin ||
        Call.Range.Offset >= End || E == S.Event)
      continue;
    bool Own = llvm::any_of(P.bodiesOf(Call.Callee), [&](FunctionId F) {
      return P.threads().firstUse(F).has_value();
    });
    if (usesPython(P, Call) || Own || Call.Callee == None)
      return D.refuse("'" + P.calleeName(Call) +
                      "' in the same statement needs the thread state");
  }
}

/// The type of what is called, as the C library has it.
std::string WaitFix::resultType() const {
  llvm::StringRef Type = P.entity(P.event(S).Callee).Type;
  Type = Type.take_until([](char C) { return C == '('; }).trim();
  return Type.ends_with("*") || Type.empty() ? std::string() : Type.str();
}

/// \p Line between the macros, in the place of the statement.
void WaitFix::frame(std::vector<std::string> Front, std::string Line) {
  Front.emplace_back("Py_BEGIN_ALLOW_THREADS");
  Front.push_back(std::move(Line));
  Front.emplace_back("Py_END_ALLOW_THREADS");
  D.rewrite(At, std::move(Front));
}

/// `int n = read(...);` with one variable.
void WaitFix::mendDeclaration() {
  llvm::StringRef Text(Code.text(At));
  auto [Front, Value] = Text.split('=');
  llvm::StringRef Name = Front.rtrim();
  size_t Begin = Name.size();
  while (Begin && (llvm::isAlnum(Name[Begin - 1]) || Name[Begin - 1] == '_'))
    --Begin;
  bool Plain = !Front.contains(',') && !Front.contains('(') &&
               !Front.contains('[') && !Front.contains("const ") &&
               !Front.contains("auto ") && !Front.contains("static ") &&
               !Name.substr(Begin).empty();
  int Depth = 0;
  for (char C : Value) {
    Depth += C == '(';
    Depth -= C == ')';
    Plain &= Depth != 0 || C != ',';
  }
  if (!Plain)
    return D.refuse("the declaration has more than one variable, or is not "
                    "plain");
  frame({Name.str() + ";"}, Name.substr(Begin).str() + " =" + Value.str());
}

/// `if (read(...) < 0)` or `return read(...);`: the call comes first.
void WaitFix::mendTest() {
  uint32_t Begin = Code[At].Offset;
  bool Returns = Code[At].Kind == StatementKind::Return;
  if (!Returns)
    Begin = Code.condition(At).first;
  else
    Begin += static_cast<uint32_t>(std::string_view("return").size());
  while (Begin < Code[At].end() && llvm::isSpace(Code.Text[Begin]))
    ++Begin;
  CallText Call = callAt(Code.Text, Begin, P.calleeName(P.event(S)));
  std::string Type = resultType();
  if (!Call.isValid() || Type.empty() || Code[At].has(SF_Else))
    return D.refuse("the call is part of a larger expression");
  std::string Name = Code.freeName("done");
  std::string Text(Code.Text.substr(Call.NameBegin, Call.End - Call.NameBegin));
  for (const std::string &Line :
       {Type + " " + Name + ";", std::string("Py_BEGIN_ALLOW_THREADS"),
        Name + " = " + Text + ";", std::string("Py_END_ALLOW_THREADS")})
    D.before(At, Line);
  D.replace(Call.NameBegin, Call.End, Name);
}

void WaitFix::mend() {
  if (D.isRefused())
    return;
  switch (Code[At].Kind) {
  case StatementKind::Expression:
    frame({}, std::string(Code.text(At)));
    break;
  case StatementKind::Declaration:
    mendDeclaration();
    break;
  case StatementKind::If:
  case StatementKind::Return:
    mendTest();
    break;
  default:
    D.refuse("the call is part of a larger statement");
  }
}

FixPlan WaitFix::plan() {
  check();
  checkWithout();
  mend();
  return D.finish(Applicability::Suggested, "give up the thread state while '" +
                                                P.calleeName(P.event(S)) +
                                                "' waits");
}

} // namespace

FixPlan waitFix(const FixContext &Context, Site S) {
  return WaitFix(Context, S).plan();
}

} // namespace ungil::rules
