//===- Fixing.cpp - edits made and checked --------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixing.h"
#include "Driver/Files.h"
#include "Fix/Apply.h"
#include "Report/Names.h"
#include "Support/Output.h"
#include "Verifying.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace ungil;

namespace {

/// How often each finding was made, by key.
using Counts = std::map<std::string, int>;

/// Where a finding is, but for its line, which an edit above it moves.
std::string placeOf(const Report &In, const Finding &F) {
  std::string File = F.Range.isValid() ? In.Files[F.Range.File] : std::string();
  return F.Rule + '\n' + File + '\n' + F.Function;
}

/// A finding but for its line.
std::string keyOf(const Report &In, const Finding &F) {
  return placeOf(In, F) + '\n' + F.Entity;
}

/// What a finding is about, wherever the one line of it is.
std::string topicOf(const Finding &F) { return F.Rule + "\n\n" + F.Entity; }

class Fixer {
public:
  Fixer(const ScanPlan &Plan, std::vector<UnitResult> Units, Report First,
        const Api &Known, const AnalyseOptions &Options,
        const FixRequest &Request, Timings &Times)
      : Plan(Plan), Units(std::move(Units)), Known(Known), Options(Options),
        Request(Request), Times(Times), Compiler(Plan) {
    Out.Final = std::move(First);
  }

  FixOutcome run();

private:
  using Edits = Verifier::Texts;
  using Indices = std::vector<size_t>;

  /// Why fixes cannot be made as they are.
  struct Failure {
    std::string Why; ///< empty: they can
    Indices Blamed;  ///< the ones it speaks of; empty: nobody knows
  };

  Indices candidates() const;
  Edits textWith(const Indices &Chosen);
  Indices touched(const Edits &Text) const;
  Report analyseWith(const Edits &Text, const Indices &Which,
                     std::vector<UnitResult> Parsed,
                     std::vector<UnitResult> &NewUnits);
  std::map<std::string, std::string> renamed(const Indices &Chosen) const;
  Failure stillWrong(const Report &New, const Indices &Chosen) const;
  Indices nearest(const Complaint &Said, const Indices &Chosen) const;
  Failure tryFixes(const Indices &Chosen);
  std::pair<Indices, Indices> split(const Indices &Set,
                                    const Indices &Blamed) const;
  void withdraw(size_t Index, const std::string &Why);

