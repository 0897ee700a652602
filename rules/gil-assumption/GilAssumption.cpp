//===- GilAssumption.cpp - code that relies on the GIL for exclusion ------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// rules/gil-assumption/rule.md says what and why. Four signs of it, each with
// a function of its own: calls that are of the GIL's time only, lock macros
// that are empty without it, comments that promise it, and regions that take
// it around state that is not Python's (Region.cpp).
//
//===----------------------------------------------------------------------===//

#include "Region.h"
#include "Rules/Common.h"
#include "Rules/SharedPlace.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace ungil::rules {
namespace {

constexpr std::string_view RuleId = "gil-assumption";

//===-- Calls of the GIL's time -------------------------------------------===//

void findObsolete(const Program &P, FunctionId F, FindingList &Found) {
  std::set<const ApiFunction *> Seen;
  for (const KnownCall &Call : P.calls(F)) {
    if (!Call.Live || !Call.Api || Call.Api->Obsolete.empty() ||
        !Seen.insert(Call.Api).second)
      continue;
    const ApiFunction &Api = *Call.Api;
    Finding New = findingAt(P, RuleId, {F, Call.Event});
    New.Entity = Api.Name;
    New.Conf = Confidence::Medium;
    // A call that is gone does not compile; one that does nothing is a
    // hint at old assumptions.
    New.Sev = Api.Removed ? Severity::Warning : Severity::Note;
    New.Message = "'" + Api.Name + "' " + Api.Obsolete;
    New.Why = "It belongs to a time when code took the GIL itself; what it "
              "was meant to order is ordered by nothing now.";
    New.Help = "Remove the call, and look at what stands around it.";
    Found.push_back(std::move(New));
  }
}

//===-- Lock macros that are empty ----------------------------------------===//

/// Does the name of a macro say that it takes a lock?
bool takesLock(llvm::StringRef Name) {
  std::string Upper = Name.upper();
  llvm::StringRef N(Upper);
  bool Lock = false;
  llvm::SmallVector<llvm::StringRef, 8> Words;
  N.split(Words, '_', -1, false);
  for (llvm::StringRef Word : Words) {
    if (Word.starts_with("UN") || Word == "RELEASE" || Word == "LEAVE" ||
        Word == "END" || Word == "EXIT" || Word == "DECLARE" ||
        Word == "ASSERT" || Word == "CHECK" || Word == "INIT" ||
        Word == "ALLOC" || Word == "FREE" || Word == "BLOCK")
      return false;
    Lock |= Word == "LOCK" || Word == "MUTEX" || Word.ends_with("LOCK") ||
            Word == "GUARD" || Word == "ACQUIRE" || Word == "SYNCHRONIZED";
  }
  // CLOCK, BLOCK, FLOCK are other words.
  return Lock && !N.contains("CLOCK") && !N.contains("BLOCK");
}

/// What is in each file: functions, and places that it defines or uses.
struct FileIndex {
  explicit FileIndex(const Program &P) {
    for (FunctionId F = 0; F != P.Functions.size(); ++F)
      Files[P.body(F).Body.File].Functions.push_back(F);
    for (const auto &[Place, Accesses] : P.Places) {
      Files[P.entity(Place).Loc.File].Places.insert(Place);
      for (const Access &A : Accesses)
        Files[P.event(A.At).Range.File].Places.insert(Place);
    }
  }
  struct Content {
    std::vector<FunctionId> Functions;
    std::set<EntityId> Places;
  };
  std::map<FileId, Content> Files;
};

/// Places of \p File that nothing else protects.
std::vector<std::pair<EntityId, PlaceVerdict>> unprotectedIn(const Program &P,
                                                             FileId File) {
  std::vector<std::pair<EntityId, PlaceVerdict>> Result;
  for (const auto &[Place, Accesses] : P.Places)
    if (std::any_of(Accesses.begin(), Accesses.end(), [&](const Access &A) {
          return P.event(A.At).Range.File == File;
        }))
      for (PlaceVerdict &Verdict : judgePlace(P, Place))
        Result.push_back({Place, std::move(Verdict)});
  return Result;
}

void findEmptyMacros(const Program &P, FindingList &Found) {
  constexpr size_t MaxNotes = 5;
  std::set<std::string> Seen;
  for (const MacroFact &Macro : P.Facts.Macros) {
    if (!Macro.GilConditional || !Macro.Empty || !takesLock(Macro.Name) ||
        !Seen.insert(Macro.Name).second)
      continue;
    auto Open = unprotectedIn(P, Macro.Loc.File);
    Finding F;
    F.Rule = RuleId;
    F.Range = Macro.Loc;
    F.Entity = Macro.Name;
    F.Conf = Open.empty() ? Confidence::Low : Confidence::Medium;
    F.Message = "'" + Macro.Name + "' is empty in a build without the GIL";
    F.Why =
        "Where it stood for a lock, the GIL build had two and the build "
        "without the GIL has none" +
        std::string(Open.empty() ? "."
                                 : ": the state below is open to all threads.");
    F.Help = "Let it take a lock exactly where Py_GIL_DISABLED is defined "
             "(PyMutex, or Py_BEGIN_CRITICAL_SECTION, which is empty with "
             "the GIL by itself).";
    for (size_t I = 0; I != std::min(Open.size(), MaxNotes); ++I)
      F.Notes.push_back(
          {P.event(Open[I].second.At.At).Range,
           placeText(P, Open[I].first) + " is used here without a lock"});
    Found.push_back(std::move(F));
  }
}

//===-- Comments that promise the GIL -------------------------------------===//

/// The innermost function whose body holds \p At.
FunctionId functionAround(const Program &P, const SourceRange &At,
                          const std::vector<FunctionId> &OfFile) {
  FunctionId Best = None;
  for (FunctionId F : OfFile) {
    const SourceRange &Body = P.body(F).Body;
    if (Body.File == At.File && At.Offset >= Body.Offset &&
        At.Offset < Body.Offset + Body.Length &&
        (Best == None || Body.Length < P.body(Best).Body.Length))
      Best = F;
  }
  return Best;
}

/// Is the comment written at what \p Declared declares: above it or behind?
bool standsAt(const CommentFact &Comment, const SourceRange &Declared) {
  return Declared.isValid() && Declared.File == Comment.Loc.File &&
         (Declared.Line == Comment.Loc.EndLine + 1 ||
          (Declared.Line == Comment.Loc.Line && !Comment.AloneOnLine));
}

/// Does the comment speak of this access: some lines before it, or at its
/// function?
bool speaksOf(const Program &P, const CommentFact &Comment, FunctionId Around,
              const Access &A) {
  constexpr unsigned Before = 12, After = 2;
  const SourceRange &At = P.event(A.At).Range;
  if (At.File != Comment.Loc.File)
    return false;
  if (Around != None)
    return A.At.Function == Around && At.Line + After >= Comment.Loc.Line &&
           At.Line <= Comment.Loc.EndLine + Before;
  const Entity &Function = P.entityOf(A.At.Function);
  // The return type may have a line of its own.
  return standsAt(Comment, Function.Loc) ||
         standsAt(Comment, Function.Declaration);
}

/// Does the sentence name a lock beside the GIL (`call with the connection
/// lock and the GIL`)? Then it says what callers hold, not that the GIL is
/// what keeps them apart.
bool namesAnotherLock(llvm::StringRef Sentence) {
  auto IsWord = [](char C) { return llvm::isAlnum(C) || C == '_'; };
  for (std::string Before; !Sentence.empty();) {
    Sentence = Sentence.drop_until(IsWord);
    llvm::StringRef Word = Sentence.take_while(IsWord);
    Sentence = Sentence.drop_front(Word.size());
    std::string Lower = Word.lower();
    bool OfGil = Before == "interpreter" || Before == "gil";
    if (!OfGil &&
        (Lower == "lock" || llvm::StringRef(Lower).ends_with("_lock") ||
         llvm::StringRef(Lower).ends_with("mutex")))
      return true;
    Before = std::move(Lower);
  }
  return false;
}

Finding promiseFinding(const Program &P, const CommentFact &Comment,
                       EntityId Place, const PlaceVerdict &V) {
  Finding F;
  F.Rule = RuleId;
  F.Range = Comment.Loc;
  F.Function = P.name(V.At.At.Function);
  F.Entity = P.entity(Place).Name;
  F.Conf = V.Conf;
  F.Message = "the comment relies on the GIL, and nothing else protects " +
              placeText(P, Place);
  F.Why = "Without the GIL, " + twoThreads(P, V.At.At.Function) +
          " reach it at the same time.";
  F.Help = "Protect it with a lock of its own (PyMutex), make it atomic, or "
           "keep it per thread or per object; then correct the comment.";
  F.Notes.push_back(
      {P.event(V.At.At).Range, placeText(P, Place) + " is " +
                                   (V.At.writes() ? "written" : "read") +
                                   " here without a lock"});
  if (!V.Others.empty()) {
    const Access &Other = V.Others.front();
    F.Notes.push_back({P.event(Other.At).Range,
                       "and " +
                           std::string(Other.writes() ? "written" : "read") +
                           " here, in '" + P.name(Other.At.Function) + "'"});
  }
  F.Trace = P.traceTo(V.At.At);
  return F;
}

void findPromises(const Program &P, FindingList &Found) {
  std::map<EntityId, std::vector<PlaceVerdict>> Judged;
  auto Judge = [&](EntityId Place) -> const std::vector<PlaceVerdict> & {
    auto [It, New] = Judged.try_emplace(Place);
    if (New)
      It->second = judgePlace(P, Place);
    return It->second;
  };
  std::optional<FileIndex> Index; // made for the first comment
  for (const CommentFact &Comment : P.Facts.Comments) {
    if (Comment.Kind != CommentKind::MentionsGil)
      continue;
    if (!Index)
      Index.emplace(P);
    const auto &[Functions, Places] = Index->Files[Comment.Loc.File];
    FunctionId Around = functionAround(P, Comment.Loc, Functions);
    bool OtherLock = namesAnotherLock(Comment.Reason);
    for (EntityId Place : Places) {
      const std::vector<Access> &Accesses = P.Places.at(Place);
      bool Named =
          standsAt(Comment, P.entity(Place).Loc) ||
          (!OtherLock &&
           std::any_of(Accesses.begin(), Accesses.end(), [&](const Access &A) {
             return speaksOf(P, Comment, Around, A);
           }));
      if (!Named || Judge(Place).empty())
        continue;
      Found.push_back(promiseFinding(P, Comment, Place, Judge(Place).front()));
      break; // one finding per comment
    }
  }
}

//===-- The GIL as a mutex ------------------------------------------------===//

void findRegions(const Program &P, FindingList &Found) {
  RegionFinder Finder(P);
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F) || !P.isConcurrent(F))
      continue;
    for (const GilRegion &R : Finder.regionsOf(F)) {
      Finding New = findingAt(P, RuleId, {F, R.Enter});
      New.Entity = R.What;
      New.Conf =
          confidenceIn(P, F, R.Certain ? Confidence::High : Confidence::Medium);
      std::string How = P.calleeName(P.body(F).Events[R.Enter]);
      New.Message = "'" + How + "' is used as a lock around '" + R.What +
                    "', which is not a Python object";
      New.Why = "It only gives the thread a thread state; without the GIL many "
                "threads have one at once, so " +
                twoThreads(P, F) + " are in here together.";
      New.Help = "Use a lock of its own (PyMutex, std::mutex) at every access "
                 "of '" +
                 R.What + "', or an atomic; no thread state is needed for it.";
      New.Notes.push_back({P.body(F).Events[R.Write].Range,
                           "'" + R.What + "' is written here"});
      Found.push_back(std::move(New));
    }
  }
}

} // namespace

FindingList gilAssumption(const Program &P) {
  FindingList Found;
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F))
      findObsolete(P, F, Found);
  findEmptyMacros(P, Found);
  findPromises(P, Found);
  findRegions(P, Found);
  return Found;
}

} // namespace ungil::rules
