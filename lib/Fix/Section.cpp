//===- Section.cpp - a critical section around statements -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Section.h"
#include "Fix/Attached.h"
#include "Fix/Exits.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {

bool isPlainPath(std::string_view Text) {
  std::vector<Token> Words =
      tokens(Text, 0, static_cast<uint32_t>(Text.size()));
  bool AfterName = false;
  for (const Token &T : Words) {
    std::string_view S = spelling(Text, T);
    bool Name = T.Kind == TokenKind::Name;
    if ((!Name && S != "->" && S != "." && S != "(" && S != ")" && S != "*") ||
        (AfterName && S == "("))
      return false;
    AfterName = Name;
  }
  return !Words.empty();
}

const Local *changedIn(const FunctionText &Code, std::string_view Text,
                       uint32_t Begin, uint32_t End) {
  const Function &Body = Code.P.body(Code.F);
  auto Inside = [&](const SourceRange &R) {
    return Begin <= R.Offset && R.Offset < End;
  };
  auto Mentioned = [&](const Local &L) {
    return !L.Name.empty() &&
           llvm::any_of(tokens(Text, 0, static_cast<uint32_t>(Text.size())),
                        [&](const Token &T) {
                          return T.Kind == TokenKind::Name &&
                                 spelling(Text, T) == L.Name;
                        });
  };
  for (uint32_t I = 0; I != Body.Locals.size(); ++I) {
    const Local &L = Body.Locals[I];
    if (!Mentioned(L))
      continue;
    bool Set = llvm::any_of(Body.Events, [&](const Event &E) {
      if (E.Kind != EventKind::Bind || !Inside(E.Range))
        return false;
      const Path &To = Code.P.path(E.Where);
      return To.Root == RootKind::Local && To.Index == I && To.Steps.empty();
    });
    if (Set || (I >= Body.Params && Inside(L.Loc)))
      return &L;
  }
  return nullptr;
}

bool asksForNull(const FunctionText &Code, std::string_view Pointer,
                 uint32_t Begin, uint32_t End) {
  std::vector<Token> Words = tokens(Code.Text, Begin, End);
  std::vector<Token> Names =
      tokens(Pointer, 0, static_cast<uint32_t>(Pointer.size()));
  auto Is = [&](size_t I, std::string_view What) {
    return I < Words.size() && spelling(Code.Text, Words[I]) == What;
  };
  for (size_t I = 0; I + Names.size() <= Words.size(); ++I) {
    bool Same = true;
    for (size_t N = 0; N != Names.size(); ++N)
      Same &= Is(I + N, spelling(Pointer, Names[N]));
    size_t Next = I + Names.size();
    if (!Same || Is(Next, "->") || Is(Next, "("))
      continue;
    bool Compared = (Is(Next, "==") || Is(Next, "!=")) &&
                    (Is(Next + 1, "NULL") || Is(Next + 1, "nullptr"));
    bool Reversed = I > 1 && (Is(I - 1, "==") || Is(I - 1, "!=")) &&
                    (Is(I - 2, "NULL") || Is(I - 2, "nullptr"));
    bool Bare = I > 1 && Is(I - 1, "(") && Is(I - 2, "if") && Is(Next, ")");
    if (Compared || Reversed || Bare || Is(Next, "&&") || Is(Next, "?") ||
        (I > 0 && (Is(I - 1, "!") || (Is(I - 1, "&&") && Is(Next, ")")))))
      return true;
  }
  return false;
}

bool isAttached(const FunctionText &Code, uint32_t Begin, uint32_t End) {
  const Function &Body = Code.P.body(Code.F);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    uint32_t At = Body.Events[E].Range.Offset;
    if (At < Begin || At >= End)
      continue;
    return Code.P.model<AttachedModel>().isAttached({Code.F, E});
  }
  return true;
}

std::pair<StatementId, StatementId>
statementsAround(const FunctionText &Code, uint32_t First, uint32_t Last) {
  StatementId From = Code.at(First), To = Code.at(Last);
  if (From == None || To == None)
    return {None, None};
  auto Parent = [&](StatementId S) { return Code[S].Parent; };
  while (Parent(From) != None && !Code.within(To, Parent(From)))
    From = Parent(From);
  while (Parent(To) != None && Parent(To) != Parent(From))
    To = Parent(To);
  while (From != To && Parent(From) != None &&
         Code[Parent(From)].Kind != StatementKind::Compound)
    From = To = Parent(From);
  if (Parent(From) == None)
    return {None, None};
  return {From, To};
}

namespace {

class SectionWriter {
public:
  SectionWriter(Draft &D, const FixContext &Context, const FunctionText &Code,
                Section Wanted)
      : D(D), Context(Context), Code(Code), S(std::move(Wanted)) {
    takeWholeLines();
    for (StatementId I = S.First; I != None; I = next(I)) {
      Range.push_back(I);
      if (I == S.Last)
        break;
    }
  }

