//===- Apply.cpp - edits on text ------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Apply.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <tuple>

namespace ungil::fix {

static bool isSameOnce(const Edit &A, const Edit &B) {
  return A.Once && B.Once && A.Offset == B.Offset && A.Text == B.Text;
}

static bool touch(const Edit &A, const Edit &B) {
  if (A.File != B.File || isSameOnce(A, B))
    return false;
  const Edit &First = A.Offset <= B.Offset ? A : B;
  const Edit &Second = A.Offset <= B.Offset ? B : A;
  return First.Offset == Second.Offset ||
         Second.Offset < First.Offset + First.Length;
}

/// Do two plans touch? Also when one lies in the middle of the other's edits,
/// where it may rest on what is about to change.
static bool touch(const FixPlan &A, const FixPlan &B) {
  return llvm::any_of(A.Edits, [&](const Edit &X) {
    return llvm::any_of(B.Edits, [&](const Edit &Y) { return touch(X, Y); });
  });
}

std::vector<size_t> choose(llvm::ArrayRef<const FixPlan *> Plans) {
  std::vector<size_t> Chosen;
  for (size_t I = 0; I != Plans.size(); ++I)
    if (!Plans[I]->Edits.empty() && llvm::none_of(Chosen, [&](size_t Other) {
          return touch(*Plans[Other], *Plans[I]);
        }))
      Chosen.push_back(I);
  return Chosen;
}

bool comesBefore(const Edit &A, const Edit &B) {
  return std::tie(A.File, A.Offset, A.Length) <
         std::tie(B.File, B.Offset, B.Length);
}

std::map<FileId, std::vector<Edit>>
editsByFile(llvm::ArrayRef<const FixPlan *> Plans) {
  std::map<FileId, std::vector<Edit>> All;
  for (const FixPlan *Plan : Plans)
    for (const Edit &E : Plan->Edits)
      All[E.File].push_back(E);
  for (auto &[File, Edits] : All) {
    llvm::stable_sort(Edits, comesBefore);
    Edits.erase(std::unique(Edits.begin(), Edits.end(), isSameOnce),
                Edits.end());
  }
  return All;
}

std::string apply(std::string_view Text, llvm::ArrayRef<Edit> Edits) {
  std::string Out;
  size_t At = 0;
  for (const Edit &E : Edits) {
    Out += Text.substr(At, E.Offset - At);
    Out += E.Text;
    At = size_t(E.Offset) + E.Length;
  }
  Out += Text.substr(At);
  return Out;
}

//===-- Unified diff ------------------------------------------------------===//

namespace {

using Lines = std::vector<std::string_view>;

/// With their ends.
Lines linesOf(std::string_view Text) {
  Lines All;
  while (!Text.empty()) {
    size_t End = std::min(Text.find('\n'), Text.size() - 1);
    All.push_back(Text.substr(0, End + 1));
    Text.remove_prefix(End + 1);
  }
  return All;
}

/// Lines [OldBegin, OldEnd) become [NewBegin, NewEnd).
struct Hunk {
  size_t OldBegin, OldEnd, NewBegin, NewEnd;
};

/// Where the two differ. Edits are few and small: after a difference the next
/// line that both have is near.
std::vector<Hunk> differences(const Lines &Old, const Lines &New) {
  auto Same = [&](size_t I, size_t J) {
    if (I >= Old.size() || J >= New.size())
      return I >= Old.size() && J >= New.size();
    // A lone brace or an empty line agrees with anything.
    bool Telling = llvm::any_of(Old[I], llvm::isAlnum);
    return Old[I] == New[J] &&
           (Telling || (I + 1 < Old.size() && J + 1 < New.size() &&
                        Old[I + 1] == New[J + 1]));
  };
  std::vector<Hunk> All;
  for (size_t I = 0, J = 0; I < Old.size() || J < New.size();) {
    if (I < Old.size() && J < New.size() && Old[I] == New[J]) {
      ++I, ++J;
      continue;
    }
    size_t Steps = 1;
    Hunk H{I, Old.size(), J, New.size()};
    for (bool Found = false; !Found && Steps <= Old.size() + New.size();
         ++Steps)
      for (size_t A = 0; A <= Steps && !Found; ++A)
        if (I + A <= Old.size() && J + (Steps - A) <= New.size() &&
            Same(I + A, J + (Steps - A))) {
          H.OldEnd = I + A;
          H.NewEnd = J + (Steps - A);
          Found = true;
        }
    All.push_back(H);
    I = H.OldEnd;
    J = H.NewEnd;
  }
  return All;
}

void printLine(char Mark, std::string_view Line, llvm::raw_ostream &Out) {
  Out << Mark << llvm::StringRef(Line);
  if (!Line.ends_with('\n'))
    Out << "\n\\ No newline at end of file\n";
}

/// `-12,3` of a hunk header.
void printSpan(char Mark, size_t Begin, size_t End, llvm::raw_ostream &Out) {
  Out << Mark << (Begin == End ? Begin : Begin + 1);
  if (End - Begin != 1)
    Out << ',' << End - Begin;
}

/// Hunks \p First to \p Last with the lines around them.
void printGroup(const Lines &Old, const Lines &New, llvm::ArrayRef<Hunk> Group,
                llvm::raw_ostream &Out) {
  constexpr size_t Context = 3;
  const Hunk &First = Group.front(), &Last = Group.back();
  size_t Lead = std::min(First.OldBegin, Context);
  size_t Trail = std::min(Old.size() - Last.OldEnd, Context);
  Out << "@@ ";
  printSpan('-', First.OldBegin - Lead, Last.OldEnd + Trail, Out);
  Out << ' ';
  printSpan('+', First.NewBegin - Lead, Last.NewEnd + Trail, Out);
  Out << " @@\n";
  size_t At = First.OldBegin - Lead;
  for (const Hunk &H : Group) {
    for (; At != H.OldBegin; ++At)
      printLine(' ', Old[At], Out);
    for (; At != H.OldEnd; ++At)
      printLine('-', Old[At], Out);
    for (size_t I = H.NewBegin; I != H.NewEnd; ++I)
      printLine('+', New[I], Out);
  }
  for (size_t I = 0; I != Trail; ++I)
    printLine(' ', Old[At + I], Out);
}

} // namespace

/// A name with other characters than text has goes in quotes, as git puts it:
/// none may look like the next line of the difference.
static std::string quoted(const std::string &Name) {
  if (llvm::all_of(Name, [](char C) { return llvm::isPrint(C) && C != '"'; }))
    return Name;
  std::string Out;
  llvm::raw_string_ostream(Out) << '"';
  llvm::raw_string_ostream(Out).write_escaped(Name);
  return Out + '"';
}

void printDiff(std::string_view Path, std::string_view OldText,
               std::string_view NewText, llvm::raw_ostream &Out) {
  if (OldText == NewText)
    return;
  Lines Old = linesOf(OldText), New = linesOf(NewText);
  std::string Name(Path);
  Out << "--- " << quoted("a/" + Name) << "\n+++ " << quoted("b/" + Name)
      << '\n';
  std::vector<Hunk> All = differences(Old, New);
  constexpr size_t Near = 6; // their contexts would meet
  for (size_t I = 0; I != All.size();) {
    size_t J = I + 1;
    while (J != All.size() && All[J].OldBegin - All[J - 1].OldEnd <= Near)
      ++J;
    printGroup(Old, New, llvm::ArrayRef(All).slice(I, J - I), Out);
    I = J;
  }
}

} // namespace ungil::fix