  const ScanPlan &Plan;
  std::vector<UnitResult> Units;
  const Api &Known;
  const AnalyseOptions &Options;
  const FixRequest &Request;
  Timings &Times;
  Verifier Compiler;
  FixOutcome Out;
  std::set<std::string> Refused; ///< fingerprints
};

/// Findings whose fixes go together now.
Fixer::Indices Fixer::candidates() const {
  std::vector<const FixPlan *> Plans;
  Indices Index;
  for (size_t I = 0; I != Out.Final.Findings.size(); ++I) {
    const Finding &F = Out.Final.Findings[I];
    bool Inside = llvm::all_of(F.Fix.Edits, [&](const Edit &E) {
      return isReallyWithin(Out.Final.Files[E.File], Plan.Root);
    });
    if (F.Fix.Edits.empty() || F.Fix.How < Request.Least || !Inside ||
        Refused.count(F.Fingerprint))
      continue;
    Plans.push_back(&F.Fix);
    Index.push_back(I);
  }
  Indices Chosen;
  for (size_t I : fix::choose(Plans))
    Chosen.push_back(Index[I]);
  return Chosen;
}

Fixer::Edits Fixer::textWith(const Indices &Chosen) {
  std::vector<const FixPlan *> Plans;
  for (size_t I : Chosen)
    Plans.push_back(&Out.Final.Findings[I].Fix);
  SourceCache Disk;
  Edits All = Out.Edited;
  for (const auto &[File, Edits] : fix::editsByFile(Plans)) {
    const std::string &Path = Out.Final.Files[File];
    auto Known = Out.Edited.find(Path);
    std::string_view Old =
        Known == Out.Edited.end() ? Disk.get(Path).text() : Known->second;
    All[Path] = fix::apply(Old, Edits);
  }
  return All;
}

/// Units that read a file whose text differs from what they were parsed with.
Fixer::Indices Fixer::touched(const Edits &Text) const {
  Indices All;
  for (size_t I = 0; I != Units.size(); ++I)
    if (llvm::any_of(Units[I].Facts.Files, [&](const FileFact &File) {
          auto New = Text.find(File.Path);
          auto Old = Out.Edited.find(File.Path);
          return New != Text.end() &&
                 (Old == Out.Edited.end() || Old->second != New->second);
        }))
      All.push_back(I);
  return All;
}

Report Fixer::analyseWith(const Edits &Text, const Indices &Which,
                          std::vector<UnitResult> Parsed,
                          std::vector<UnitResult> &NewUnits) {
  NewUnits = Units;
  for (size_t I = 0; I != Which.size(); ++I)
    NewUnits[Which[I]] = std::move(Parsed[I]);
  SourceCache Sources;
  for (const auto &[Path, Content] : Text)
    Sources.put(Path, Content);
  return analyse(Plan, NewUnits, Known, Options, Sources, Times);
}

/// Functions whose bodies \p Chosen give a new name: an edit that replaces the
/// name in front of a parameter list. From the new name to the old.
std::map<std::string, std::string> Fixer::renamed(const Indices &Chosen) const {
  std::map<std::string, std::string> All;
  SourceCache Disk;
  for (size_t I : Chosen)
    for (const Edit &E : Out.Final.Findings[I].Fix.Edits) {
      const std::string &Path = Out.Final.Files[E.File];
      auto Known = Out.Edited.find(Path);
      llvm::StringRef Text(Known == Out.Edited.end() ? Disk.get(Path).text()
                                                     : Known->second);
      llvm::StringRef Old = Text.substr(E.Offset, E.Length).split('(').first;
      llvm::StringRef New = llvm::StringRef(E.Text).split('(').first;
      if (!Old.empty() && New == (Old + "_impl").str())
        All[New.str()] = Old.str();
    }
  return All;
}

/// A finding of \p Chosen that is still there, or one more than before of its
/// rule in a function (which entity it names first may change with what is
/// mended) that has not come from another function.
Fixer::Failure Fixer::stillWrong(const Report &New,
                                 const Indices &Chosen) const {
  const Report &Old = Out.Final;
  Counts Allowed, Now;
  auto Count = [](Counts &In, const Report &Of, const Finding &F, int N) {
    In[keyOf(Of, F)] += N;
    In[placeOf(Of, F)] += N;
    In[topicOf(F)] += N;
  };
  for (const Finding &F : Old.Findings)
    Count(Allowed, Old, F, 1);
  std::set<std::string> Mended;
  for (size_t I : Chosen) {
    Count(Allowed, Old, Old.Findings[I], -1);
    Mended.insert(keyOf(Old, Old.Findings[I]));
  }
  std::map<std::string, std::string> Renamed = renamed(Chosen);
  FindingList After = New.Findings;
  for (Finding &F : After) {
    if (auto Name = Renamed.find(F.Function); Name != Renamed.end())
      F.Function = Name->second;
    Count(Now, New, F, 1);
  }
  auto Exceeds = [&](const std::string &What) {
    return Now[What] > Allowed[What];
  };
  Failure First;
  for (const Finding &F : After) {
    std::string Key = keyOf(New, F);
    if (!Exceeds(Key))
      continue;
    bool Still = Mended.count(Key);
    if (!Still && (!Exceeds(placeOf(New, F)) || !Exceeds(topicOf(F))))
      continue;
    Indices Blamed;
    for (size_t I : Chosen) {
      const Finding &O = Old.Findings[I];
      if (Still ? keyOf(Old, O) == Key
                : O.Function == F.Function ||
                      (!F.Entity.empty() && O.Entity == F.Entity))
        Blamed.push_back(I);
    }
    std::string Why =
        Still ? "the finding would still be there"
              : "it would bring a new one: " + F.Message + " [" + F.Rule + "]";
    // One that nobody can be blamed for may be anybody's.
    if (Blamed.empty())
      return {Why, {}};
    if (First.Why.empty())
      First.Why = Why;
    for (size_t I : Blamed)
      if (!llvm::is_contained(First.Blamed, I))
        First.Blamed.push_back(I);
  }
  return First;
}

/// The fix with the edit in front of what the compiler complains of.
Fixer::Indices Fixer::nearest(const Complaint &Said,
                              const Indices &Chosen) const {
  std::vector<const FixPlan *> Plans;
  for (size_t I : Chosen)
    Plans.push_back(&Out.Final.Findings[I].Fix);
  const Edit *Last = nullptr;
  auto ByFile = fix::editsByFile(Plans);
  for (const auto &[File, Edits] : ByFile) {
    if (Out.Final.Files[File] != Said.File)
      continue;
    int64_t Moved = 0; ///< by the edits in front
    for (const Edit &E : Edits) {
      if (E.Offset + Moved > Said.Offset)
        break;
      Last = &E;
      Moved += static_cast<int64_t>(E.Text.size()) - E.Length;
    }
  }
  Indices All;
  for (size_t I : Chosen)
    if (Last &&
        llvm::any_of(Out.Final.Findings[I].Fix.Edits, [&](const Edit &E) {
          return E.File == Last->File && E.Offset == Last->Offset &&
                 E.Text == Last->Text;
        }))
      All.push_back(I);
  return All;
}

/// Makes the fixes, or says why not.
Fixer::Failure Fixer::tryFixes(const Indices &Chosen) {
  Edits Text = textWith(Chosen);
  Indices Which = touched(Text);
  std::vector<UnitResult> Parsed, NewUnits;
  Complaint Said =
      Compiler.check(Which, Out.Edited, Text, Request.Verify, Parsed);
  if (!Said.What.empty())
    return {Said.What, nearest(Said, Chosen)};
  Report New = analyseWith(Text, Which, std::move(Parsed), NewUnits);
  if (Request.Verify)
    if (Failure Wrong = stillWrong(New, Chosen); !Wrong.Why.empty())
      return Wrong;
  for (size_t I : Chosen)
    Out.Made.push_back(Out.Final.Findings[I]);
  Out.Final = std::move(New);
  Out.Edited = std::move(Text);
  Compiler.keep();
  Units = std::move(NewUnits);
  return {};
}

/// Those of \p Set that nobody blames and the others; halves when that says
/// nothing.
std::pair<Fixer::Indices, Fixer::Indices>
Fixer::split(const Indices &Set, const Indices &Blamed) const {
  if (!Blamed.empty() && Blamed.size() < Set.size()) {
    Indices Rest;
    llvm::copy_if(Set, std::back_inserter(Rest),
                  [&](size_t I) { return !llvm::is_contained(Blamed, I); });
    return {Rest, Blamed};
  }
  auto Middle = Set.begin() + static_cast<ptrdiff_t>(Set.size() / 2);
  return {{Set.begin(), Middle}, {Middle, Set.end()}};
}

void Fixer::withdraw(size_t Index, const std::string &Why) {
  const Finding &F = Out.Final.Findings[Index];
  Refused.insert(F.Fingerprint);
  std::string Where = F.Function.empty() ? "" : " in '" + F.Function + "'";
  Out.Withdrawn.push_back(
      {Severity::Warning, Out.Final.Files[F.Range.File],
       "the fix of " + F.Rule + Where + " was taken back: " + Why});
}

FixOutcome Fixer::run() {
  // Each round makes what goes together; what is left was in the way of
  // something, and is planned on the new text.
  constexpr unsigned MaxRounds = 20;
  for (unsigned Round = 0; Round != MaxRounds; ++Round) {
    Indices Chosen = candidates();
    if (Chosen.empty())
      break;
    // Most sets pass whole. Of one that does not those go first that are not
    // to blame, until the culprits are alone.
    std::vector<Indices> Sets{Chosen};
    bool Made = false;
    while (!Sets.empty() && !Made) {
      Indices Set = std::move(Sets.back());
      Sets.pop_back();
      Failure Found = tryFixes(Set);
      if (Found.Why.empty()) {
        Made = true;
      } else if (Set.size() == 1) {
        withdraw(Set[0], Found.Why);
      } else {
        auto [First, Second] = split(Set, Found.Blamed);
        Sets.push_back(std::move(Second));
        Sets.push_back(std::move(First));
      }
    }
  }
  for (Finding &F : Out.Final.Findings)
    if (Refused.count(F.Fingerprint))
      F.Fix = {Applicability::Manual, "no edit: it was taken back", {}};
  return std::move(Out);
}

} // namespace

