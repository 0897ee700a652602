//===- Frame.cpp - something done around one call -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Frame.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {
namespace {

class Framer {
public:
  Framer(Draft &D, const FunctionText &Code, EventId E,
         const std::string &Front, const std::string &Back)
      : D(D), Code(Code), Call(Code.P.event({Code.F, E})), Front(Front),
        Back(Back), At(Code.at(Call)) {}

  void run();

private:
  void declaration();
  void test();
  std::string resultType() const;

  Draft &D;
  const FunctionText &Code;
  const Event &Call;
  const std::string &Front, &Back;
  StatementId At;
};

/// `int n = read(...);` with one variable.
void Framer::declaration() {
  llvm::StringRef Text(Code.text(At));
  auto [Head, Value] = Text.split('=');
  llvm::StringRef Name = Head.rtrim();
  size_t Begin = Name.size();
  while (Begin && (llvm::isAlnum(Name[Begin - 1]) || Name[Begin - 1] == '_'))
    --Begin;
  bool Plain = !Name.substr(Begin).empty();
  for (const char *Odd : {",", "(", "[", "const ", "auto ", "static "})
    Plain &= !Head.contains(Odd);
  int Depth = 0;
  for (char C : Value) {
    Depth += C == '(';
    Depth -= C == ')';
    Plain &= Depth != 0 || C != ',';
  }
  if (!Plain)
    return D.refuse("the declaration has more than one variable, or is not "
                    "plain");
  D.rewrite(At, {Name.str() + ";", Front,
                 Name.substr(Begin).str() + " =" + Value.str(), Back});
}

/// The type of what is called, as the library has it.
std::string Framer::resultType() const {
  llvm::StringRef Type = Code.P.entity(Call.Callee).Type;
  Type = Type.take_until([](char C) { return C == '('; }).trim();
  return Type.ends_with("*") || Type == "void" ? std::string() : Type.str();
}

/// `if (read(...) < 0)` or `return read(...);`: the call comes first.
void Framer::test() {
  uint32_t Begin = Code[At].Offset;
  if (Code[At].Kind == StatementKind::Return)
    Begin += static_cast<uint32_t>(std::string_view("return").size());
  else
    Begin = Code.condition(At).first;
  while (Begin < Code[At].end() && llvm::isSpace(Code.Text[Begin]))
    ++Begin;
  CallText Text = callAt(Code.Text, Begin, Code.P.calleeName(Call));
  std::string Type = resultType();
  if (!Text.isValid() || Type.empty() || Code[At].has(SF_Else))
    return D.refuse("the call is part of a larger expression");
  std::string Name = D.newName("done");
  std::string Spelled(
      Code.Text.substr(Text.NameBegin, Text.End - Text.NameBegin));
  for (const std::string &Line :
       {Type + " " + Name + ";", Front, Name + " = " + Spelled + ";", Back})
    D.before(At, Line);
  D.replace(Text.NameBegin, Text.End, Name);
}

void Framer::run() {
  if (At == None || Code[At].Parent == None || Call.Range.InMacro)
    return D.refuse("the call is not in a statement");
  if (Code[Code[At].Parent].Kind == StatementKind::Switch)
    return D.refuse("the call is in a switch without a case");
  switch (Code[At].Kind) {
  case StatementKind::Expression:
    return D.rewrite(At, {Front, std::string(Code.text(At)), Back});
  case StatementKind::Declaration:
    return declaration();
  case StatementKind::If:
  case StatementKind::Return:
    return test();
  default:
    return D.refuse("the call is part of a larger statement");
  }
}

} // namespace

void frameCall(Draft &D, const FunctionText &Code, EventId E,
               const std::string &Front, const std::string &Back) {
  if (!D.isRefused())
    Framer(D, Code, E, Front, Back).run();
}

} // namespace ungil::fix
