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
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace ungil;

namespace {

/// How often each complaint was made, by file, or each finding, by key.
using Counts = std::map<std::string, unsigned>;

/// Where a finding is, but for its line, which an edit above it moves.
std::string placeOf(const Report &In, const Finding &F) {
  std::string File = F.Range.isValid() ? In.Files[F.Range.File] : std::string();
  return F.Rule + '\n' + File + '\n' + F.Function;
}

/// A finding but for its line.
std::string keyOf(const Report &In, const Finding &F) {
  return placeOf(In, F) + '\n' + F.Entity;
}

class Fixer {
public:
  Fixer(const ScanPlan &Plan, std::vector<UnitResult> Units, Report First,
        const Api &Known, const AnalyseOptions &Options,
        const FixRequest &Request, Timings &Times)
      : Plan(Plan), Units(std::move(Units)), Known(Known), Options(Options),
        Request(Request), Times(Times) {
    Out.Final = std::move(First);
  }

  FixOutcome run();

private:
  using Edits = std::map<std::string, std::string>;

  std::vector<size_t> candidates() const;
  Edits textWith(const std::vector<size_t> &Chosen);
  std::vector<size_t> touched(const Edits &Text) const;
  ScanPlan planOf(const std::vector<size_t> &Which, const Edits &Text) const;
  Counts complaints(const std::vector<size_t> &Which, const Edits &Text,
                    bool WithGil) const;
  const Counts &complaintsBefore(const std::vector<size_t> &Which,
                                 bool WithGil);
  std::string newComplaint(const std::vector<size_t> &Which, const Edits &Text);
  Report analyseWith(const Edits &Text, std::vector<UnitResult> &NewUnits);
  std::map<std::string, std::string>
  renamed(const std::vector<size_t> &Chosen) const;
  std::string stillWrong(const Report &New,
                         const std::vector<size_t> &Chosen) const;
  std::string tryFixes(const std::vector<size_t> &Chosen);
  void withdraw(size_t Index, const std::string &Why);

  const ScanPlan &Plan;
  std::vector<UnitResult> Units;
  const Api &Known;
  const AnalyseOptions &Options;
  const FixRequest &Request;
  Timings &Times;
  FixOutcome Out;
  std::set<std::string> Refused; ///< fingerprints
  /// Of the text as it is now; by units, and with the GIL or without.
  std::map<std::pair<std::vector<size_t>, bool>, Counts> Before;
};

/// Findings whose fixes go together now.
std::vector<size_t> Fixer::candidates() const {
  std::vector<const FixPlan *> Plans;
  std::vector<size_t> Index;
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
  std::vector<size_t> Chosen;
  for (size_t I : fix::choose(Plans))
    Chosen.push_back(Index[I]);
  return Chosen;
}

Fixer::Edits Fixer::textWith(const std::vector<size_t> &Chosen) {
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
std::vector<size_t> Fixer::touched(const Edits &Text) const {
  std::vector<size_t> All;
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

ScanPlan Fixer::planOf(const std::vector<size_t> &Which,
                       const Edits &Text) const {
  ScanPlan Part = Plan;
  Part.Units.clear();
  for (size_t I : Which)
    Part.Units.push_back(Plan.Units[I]);
  Part.Edited = Text;
  Part.Progress = false;
  return Part;
}

Counts Fixer::complaints(const std::vector<size_t> &Which, const Edits &Text,
                         bool WithGil) const {
  ScanPlan Part = planOf(Which, Text);
  if (WithGil)
    Part = withGil(std::move(Part));
  Part.Check = true;
  Counts All;
  for (const UnitResult &Unit : parse(Part))
    for (const DiagnosticFact &D : Unit.Facts.Errors)
      ++All[D.Message];
  return All;
}

/// Sets of fixes for the same files, one after the other, ask for the same.
const Counts &Fixer::complaintsBefore(const std::vector<size_t> &Which,
                                      bool WithGil) {
  auto [It, New] = Before.try_emplace({Which, WithGil});
  if (New)
    It->second = complaints(Which, Out.Edited, WithGil);
  return It->second;
}

/// What the compiler says now and did not say before, with and without the
/// GIL; empty: nothing.
std::string Fixer::newComplaint(const std::vector<size_t> &Which,
                                const Edits &Text) {
  for (bool WithGil : {false, true}) {
    Counts Old = complaintsBefore(Which, WithGil);
    for (const auto &[Message, N] : complaints(Which, Text, WithGil))
      if (N > Old[Message])
        return "the compiler says \"" + Message + "\"" +
               (WithGil ? " in a build with the GIL" : "");
  }
  return {};
}

Report Fixer::analyseWith(const Edits &Text,
                          std::vector<UnitResult> &NewUnits) {
  std::vector<size_t> Which = touched(Text);
  std::vector<UnitResult> Parsed = parse(planOf(Which, Text));
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
std::map<std::string, std::string>
Fixer::renamed(const std::vector<size_t> &Chosen) const {
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
/// mended); empty: all is well.
std::string Fixer::stillWrong(const Report &New,
                              const std::vector<size_t> &Chosen) const {
  const Report &Old = Out.Final;
  Counts Allowed;
  for (const Finding &F : Old.Findings) {
    ++Allowed[keyOf(Old, F)];
    ++Allowed[placeOf(Old, F)];
  }
  std::set<std::string> Mended;
  for (size_t I : Chosen) {
    --Allowed[keyOf(Old, Old.Findings[I])];
    --Allowed[placeOf(Old, Old.Findings[I])];
    Mended.insert(keyOf(Old, Old.Findings[I]));
  }
  std::map<std::string, std::string> Renamed = renamed(Chosen);
  Counts Now;
  for (Finding F : New.Findings) {
    if (auto Name = Renamed.find(F.Function); Name != Renamed.end())
      F.Function = Name->second;
    std::string Key = keyOf(New, F), Place = placeOf(New, F);
    if (++Now[Key] > Allowed[Key] && Mended.count(Key))
      return "the finding would still be there";
    if (++Now[Place] > Allowed[Place])
      return "it would bring a new one: " + F.Message + " [" + F.Rule + "]";
  }
  return {};
}

/// Makes the fixes, or says why not.
std::string Fixer::tryFixes(const std::vector<size_t> &Chosen) {
  Edits Text = textWith(Chosen);
  if (Request.Verify)
    if (std::string Why = newComplaint(touched(Text), Text); !Why.empty())
      return Why;
  std::vector<UnitResult> NewUnits;
  Report New = analyseWith(Text, NewUnits);
  if (Request.Verify)
    if (std::string Why = stillWrong(New, Chosen); !Why.empty())
      return Why;
  for (size_t I : Chosen)
    Out.Made.push_back(Out.Final.Findings[I]);
  Out.Final = std::move(New);
  Out.Edited = std::move(Text);
  Before.clear();
  Units = std::move(NewUnits);
  return {};
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
    std::vector<size_t> Chosen = candidates();
    if (Chosen.empty())
      break;
    // Most sets pass whole. One that does not is halved until the culprits
    // are alone.
    std::vector<std::vector<size_t>> Sets{Chosen};
    bool Made = false;
    while (!Sets.empty() && !Made) {
      std::vector<size_t> Set = std::move(Sets.back());
      Sets.pop_back();
      std::string Why = tryFixes(Set);
      if (Why.empty()) {
        Made = true;
      } else if (Set.size() == 1) {
        withdraw(Set[0], Why);
      } else {
        size_t Half = Set.size() / 2;
        Sets.emplace_back(Set.begin() + Half, Set.end());
        Sets.emplace_back(Set.begin(), Set.begin() + Half);
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
