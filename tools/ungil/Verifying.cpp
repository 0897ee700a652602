//===- Verifying.cpp - what the compiler says of edited text --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verifying.h"
#include "Driver/Driver.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"

using namespace ungil;

Verifier::Verifier(const ScanPlan &Plan) : Plan(Plan) {
  llvm::SmallString<128> Dir;
  if (Plan.OpeningDir.empty() &&
      !llvm::sys::fs::createUniqueDirectory("ungil-fixes", Dir))
    OpeningDir = std::string(Dir);
}

Verifier::~Verifier() {
  if (!OpeningDir.empty())
    (void)llvm::sys::fs::remove_directories(OpeningDir);
}

std::vector<UnitResult> Verifier::parseWith(const std::vector<size_t> &Units,
                                            const Texts &Text, bool WithGil,
                                            bool Ask) const {
  ScanPlan Part = Plan;
  Part.Units.clear();
  for (size_t I : Units)
    Part.Units.push_back(Plan.Units[I]);
  Part.Edited = Text;
  Part.Progress = false;
  Part.Check = Ask;
  if (!OpeningDir.empty())
    Part.OpeningDir = OpeningDir;
  return parse(WithGil ? withGil(Part) : Part);
}

Complaint Verifier::compare(const std::vector<size_t> &Units, const Texts &Old,
                            const std::vector<UnitResult> &Now, bool WithGil) {
  auto CountsOf = [](const UnitResult &Unit) {
    Counts All;
    for (const DiagnosticFact &D : Unit.Facts.Errors)
      ++All[D.Message];
    return All;
  };
  std::vector<size_t> Unknown;
  llvm::copy_if(Units, std::back_inserter(Unknown),
                [&](size_t I) { return !Before.count({I, WithGil}); });
  std::vector<UnitResult> Then = parseWith(Unknown, Old, WithGil, true);
  for (size_t I = 0; I != Unknown.size(); ++I)
    Before[{Unknown[I], WithGil}] = CountsOf(Then[I]);
  Counts Allowed, Made;
  for (size_t I = 0; I != Units.size(); ++I) {
    for (const auto &[Message, N] : Before[{Units[I], WithGil}])
      Allowed[Message] += N;
    Last[{Units[I], WithGil}] = CountsOf(Now[I]);
  }
  for (const UnitResult &Unit : Now)
    for (const DiagnosticFact &D : Unit.Facts.Errors)
      if (++Made[D.Message] > Allowed[D.Message])
        return {"the compiler says \"" + D.Message + "\"" +
                    (WithGil ? " in a build with the GIL" : ""),
                D.Loc.isValid() ? Unit.Facts.Files[D.Loc.File].Path : "",
                D.Loc.Offset};
  return {};
}

Complaint Verifier::check(const std::vector<size_t> &Units, const Texts &Old,
                          const Texts &New, bool Ask,
                          std::vector<UnitResult> &Parsed) {
  Last.clear();
  Parsed = parseWith(Units, New, /*WithGil=*/false, Ask);
  if (!Ask)
    return {};
  Complaint Found = compare(Units, Old, Parsed, /*WithGil=*/false);
  if (Found.What.empty())
    Found = compare(Units, Old, parseWith(Units, New, /*WithGil=*/true, true),
                    /*WithGil=*/true);
  // Rules are asked about code as it is: warnings tell them nothing.
  for (UnitResult &Unit : Parsed)
    llvm::erase_if(Unit.Facts.Errors, [](const DiagnosticFact &D) {
      return llvm::StringRef(D.Message).starts_with("warning: ");
    });
  return Found;
}

void Verifier::keep() {
  for (auto &[Unit, Said] : Last)
    Before[Unit] = std::move(Said);
  Last.clear();
}
