//===- Draft.cpp - the edits of one fix -----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Draft.h"
#include "Fix/Apply.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

namespace ungil::fix {

void Draft::replaceIn(FileId File, uint32_t Begin, uint32_t End,
                      std::string Text) {
  Plain.push_back({File, Begin, End - Begin, std::move(Text)});
}

void Draft::onceIn(FileId File, uint32_t At, std::string Text) {
  Plain.push_back({File, At, 0, std::move(Text), /*Once=*/true});
}

void Draft::before(StatementId S, std::string Line) {
  Changes[S].Before.push_back(std::move(Line));
}

void Draft::after(StatementId S, std::string Line) {
  Changes[S].After.push_back(std::move(Line));
}

void Draft::remove(StatementId S) { Changes[S].Gone = true; }

void Draft::rewrite(StatementId S, std::vector<std::string> Lines) {
  Changes[S].Gone = true;
  Changes[S].Instead = std::move(Lines);
}

/// \p Line, which begins in column \p Column, on as many lines as \p Width
/// asks for: broken behind commas, what follows below the first argument.
static std::string wrapped(const std::string &Line, size_t Column, size_t Width,
                           std::string_view Break) {
  size_t Open = Line.find('(');
  std::vector<Token> Words =
      tokens(Line, 0, static_cast<uint32_t>(Line.size()));
  if (Column + Line.size() <= Width || Open == Line.npos ||
      Line.find('\n') != Line.npos)
    return Line;
  // The call, rather than the condition around it.
  if (llvm::StringRef(Line).starts_with("if ("))
    Open = std::min(Line.find('(', Open + 1), Line.size() - 1);
  std::string Text;
  size_t Begin = 0, Last = 0, Used = Column;
  for (const Token &T : Words) {
    if (Used + T.end() - Begin > Width && Last > Open) {
      Text += Line.substr(Begin, Last - Begin) + std::string(Break) +
              std::string(Open + 1, ' ');
      Begin = Line.find_first_not_of(' ', Last);
      Used = Column + Open + 1;
      Last = 0;
    }
    if (spelling(Line, T) == ",")
      Last = T.end();
  }
  return Text + Line.substr(Begin);
}

/// Does a statement right inside \p Parent stand without braces of its own?
static bool holdsOne(const Statement &Parent) {
  return Parent.Kind == StatementKind::If || Parent.Kind == StatementKind::Loop;
}

/// Behind the comment that follows byte \p At on its line, if nothing else
/// does; None when something else follows.
static uint32_t lineTail(std::string_view Text, uint32_t At) {
  size_t End = std::min(Text.find_first_of("\r\n", At), Text.size());
  llvm::StringRef Rest(Text.substr(At, End - At));
  Rest = Rest.rtrim();
  llvm::StringRef What = Rest.ltrim();
  bool Comment = What.starts_with("//") ||
                 (What.starts_with("/*") && What.find("*/") == What.size() - 2);
  return What.empty() || Comment ? At + static_cast<uint32_t>(Rest.size())
                                 : None;
}

void Draft::render(StatementId S, const Change &C, std::vector<Edit> &Front,
                   std::vector<Edit> &Back) const {
  const Statement &Here = Code[S];
  const Statement &Parent = Code[Here.Parent];
  std::string End(Code.lineEnd());
  bool OwnLine = Code.startsLine(Here.Offset);
  bool Braces = holdsOne(Parent);
  std::string Outer = Code.indent(Parent.Offset);
  std::string Inner =
      Braces ? Outer + Code.indentUnit() : Code.indent(Here.Offset);
  std::string Break = OwnLine || Braces ? End + Inner : std::string(" ");
  auto Fit = [&](const std::string &Line) {
    // Seldom more is needed, and to know how much there is reads the file.
    if (Inner.size() + Line.size() <= FunctionText::LeastWidth)
      return Line;
    return wrapped(Line, Inner.size(), Code.lineWidth(), End + Inner);
  };
  uint32_t Begin = Here.Offset, Stop = Here.end();
  // A comment on the line of a statement stays there.
  uint32_t Tail = lineTail(Code.Text, Stop), Behind = Stop;
  if (Tail != None && !C.After.empty())
    Behind = Tail;
  std::string Before, After;
  for (const std::string &Line : C.Before)
    Before += Fit(Line) + Break;
  for (const std::string &Line : C.After)
    After += (Tail != None ? End + Inner : Break) + Fit(Line);
  std::string Instead = llvm::join(llvm::map_range(C.Instead, Fit), Break);
  auto Add = [&](std::vector<Edit> &Out, uint32_t From, uint32_t To,
                 std::string Text) {
    if (From != To || !Text.empty())
      Out.push_back({Code.file(), From, To - From, std::move(Text)});
  };
  if (Braces) {
    // `if (x) stmt` and `if (x)\n    stmt` become `if (x) {`, the statement
    // one level in, and `}`. A comment before the statement stays before it.
    uint32_t Line = Here.Offset;
    while (Line > 0 && llvm::isSpace(Code.Text[Line - 1]))
      --Line;
    size_t LineBegin = Code.Text.rfind('\n', Line ? Line - 1 : 0) + 1;
    bool Comment = Code.Text.substr(LineBegin, Line - LineBegin).find("//") !=
                   std::string_view::npos;
    Add(Front, Line, Begin,
        (Comment ? End + Outer + "{" : std::string(" {")) + End + Inner +
            Before);
    if (C.Gone)
      Add(Front, Begin, Stop, Instead);
    Behind = Tail != None ? Tail : Stop;
    return Add(Back, Behind, Behind, After + End + Outer + "}");
  }
  if (!C.Gone) {
    Add(Front, Begin, Begin, Before);
    return Add(Back, Behind, Behind, After);
  }
  if (Behind != Stop && !Instead.empty()) {
    Add(Front, Begin, Stop, Before + Instead);
    return Add(Back, Behind, Behind, After);
  }
  std::string Whole = Before + Instead + After;
  if (Before.empty() && Instead.empty() && !After.empty())
    Whole = After.substr(Break.size());
  if (Whole.empty() && OwnLine) { // the line goes with it
    size_t Rest = Code.Text.find_first_not_of(" \t", Stop);
    size_t LineBegin = Begin - Code.indent(Begin).size();
    if (Rest != std::string_view::npos && LineBegin >= End.size() &&
        (Code.Text[Rest] == '\n' || Code.Text[Rest] == '\r')) {
      Begin = static_cast<uint32_t>(LineBegin - End.size());
      Stop = static_cast<uint32_t>(Rest);
    }
  }
  Add(Front, Begin, Stop, Whole);
}

std::string Draft::newName(const std::string &Wanted) {
  return *Names
              .insert(Code.freeName(
                  Wanted,
                  [&](const std::string &Name) { return Names.count(Name); }))
              .first;
}

FixPlan Draft::finish(Applicability How, std::string Title) const {
  FixPlan Plan;
  if (isRefused()) {
    Plan.Title = "no edit: " + Refusal;
    return Plan;
  }
  Plan.How = How;
  Plan.Title = std::move(Title);
  Plan.Edits = Plain;
  // Where two statements end together the inner one ends first.
  std::vector<Edit> Back;
  for (const auto &[S, C] : Changes) {
    std::vector<Edit> Ends;
    render(S, C, Plan.Edits, Ends);
    Back.insert(Back.begin(), Ends.begin(), Ends.end());
  }
  Plan.Edits.insert(Plan.Edits.begin(), Back.begin(), Back.end());
  llvm::stable_sort(Plan.Edits, comesBefore);
  return Plan;
}

} // namespace ungil::fix
