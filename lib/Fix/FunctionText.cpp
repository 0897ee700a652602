//===- FunctionText.cpp - a function as an edit sees it -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/FunctionText.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

namespace ungil::fix {

FunctionText::FunctionText(const Program &P, FunctionId F,
                           std::string_view Text)
    : P(P), F(F), Text(Text), Statements(P.body(F).Statements) {}

StatementId FunctionText::at(uint32_t Offset) const {
  StatementId Best = None;
  // Parents come before children: the last that holds it is the innermost.
  for (StatementId S = 0; S != Statements.size(); ++S)
    if (Statements[S].Offset <= Offset && Offset < Statements[S].end())
      Best = S;
  return Best;
}

std::vector<StatementId> FunctionText::children(StatementId S) const {
  std::vector<StatementId> All;
  for (StatementId I = S + 1; I < Statements.size(); ++I)
    if (Statements[I].Parent == S)
      All.push_back(I);
  return All;
}

std::vector<StatementId> FunctionText::siblingsAfter(StatementId S) const {
  std::vector<StatementId> All;
  for (StatementId I = S + 1; I < Statements.size(); ++I)
    if (Statements[I].Parent == Statements[S].Parent)
      All.push_back(I);
  return All;
}

bool FunctionText::within(StatementId Inner, StatementId Outer) const {
  for (; Inner != None; Inner = Statements[Inner].Parent)
    if (Inner == Outer)
      return true;
  return false;
}

StatementId FunctionText::around(StatementId S, StatementKind Kind) const {
  for (S = Statements[S].Parent; S != None; S = Statements[S].Parent)
    if (Statements[S].Kind == Kind)
      return S;
  return None;
}

bool FunctionText::endsWays(StatementId S) const {
  const Statement &Here = Statements[S];
  switch (Here.Kind) {
  case StatementKind::Return:
  case StatementKind::Goto:
  case StatementKind::Break:
  case StatementKind::Continue:
    return true;
  case StatementKind::Compound:
  case StatementKind::Case:
  case StatementKind::Label: {
    std::vector<StatementId> Parts = children(S);
    return !Parts.empty() && endsWays(Parts.back());
  }
  case StatementKind::If: {
    std::vector<StatementId> Parts = children(S);
    return Parts.size() == 2 && endsWays(Parts[0]) && endsWays(Parts[1]);
  }
  default:
    return false;
  }
}

bool FunctionText::goesTo(StatementId Goto, StatementId Label) const {
  if (Statements[Goto].Kind != StatementKind::Goto ||
      Statements[Label].Kind != StatementKind::Label)
    return false;
  std::vector<Token> Words =
      tokens(Text, Statements[Goto].Offset, Statements[Goto].end());
  std::vector<Token> Name =
      tokens(Text, Statements[Label].Offset, Statements[Label].end());
  return Words.size() > 1 && !Name.empty() &&
         spelling(Text, Words[1]) == spelling(Text, Name[0]);
}

bool FunctionText::leaves(StatementId S, uint32_t Begin, uint32_t End) const {
  const Statement &Here = Statements[S];
  auto Inside = [&](StatementId I) {
    return Begin <= Statements[I].Offset && Statements[I].end() <= End;
  };
  if (Here.Kind == StatementKind::Return || Here.has(SF_Macro | SF_Leaves))
    return true;
  if (Here.Kind == StatementKind::Goto) {
    for (StatementId L = 0; L != Statements.size(); ++L)
      if (goesTo(S, L))
        return Statements[L].Offset < Begin || Statements[L].Offset >= End;
    return true;
  }
  if (Here.Kind != StatementKind::Break && Here.Kind != StatementKind::Continue)
    return false;
  for (StatementId I = Here.Parent; I != None && Inside(I);
       I = Statements[I].Parent)
    if (Statements[I].Kind == StatementKind::Loop ||
        (Statements[I].Kind == StatementKind::Switch &&
         Here.Kind == StatementKind::Break))
      return false;
  return true;
}

std::pair<uint32_t, uint32_t> FunctionText::condition(StatementId If) const {
  std::vector<StatementId> Parts = children(If);
  // The head of a `for` has a statement of its own; the body is the last.
  uint32_t End =
      Parts.empty() ? Statements[If].end() : Statements[Parts.back()].Offset;
  if (Statements[If].Kind == StatementKind::If && !Parts.empty())
    End = Statements[Parts[0]].Offset;
  uint32_t Open = 0, Close = 0, Depth = 0;
  for (const Token &T : tokens(Text, Statements[If].Offset, End)) {
    std::string_view S = spelling(Text, T);
    if (S == "(") {
      if (Depth == 0 && !Open)
        Open = T.end();
      ++Depth;
    } else if (S == ")" && Depth) {
      --Depth;
      if (Depth == 0 && !Close)
        Close = T.Offset;
    }
  }
  return {Open, Close};
}

std::string FunctionText::indent(uint32_t Offset) const {
  size_t Line = Text.rfind('\n', Offset ? Offset - 1 : 0);
  if (Offset == 0 || Line == std::string_view::npos)
    Line = 0;
  else
    ++Line;
  size_t End = Text.find_first_not_of(" \t", Line);
  return std::string(Text.substr(Line, std::min<size_t>(End, Offset) - Line));
}

std::string FunctionText::indentUnit() const {
  std::string Outer = indent(Statements[0].end() - 1);
  for (StatementId S : children(0))
    if (startsLine(Statements[S].Offset))
      if (std::string Inner = indent(Statements[S].Offset);
          Inner.size() > Outer.size() &&
          llvm::StringRef(Inner).starts_with(Outer))
        return Inner.substr(Outer.size());
  return "    ";
}

size_t FunctionText::lineWidth() const {
  size_t Width = LeastWidth;
  // Each edit asks, and what a program wrote has no end.
  const size_t Enough = std::min<size_t>(Text.size(), size_t(1) << 16);
  for (size_t Begin = 0, End; Begin < Enough; Begin = End + 1) {
    End = std::min(Text.find('\n', Begin), Text.size());
    Width = std::max(Width, End - Begin);
  }
  return Width;
}

std::string_view FunctionText::lineEnd() const {
  size_t End = Text.find('\n');
  return End != std::string_view::npos && End > 0 && Text[End - 1] == '\r'
             ? "\r\n"
             : "\n";
}

bool FunctionText::startsLine(uint32_t Offset) const {
  while (Offset > 0 && (Text[Offset - 1] == ' ' || Text[Offset - 1] == '\t'))
    --Offset;
  return Offset == 0 || Text[Offset - 1] == '\n';
}

bool FunctionText::mentions(std::string_view Name, uint32_t Begin,
                            uint32_t End) const {
  std::string_view Before;
  for (const Token &T : tokens(Text, Begin, End)) {
    std::string_view S = spelling(Text, T);
    if (T.Kind == TokenKind::Name && S == Name && Before != "." &&
        Before != "->")
      return true;
    // What a directive defines or tests may be anything.
    if (T.Kind == TokenKind::Directive && S.find(Name) != S.npos)
      return true;
    Before = S;
  }
  return false;
}

bool FunctionText::hasDirective(uint32_t Begin, uint32_t End) const {
  return llvm::any_of(tokens(Text, Begin, End), [](const Token &T) {
    return T.Kind == TokenKind::Directive;
  });
}

/// Is \p Word one that types are spelled with in more than one?
static bool isBuiltinType(std::string_view Word) {
  return Word == "unsigned" || Word == "signed" || Word == "long" ||
         Word == "short" || Word == "int" || Word == "char" || Word == "double";
}

bool isMacroLike(std::string_view Word) {
  return Word.size() > 1 && llvm::all_of(Word, [](char C) {
           return llvm::isUpper(C) || llvm::isDigit(C) || C == '_';
         });
}

/// What stands in front of the function's name: its specifiers and its type.
std::vector<Token> FunctionText::head() const {
  std::vector<Token> All = tokens(Text, 0, Statements[0].Offset);
  llvm::StringRef Name = P.name(F);
  Name = Name.substr(Name.rfind(':') + 1);
  size_t End = All.size();
  while (End > 0 && llvm::StringRef(spelling(Text, All[End - 1])) != Name)
    --End;
  size_t Begin = End ? End - 1 : 0;
  for (; Begin > 0; --Begin) {
    std::string_view S = spelling(Text, All[Begin - 1]);
    if (All[Begin - 1].Kind == TokenKind::Directive || S == ";" || S == "}" ||
        S == "{")
      break;
  }
  if (End == 0)
    return {};
  return {All.begin() + static_cast<ptrdiff_t>(Begin),
          All.begin() + static_cast<ptrdiff_t>(End - 1)};
}

/// The return type as it stands in front of the name, where that is one name
/// of a type and perhaps stars: `Py_ssize_t`, `const git_oid *`. A macro in
/// front of it says how the function is seen or called.
std::string FunctionText::typeName() const {
  std::vector<std::string_view> Words;
  for (const Token &T : head()) {
    std::string_view S = spelling(Text, T);
    if (S == "static" || S == "inline" || S == "extern")
      continue;
    if ((T.Kind != TokenKind::Name && S != "*") || S == "void")
      return {};
    Words.push_back(S);
  }
  auto IsName = [](std::string_view S) {
    return S != "const" && S != "struct" && S != "*";
  };
  while (llvm::count_if(Words, IsName) > 1 && isMacroLike(Words.front()))
    Words.erase(Words.begin());
  std::string Type;
  for (std::string_view S : Words) {
    if (!Type.empty() && Type.back() != '*')
      Type += ' ';
    Type += S;
  }
  bool Builtin = llvm::all_of(Words, [&](std::string_view S) {
    return !IsName(S) || isBuiltinType(S);
  });
  return Builtin || llvm::count_if(Words, IsName) == 1 ? Type : std::string();
}

std::string FunctionText::returnType() const {
  llvm::StringRef Type = P.entityOf(F).Type;
  Type = Type.take_until([](char C) { return C == '('; }).trim();
  if (Type == "struct _object *" || Type == "_object *")
    return "PyObject *";
  if (std::string Spelled = typeName(); !Spelled.empty())
    return Spelled;
  if (Type == "_Bool")
    return "bool";
  bool Plain =
      !Type.contains("ungil_standin") && llvm::all_of(Type, [](char C) {
        return llvm::isAlnum(C) || C == '_' || C == ' ' || C == '*';
      });
  return Plain && Type != "void" ? Type.str() : std::string();
}

std::string FunctionText::freeName(
    const std::string &Wanted,
    llvm::function_ref<bool(const std::string &)> Taken) const {
  std::string Name = Wanted;
  const SourceRange &Body = P.body(F).Body;
  for (unsigned N = 2;
       Taken(Name) || mentions(Name, Body.Offset, Body.Offset + Body.Length) ||
       llvm::any_of(P.body(F).Locals,
                    [&](const Local &L) { return L.Name == Name; });
       ++N)
    Name = Wanted + std::to_string(N);
  return Name;
}

} // namespace ungil::fix