  void run();

private:
  StatementId next(StatementId I) const {
    std::vector<StatementId> More = Code.siblingsAfter(I);
    return More.empty() ? None : More.front();
  }
  uint32_t begin() const { return Code[S.First].Offset; }
  uint32_t end() const { return Code[S.Last].end(); }

  void takeWholeLines();
  void skipDeclarations();
  void checkPlace();
  void checkInside();
  void hoistDeclarations();
  void hoist(StatementId Declaration);
  void writePart(const Exits &Ways);
  void writeFrame(const Exits &Ways);

  Draft &D;
  const FixContext &Context;
  const FunctionText &Code;
  Section S;
  std::vector<StatementId> Range;
  std::vector<std::string> Hoisted;
};

/// Statements that share a line with the first or last one go with it.
void SectionWriter::takeWholeLines() {
  if (Code[S.First].Parent == None)
    return;
  std::vector<StatementId> Block = Code.children(Code[S.First].Parent);
  auto First = llvm::find(Block, S.First);
  while (First != Block.begin() && !Code.startsLine(Code[*First].Offset))
    --First;
  S.First = *First;
  for (StatementId More = next(S.Last);
       More != None && !Code.startsLine(Code[More].Offset); More = next(More))
    S.Last = More;
}

/// A plain declaration at the beginning need not be inside.
void SectionWriter::skipDeclarations() {
  while (Range.size() > 1 && Code[S.First].Kind == StatementKind::Declaration &&
         Code.text(S.First).find('=') == std::string_view::npos) {
    Range.erase(Range.begin());
    S.First = Range.front();
  }
}

void SectionWriter::checkPlace() {
  StatementId Parent = Code[S.First].Parent;
  if (Parent == None)
    return D.refuse("the section would be around the whole body");
  switch (Code[Parent].Kind) {
  case StatementKind::Compound:
  case StatementKind::If:
  case StatementKind::Loop:
    break;
  case StatementKind::Case:
  case StatementKind::Label:
    return D.refuse("a label stands right in front of it");
  default:
    return D.refuse("it is not in a block of its own");
  }
  if (!isAttached(Code, begin(), end()))
    return D.refuse("the thread may be without a thread state there, and "
                    "can hold no critical section");
}

void SectionWriter::checkInside() {
  if (Code.hasDirective(begin(), end()))
    return D.refuse("there is conditional compilation among the statements "
                    "that belong together");
  if (mayThrow(Context, Code.F, begin(), end()))
    return D.refuse("a C++ exception could pass the end of the section");
  for (StatementId I : Range)
    if (Code[I].Kind == StatementKind::Case)
      return D.refuse("it would reach from one case to the next");
  // Whoever jumps in from outside would miss the beginning.
  for (StatementId I = 0; I != Code.Statements.size(); ++I)
    if (Code[I].Offset < begin() || Code[I].Offset >= end())
      for (StatementId L = 0; L != Code.Statements.size(); ++L)
        if (Code[L].Offset >= begin() && Code[L].Offset < end() &&
            Code.goesTo(I, L))
          return D.refuse("a goto from outside leads into it");
  if (!isCxx(Context, Code.file()))
    return;
  for (const Local &L : Code.P.body(Code.F).Locals)
    if (L.Class == TypeClass::Record && L.Loc.Offset >= begin() &&
        L.Loc.Offset < end() &&
        llvm::is_contained(Range, Code.at(L.Loc.Offset)))
      return D.refuse("'" + L.Name + "' would be destroyed with the section");
}

/// Moves \p Declaration, or the names in it, in front of the section.
void SectionWriter::hoist(StatementId Declaration) {
  const Statement &Here = Code[Declaration];
  std::vector<Token> Words = tokens(Code.Text, Here.Offset, Here.end());
  auto Has = [&](std::string_view What) {
    return llvm::any_of(
        Words, [&](const Token &T) { return spelling(Code.Text, T) == What; });
  };
  llvm::StringRef Whole(Code.text(Declaration));
  bool Calls = Has("(") || Has("->") || Has(".") || Has("[") || Has("{");
  bool Odd = Has("static") || Has("&") || Here.has(SF_Macro);
  auto Constant = [&](size_t I) {
    return I + 1 >= Words.size() || spelling(Code.Text, Words[I]) != "=" ||
           Words[I + 1].Kind == TokenKind::Number ||
           spelling(Code.Text, Words[I + 1]) == "NULL" ||
           spelling(Code.Text, Words[I + 1]) == "nullptr";
  };
  bool Plain = !Calls && !Odd &&
               llvm::all_of(llvm::seq<size_t>(0, Words.size()), Constant);
  if (Plain) {
    Hoisted.push_back(Whole.str());
    return D.remove(Declaration);
  }
  auto [Front, Value] = Whole.split('=');
  bool Single = !Front.contains(',') && !Front.contains('[') &&
                !Front.contains('(') && !Front.contains("const ") &&
                !Value.empty() && !Value.ltrim().starts_with("{") &&
                !Front.contains("auto ");
  // The first comma outside of parentheses would begin another variable.
  int Depth = 0;
  for (const Token &T : Words) {
    std::string_view Text = spelling(Code.Text, T);
    Depth += Text == "(" || Text == "{" || Text == "[";
    Depth -= Text == ")" || Text == "}" || Text == "]";
    Single &= Depth != 0 || Text != ",";
  }
  if (!Single || Odd)
    return D.refuse("a declaration in the middle is needed behind it too");
  size_t Name = Front.rtrim().size();
  while (Name > 0 && (llvm::isAlnum(Front[Name - 1]) || Front[Name - 1] == '_'))
    --Name;
  Hoisted.push_back(Front.rtrim().str() + ";");
  D.rewrite(Declaration,
            {Front.substr(Name).rtrim().str() + " =" + Value.str()});
}

void SectionWriter::hoistDeclarations() {
  std::vector<StatementId> Behind = Code.siblingsAfter(S.Last);
  for (StatementId I : Range) {
    if (Code[I].Kind != StatementKind::Declaration)
      continue;
    bool Needed = llvm::any_of(Code.P.body(Code.F).Locals, [&](const Local &L) {
      return Code[I].Offset <= L.Loc.Offset && L.Loc.Offset < Code[I].end() &&
             llvm::any_of(
                 Behind,
                 [&](StatementId B) { return Code.mentions(L.Name, B); });
    });
    if (Needed)
      hoist(I);
  }
}

/// What the ways through one part of the section need at both ends.
void SectionWriter::writePart(const Exits &Ways) {
  if (S.Part == None)
    return;
  bool Block = Code[S.Part].Kind == StatementKind::Compound;
  std::vector<StatementId> Parts =
      Block ? Code.children(S.Part) : std::vector<StatementId>{S.Part};
  if (Parts.empty() || Code[Parts.front()].Length == 0)
    return D.refuse("there is nothing in the loop");
  // Declarations without a value stay in front.
  size_t At = 0;
  while (At + 1 < Parts.size() &&
         Code[Parts[At]].Kind == StatementKind::Declaration &&
         Code.text(Parts[At]).find('=') == std::string_view::npos)
    ++At;
  for (const std::string &Line : S.Enter)
    S.From == None ? D.before(Parts[At], Line) : D.after(S.From, Line);
  for (StatementId J : Ways.jumpsOutOf(S.Part))
    if (!Ways.isExit(J) && (S.From == None || J > S.From))
      for (const std::string &Line : S.Leave)
        D.before(J, Line);
  if (!Code.endsWays(Parts.back()))
    for (const std::string &Line : S.Leave)
      D.after(Parts.back(), Line);
}

void SectionWriter::writeFrame(const Exits &Ways) {
  for (const std::string &Line : S.Before)
    D.before(S.First, Line);
  for (const std::string &Line : Ways.declarations())
    D.before(S.First, Line);
  for (const std::string &Line : Hoisted)
    D.before(S.First, Line);
  std::string Two = S.Objects.size() == 2 ? "2" : "";
  D.before(S.First, "Py_BEGIN_CRITICAL_SECTION" + Two + "(" +
                        llvm::join(S.Objects, ", ") + ");");
  if (!Ways.label().empty())
    D.after(S.Last, Ways.label() + ":;");
  D.after(S.Last, "Py_END_CRITICAL_SECTION" + Two + "();");
  for (const std::string &Line : S.After)
    D.after(S.Last, Line);
  for (const std::string &Line : Ways.behind())
    D.after(S.Last, Line);
}

void SectionWriter::run() {
  constexpr PyVersion Since = 0x30d;
  useApi(D, Context, Code, "Py_BEGIN_CRITICAL_SECTION", Since, true);
  skipDeclarations();
  checkPlace();
  checkInside();
  if (D.isRefused())
    return;
  Exits Ways(D, Code, Range, isCxx(Context, Code.file()), S.MayJump);
  Ways.plan(S.Part, S.From, S.Leave);
  hoistDeclarations();
  if (D.isRefused())
    return;
  writePart(Ways);
  writeFrame(Ways);
}

} // namespace

void putSection(Draft &D, const FixContext &Context, const FunctionText &Code,
                Section Wanted) {
  if (!D.isRefused())
    SectionWriter(D, Context, Code, std::move(Wanted)).run();
}

} // namespace ungil::fix
