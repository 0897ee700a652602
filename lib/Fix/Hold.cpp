//===- Hold.cpp - a reference held for a stretch of code ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Hold.h"
#include "Fix/NullTest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <set>

namespace ungil::fix {

std::vector<std::string> returnAfter(const FunctionText &Code, StatementId S,
                                     const std::string &Value,
                                     const std::vector<std::string> &Releases) {
  std::string Type = Code.returnType();
  if (Type.empty())
    return {};
  std::string Result = Code.freeName("result");
  std::string Space = llvm::StringRef(Type).ends_with("*") ? "" : " ";
  std::vector<std::string> Lines{Type + Space + Result + " = " + Value + ";"};
  Lines.insert(Lines.end(), Releases.begin(), Releases.end());
  Lines.push_back("return " + Result + ";");
  // A declaration right in a switch would be in the way of the next case.
  StatementId Block = Code[S].Parent;
  if (Code.isLabelled(S) ||
      (Code[Block].Parent != None &&
       Code[Code[Block].Parent].Kind == StatementKind::Switch)) {
    for (std::string &Line : Lines)
      Line.insert(0, Code.indentUnit());
    Lines.insert(Lines.begin(), "{");
    Lines.emplace_back("}");
  }
  return Lines;
}

bool computesResult(const FunctionText &Code, StatementId S) {
  std::vector<Token> Words = tokens(Code.Text, Code[S].Offset, Code[S].end());
  for (size_t I = 1; I < Words.size(); ++I) {
    std::string_view Word = spelling(Code.Text, Words[I]);
    bool Call = Word == "(" && I > 1 && Words[I - 1].Kind == TokenKind::Name;
    if (Call || Word == "->" || Word == "." || Word == "[")
      return true;
  }
  return false;
}

std::pair<uint32_t, uint32_t> ownBytes(const FunctionText &Code,
                                       StatementId S) {
  if (Code[S].has(SF_Macro))
    return {Code[S].Offset, Code[S].end()};
  switch (Code[S].Kind) {
  case StatementKind::Loop:
    if (llvm::StringRef(Code.text(S)).starts_with("do"))
      return {0, 0};
    [[fallthrough]];
  case StatementKind::If:
  case StatementKind::Switch:
    return Code.condition(S);
  case StatementKind::Declaration:
  case StatementKind::Expression:
  case StatementKind::Return:
    return {Code[S].Offset, Code[S].end()};
  default:
    return {0, 0};
  }
}

namespace {

class Cover {
public:
  Cover(Draft &D, const FunctionText &Code, const Lifetime &Life,
        const std::vector<StatementId> &Reads, HeldReference &H)
      : D(D), Code(Code), Life(Life), Reads(Reads), H(H) {}

  void run(llvm::function_ref<bool(EventId, bool)> Counts) {
    const Function &Body = Code.P.body(Code.F);
    for (EventId E = 0; E != Body.Events.size(); ++E) {
      StatementId S = Code.at(Body.Events[E]);
      if (S == None || Code[S].Offset < Code[Reads.front()].Offset)
        continue;
      bool Reading = llvm::is_contained(Reads, S), Copied = mentionsCopy(S);
      bool Uses = llvm::is_contained(Life.Uses, E) && (Reading || Copied);
      if (Reading || Uses)
        addCopies(Body.Events[E]);
      if (Uses && Counts(E, Copied) && !Reading)
        extend(S);
    }
    if (Code[H.First].Kind == StatementKind::Compound &&
        Code[H.First].Parent != None &&
        Code[Code[H.First].Parent].Kind != StatementKind::Compound)
      H.First = H.Last = Code[H.First].Parent;
  }

private:
  bool mentionsCopy(StatementId S) const {
    auto [From, To] = ownBytes(Code, S);
    if (From == To) {
      From = Code[S].Offset;
      To = Code[S].end();
    }
    return llvm::any_of(Copies, [&, Begin = From, End = To](auto &Name) {
      return Code.mentions(Name, Begin, End);
    });
  }
  /// Variables that \p E sets, in part too, or a call stores to through its
  /// arguments.
  void addCopies(const Event &E) {
    auto Add = [&](const Path &To) {
      if (To.Root == RootKind::Local &&
          (Life.Inner.count(To.Index) || Life.Copies.count(To.Index)))
        Copies.insert(Code.P.body(Code.F).Locals[To.Index].Name);
    };
    if (E.Kind == EventKind::Bind || E.Kind == EventKind::Write)
      Add(Code.P.path(E.Where));
    for (const Operand &Arg : E.Args)
      if (Arg.Kind == OperandKind::Address)
        Add(Code.P.path(Arg.Index));
  }
  /// \p S, or what it is part of, in the block of H.First; None.
  StatementId sibling(StatementId S) const {
    while (S != None && Code[S].Parent != Code[H.First].Parent)
      S = Code[S].Parent;
    return S;
  }
  void extend(StatementId S) {
    while (sibling(S) == None) {
      // It is used further out: the reference begins there, too.
      H.First = H.Last = Code[H.First].Parent;
      if (Code[H.First].Parent == None)
        return D.refuse("it is needed in the whole body");
    }
    H.Last = std::max(H.Last, sibling(S));
  }