FixOutcome ungil::makeFixes(const ScanPlan &Plan, std::vector<UnitResult> Units,
                            Report First, const Api &Known,
                            const AnalyseOptions &Options,
                            const FixRequest &Request, Timings &Times) {
  return Fixer(Plan, std::move(Units), std::move(First), Known, Options,
               Request, Times)
      .run();
}

std::vector<Remark> ungil::writeFixes(const FixOutcome &Outcome,
                                      const std::string &Root,
                                      SourceCache &Read) {
  std::vector<Remark> Problems;
  for (const auto &[Path, Text] : Outcome.Edited) {
    if (!isReallyWithin(Path, Root)) {
      Problems.push_back({Severity::Error, Path,
                          "leads out of '" + Root +
                              "' and is left alone; name the folder it is in "
                              "with --root"});
      continue;
    }
    auto Now = llvm::MemoryBuffer::getFile(Path, /*IsText=*/false,
                                           /*RequiresNullTerminator=*/false);
    if (!Now || (*Now)->getBuffer() != llvm::StringRef(Read.get(Path).text())) {
      Problems.push_back({Severity::Error, Path,
                          "changed since it was read and is left alone; run "
                          "the scan again"});
      continue;
    }
    if (llvm::Error Failed =
            writeOutput(Path, [&](llvm::raw_ostream &Out) { Out << Text; }))
      Problems.push_back(
          {Severity::Error, "", llvm::toString(std::move(Failed))});
  }
  return Problems;
}