  Draft &D;
  const FunctionText &Code;
  const Lifetime &Life;
  const std::vector<StatementId> &Reads;
  HeldReference &H;
  std::set<std::string> Copies; ///< names of variables that lead to the object
};

} // namespace

void coverUses(Draft &D, const FunctionText &Code, const Lifetime &Life,
               const std::vector<StatementId> &Reads, HeldReference &H,
               llvm::function_ref<bool(EventId, bool)> Counts) {
  Cover(D, Code, Life, Reads, H).run(Counts);
}

std::string Holds::freeName(const std::string &Wanted) const {
  return Code.freeName(Wanted, [&](const std::string &Name) {
    return llvm::any_of(All,
                        [&](const HeldReference &H) { return H.Name == Name; });
  });
}

static bool isPlainMacro(llvm::StringRef Text) {
  return Text.starts_with("Py_RETURN_") && !Text.contains('(');
}

void Holds::check(const HeldReference &H) {
  uint32_t Begin = Code[H.First].Offset, End = Code[H.Last].end();
  StatementId Parent = Code[H.First].Parent;
  if (Parent == None || Code[Parent].Kind == StatementKind::Case ||
      Code[Parent].Kind == StatementKind::Label)
    return D.refuse("a label stands right in front of it");
  if (Code.hasDirective(Begin, End))
    return D.refuse("there is conditional compilation among the statements "
                    "that belong together");
  if (mayThrow(Context, Code.F, Begin, End))
    return D.refuse("a C++ exception could pass the release");
  for (StatementId S = H.At;; S = Code[S].Parent) {
    if (S != H.At && Code[S].Kind == StatementKind::Loop)
      return D.refuse("it would be taken again in each turn of a loop");
    if (S == H.First)
      break;
  }
  auto Inside = [&](StatementId S) {
    return Begin <= Code[S].Offset && Code[S].Offset < End;
  };
  for (StatementId S = 0; S != Code.Statements.size(); ++S) {
    if (Inside(S) && Code[S].Offset > Begin &&
        Code[S].Kind == StatementKind::Label)
      return D.refuse("there is a label before the last use");
    if (Inside(S) && Code[S].Kind == StatementKind::Case &&
        Code[S].Parent == Parent)
      return D.refuse("it would reach from one case to the next");
  }
}

/// Do edits of this plan change the text of \p S itself?
bool Holds::changesText(StatementId S) const {
  return llvm::any_of(All, [&](const HeldReference &H) {
    return llvm::any_of(H.Instead, [&](const auto &Bytes) {
      return Code[S].Offset <= Bytes.first && Bytes.second <= Code[S].end();
    });
  });
}

/// Bytes \p Begin to \p End of \p S with the new names.
std::string Holds::textWith(StatementId S, uint32_t Begin, uint32_t End) const {
  std::map<uint32_t, std::pair<uint32_t, std::string>> Changes;
  for (const HeldReference &H : All)
    for (auto [From, To] : H.Instead)
      if (Code[S].Offset <= From && To <= Code[S].end() && Begin <= From &&
          To <= End)
        Changes[From] = {To, H.Name};
  std::string Text;
  for (const auto &[From, Change] : Changes) {
    Text += Code.Text.substr(Begin, From - Begin);
    Text += Change.second;
    Begin = Change.first;
  }
  return Text + std::string(Code.Text.substr(Begin, End - Begin));
}

/// No goto of C++ may pass an initialisation, nor may a case.
bool Holds::mayJumpPast(const HeldReference &H) const {
  StatementId Block = Code[H.First].Parent;
  bool InSwitch = Code[Block].Parent != None &&
                  Code[Code[Block].Parent].Kind == StatementKind::Switch;
  return InSwitch || (isCxx(Context, Code.file()) &&
                      llvm::any_of(Code.Statements, [](const Statement &S) {
                        return S.Kind == StatementKind::Label;
                      }));
}

/// `PyObject *v = take();`?
bool Holds::initialises(const HeldReference &H) const {
  return H.At == H.First && H.Open.empty() && !mayJumpPast(H) &&
         llvm::StringRef(H.Take.front()).starts_with(H.Name + " = ");
}

void Holds::declare(const HeldReference &H) {
  if (H.Existing || initialises(H))
    return;
  bool Later = H.At != H.First, Split = mayJumpPast(H);
  D.before(H.First, H.Type + H.Name + (Later && !Split ? " = NULL;" : ";"));
  if (Later && Split)
    D.before(H.First, H.Name + " = NULL;");
}

void Holds::take(const HeldReference &H) {
  std::vector<std::string> Lines;
  auto Same = [&](const HeldReference &Other) {
    return &Other == &H || (!H.Open.empty() && !H.Existing && !Other.Existing &&
                            Other.At == H.At && Other.Open == H.Open);
  };
  if (&*llvm::find_if(All, Same) != &H)
    return; // taken with the first of them
  if (H.Existing && Code[H.At].Kind == StatementKind::Declaration)
    Lines.push_back(H.Type + H.Name + ";");
  if (!H.Open.empty())
    Lines.push_back(H.Open);
  for (const HeldReference &Other : All)
    if (Same(Other))
      Lines.insert(Lines.end(), Other.Take.begin(), Other.Take.end());
  if (!H.Close.empty())
    Lines.push_back(H.Close);
  if (H.Existing)
    return D.rewrite(H.At, std::move(Lines));
  if (initialises(H))
    Lines.front().insert(0, H.Type);
  for (std::string &Line : Lines)
    D.before(H.At, std::move(Line));
}

/// Is \p S in a branch that is taken only when \p H holds nothing?
bool Holds::isNullAt(StatementId S, const HeldReference &H) const {
  for (StatementId If = Code[S].Parent; If != None; If = Code[If].Parent) {
    std::vector<StatementId> Parts = Code.children(If);
    if (Code[If].Kind != StatementKind::If || Parts.empty() ||
        Code[If].Offset < Code[H.At].Offset || Code[If].has(SF_Macro))
      continue;
    auto [Open, Close] = Code.condition(If);
    std::string Asked = textWith(If, Open, Close);
    NullTest Test =
        nullTest(Asked, 0, static_cast<uint32_t>(Asked.size()), H.Name, false);
    if ((Code.within(S, Parts[0]) && Test.Then == Nullness::Null) ||
        (!Code.within(S, Parts[0]) && Test.Else == Nullness::Null))
      return true;
  }
  return false;
}

void Holds::release(const HeldReference &H) {
  uint32_t Begin = Code[H.First].Offset, End = Code[H.Last].end();
  std::string Line = "Py_XDECREF(" + H.Name + ");";
  for (StatementId S = H.First; S != Code.Statements.size(); ++S)
    if (Code[S].Offset >= Code[H.At].Offset && Code[S].end() <= End &&
        Code.leaves(S, Begin, End)) {
      std::vector<std::string> &Releases = Leaving[S];
      if (!isNullAt(S, H))
        Releases.push_back(Line);
    }
  if (!Code.endsWays(H.Last))
    D.after(H.Last, Line);
}

void Holds::writeReturn(StatementId S,
                        const std::vector<std::string> &Releases) {
  std::vector<Token> Words = tokens(Code.Text, Code[S].Offset, Code[S].end());
  std::string Value;
  if (Words.size() > 2)
    Value = textWith(S, Words[1].Offset, Words.back().Offset);
  if (!computesResult(Code, S)) {
    for (const std::string &Line : Releases)
      D.before(S, Line);
    if (changesText(S))
      D.rewrite(S, {"return " + Value + ";"});
    return;
  }
  std::vector<std::string> Lines = returnAfter(Code, S, Value, Releases);
  if (Lines.empty())
    return D.refuse("what it returns cannot be kept in a variable");
  D.rewrite(S, std::move(Lines));
}

void Holds::write() {
  for (const HeldReference &H : All)
    check(H);
  if (D.isRefused())
    return;
  for (const HeldReference &H : All)
    declare(H);
  for (const HeldReference &H : All)
    take(H);
  for (const HeldReference &H : All)
    release(H);
  for (const auto &[S, Releases] : Leaving) {
    bool Macro = Code[S].has(SF_Macro);
    if (Macro && !isPlainMacro(Code.text(S)))
      return D.refuse("a macro can leave the function");
    if (Code[S].Kind == StatementKind::Return && !Macro)
      writeReturn(S, Releases);
    else
      for (const std::string &Line : Releases)
        D.before(S, Line);
  }
  for (const HeldReference &H : All)
    for (auto [From, To] : H.Instead) {
      auto Around = llvm::find_if(Leaving, [&](const auto &Way) {
        return Code[Way.first].Offset <= From && To <= Code[Way.first].end() &&
               Code[Way.first].Kind == StatementKind::Return;
      });
      if (Around == Leaving.end())
        D.replace(From, To, H.Name);
    }
}

} // namespace ungil::fix
